import {
  type AddressFilter,
  CALL_ADDRESS_COLUMNS,
  CALL_INTEGER_COLUMNS,
  CALL_TEXT_COLUMNS,
  type Filter,
  type IntegerFilter,
  MESSAGE_ADDRESS_COLUMNS,
  MESSAGE_INTEGER_COLUMNS,
  MESSAGE_TEXT_COLUMNS,
  StoreError,
  type TextFilter,
} from '@calliope/model';

/** What a filter, or a facet, is over. */
export type FilterSubject = 'messages' | 'calls';

/** Deepest nesting of a filter; deeper ones would exhaust a stack here or in a database. */
const MAX_DEPTH = 100;

/** Most predicates in one filter. */
const MAX_PREDICATES = 5_000;

const COLUMNS = {
  messages: { text: MESSAGE_TEXT_COLUMNS, integer: MESSAGE_INTEGER_COLUMNS, address: MESSAGE_ADDRESS_COLUMNS },
  calls: { text: CALL_TEXT_COLUMNS, integer: CALL_INTEGER_COLUMNS, address: CALL_ADDRESS_COLUMNS },
} as const;

/** Throws {@link StoreError} `query_invalid` when the filter names a column that its subject has not, or is out of bounds. */
export function checkFilter(filter: Filter, subject: FilterSubject): void {
  let predicates = 0;
  const visit = (node: Filter, on: FilterSubject, depth: number): void => {
    if (depth > MAX_DEPTH) throw invalid(`A filter may be nested ${MAX_DEPTH} deep.`);
    if (++predicates > MAX_PREDICATES) throw invalid(`A filter may have ${MAX_PREDICATES} parts.`);
    switch (node.kind) {
      case 'and':
      case 'or':
        for (const child of node.filters) visit(child, on, depth + 1);
        return;
      case 'not':
        visit(node.filter, on, depth + 1);
        return;
      case 'hasMessage':
        if (on !== 'calls') throw invalid('Only calls have messages.');
        visit(node.filter, 'messages', depth + 1);
        return;
      default:
        checkPredicate(node, on);
    }
  };
  visit(filter, subject, 0);
}

function checkPredicate(filter: TextFilter | IntegerFilter | AddressFilter, subject: FilterSubject): void {
  const columns: readonly string[] = COLUMNS[subject][filter.kind];
  if (!columns.includes(filter.column))
    throw invalid(`There is no ${filter.kind} column ${filter.column} of ${subject}.`);
  switch (filter.kind) {
    case 'text':
      if (filter.match !== 'equals' && filter.values.length !== 1) throw invalid(`${filter.match} takes one value.`);
      return;
    case 'integer':
      if (Number.isNaN(filter.value)) throw invalid('Not a number.');
      if (filter.op === 'hasBits' && !(Number.isSafeInteger(filter.value) && filter.value >= 0)) {
        throw invalid('hasBits takes a whole number.');
      }
      return;
    case 'address':
      if (filter.low.length !== 16 || filter.high.length !== 16) throw invalid('An address has 16 bytes.');
  }
}

/** Throws {@link StoreError} `query_invalid` when a column has no facet. The payload has none: hardly two are alike. */
export function checkFacetColumn(column: string, subject: FilterSubject): 'text' | 'integer' | 'address' {
  const columns = COLUMNS[subject];
  if (column !== 'payload') {
    for (const kind of ['text', 'integer', 'address'] as const) {
      if ((columns[kind] as readonly string[]).includes(column)) return kind;
    }
  }
  throw invalid(`There is no facet ${column} of ${subject}.`);
}

/** Whether folding ASCII letters would change anything: digits have no case, and an index on exact text then serves. */
export function hasAsciiLetter(text: string): boolean {
  return /[A-Za-z]/.test(text);
}

function invalid(message: string): StoreError {
  return new StoreError('query_invalid', message, { retryable: false });
}

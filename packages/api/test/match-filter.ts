import { type CallRecord, type Filter, type Message, parseAddress } from '@calliope/model';

type Row = Message | CallRecord;

/** What {@link Filter} says, over objects. `messagesOf` gives the messages of a call, for `hasMessage`. */
export function matchFilter(filter: Filter, row: Row, messagesOf: (callId: string) => Message[]): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((inner) => matchFilter(inner, row, messagesOf));
    case 'or':
      return filter.filters.some((inner) => matchFilter(inner, row, messagesOf));
    case 'not':
      return !matchFilter(filter.filter, row, messagesOf);
    case 'hasMessage':
      return messagesOf(row.callId).some((message) => matchFilter(filter.filter, message, messagesOf));
    case 'text':
      return textsOf(row, filter.column).some((text) => matchText(filter, text));
    case 'integer':
      return matchInteger(filter.op, integerOf(row, filter.column), filter.value);
    case 'address':
      return textsOf(row, filter.column).some((text) => {
        const bytes = parseAddress(text)?.bytes;
        return bytes && Buffer.compare(bytes, filter.low) >= 0 && Buffer.compare(bytes, filter.high) <= 0;
      });
  }
}

function textsOf(row: Row, column: string): string[] {
  const value = (row as unknown as Record<string, unknown>)[column];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('latin1')];
  return Array.isArray(value) ? value : [String(value ?? '')];
}

function integerOf(row: Row, column: string): number | null {
  const value = (row as unknown as Record<string, unknown>)[column];
  return typeof value === 'number' ? value : null;
}

function matchText({ match, values, ignoreCase }: Extract<Filter, { kind: 'text' }>, given: string): boolean {
  const fold = (text: string) => (ignoreCase ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text);
  const text = fold(given);
  const [first = ''] = values.map(fold);
  switch (match) {
    case 'equals':
      return values.some((value) => fold(value) === text);
    case 'startsWith':
      return text.startsWith(first);
    case 'endsWith':
      return text.endsWith(first);
    case 'contains':
      return text.includes(first);
    case 'matches':
      return new RegExp(values[0] ?? '', ignoreCase ? 'i' : '').test(given);
  }
}

function matchInteger(op: Extract<Filter, { kind: 'integer' }>['op'], value: number | null, wanted: number): boolean {
  if (value === null) return false;
  switch (op) {
    case '=':
      return value === wanted;
    case '!=':
      return value !== wanted;
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
    case 'hasBits':
      return (value & wanted) !== 0;
  }
}

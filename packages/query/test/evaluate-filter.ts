import type { Filter } from '@calliope/model';

/** A message or call as a filter sees it: columns by name; sets as arrays, addresses as 16 bytes. */
export type Row = Record<string, string | number | null | readonly string[] | Uint8Array | readonly Uint8Array[]>;

const fold = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function textMatches(value: string, filter: Filter & { kind: 'text' }): boolean {
  const [text, ...values] = filter.ignoreCase ? [fold(value), ...filter.values.map(fold)] : [value, ...filter.values];
  const first = values[0]!;
  switch (filter.match) {
    case 'equals':
      return values.includes(text!);
    case 'startsWith':
      return text!.startsWith(first);
    case 'endsWith':
      return text!.endsWith(first);
    case 'contains':
      return text!.includes(first);
    default:
      return new RegExp(filter.values[0]!, filter.ignoreCase ? 'i' : '').test(value);
  }
}

function integerMatches(value: number, { op, value: other }: Filter & { kind: 'integer' }): boolean {
  switch (op) {
    case '=':
      return value === other;
    case '!=':
      return value !== other;
    case '<':
      return value < other;
    case '<=':
      return value <= other;
    case '>':
      return value > other;
    case '>=':
      return value >= other;
    default:
      return (value & other) !== 0;
  }
}

/** What the contract of `Filter` says, as plainly as possible: the oracle of these tests. Absent columns are '' and null. */
export function evaluateFilter(filter: Filter, row: Row, messages: readonly Row[] = []): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((one) => evaluateFilter(one, row, messages));
    case 'or':
      return filter.filters.some((one) => evaluateFilter(one, row, messages));
    case 'not':
      return !evaluateFilter(filter.filter, row, messages);
    case 'hasMessage':
      return messages.some((message) => evaluateFilter(filter.filter, message));
    case 'text': {
      const value = (row[filter.column] ?? '') as string | string[];
      return [value].flat().some((one) => textMatches(one, filter));
    }
    case 'integer': {
      const value = row[filter.column] as number | null | undefined;
      return value === null || value === undefined ? false : integerMatches(value, filter);
    }
    default: {
      const value = row[filter.column] as Uint8Array | Uint8Array[] | undefined;
      const addresses = value === undefined ? [] : Array.isArray(value) ? value : [value];
      return addresses.some(
        (bytes) => Buffer.compare(bytes, filter.low) >= 0 && Buffer.compare(bytes, filter.high) <= 0,
      );
    }
  }
}

import { type AddressFilter, type IntegerFilter, StoreError, type TextFilter } from '@calliope/model';
import { bytesOfText, textOfBytes } from './stored-message.ts';

/** The test of a text filter, on strings of one character a byte. Throws {@link StoreError} `query_invalid` for a bad expression. */
export function textPredicate(filter: TextFilter): (bytes: string) => boolean {
  if (filter.match === 'matches') {
    const expression = compileExpression(filter.values[0]!, filter.ignoreCase);
    return (bytes) => expression.test(textOfBytes(bytes));
  }
  const fold = (text: string): string => (filter.ignoreCase ? lowerAscii(text) : text);
  const values = filter.values.map((value) => fold(bytesOfText(value)));
  const value = values[0] ?? '';
  switch (filter.match) {
    case 'equals':
      return (bytes) => values.includes(fold(bytes));
    case 'startsWith':
      return (bytes) => fold(bytes).startsWith(value);
    case 'endsWith':
      return (bytes) => fold(bytes).endsWith(value);
    case 'contains':
      return (bytes) => fold(bytes).includes(value);
  }
}

/** An expression of RE2 in JavaScript's syntax: flags at the start become flags, and the dot matches line breaks as it does in ClickHouse. */
function compileExpression(source: string, ignoreCase: boolean): RegExp {
  const leading = /^\(\?([ims]+)\)/.exec(source);
  const flags = new Set(['s', 'u', ...(leading?.[1] ?? ''), ...(ignoreCase ? ['i'] : [])]);
  try {
    return new RegExp(source.slice(leading?.[0].length ?? 0), [...flags].join(''));
  } catch (error) {
    throw new StoreError('query_invalid', (error as Error).message, { retryable: false });
  }
}

/** The test of a comparison; false for what is absent. */
export function integerPredicate(filter: IntegerFilter): (value: number | null) => boolean {
  const { op, value: other } = filter;
  const compare = (value: number): boolean => {
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
      case 'hasBits':
        return (BigInt(value) & BigInt(other)) !== 0n;
    }
  };
  return (value) => value !== null && compare(value);
}

export function addressPredicate(filter: AddressFilter): (address: Uint8Array) => boolean {
  return (address) => Buffer.compare(address, filter.low) >= 0 && Buffer.compare(address, filter.high) <= 0;
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

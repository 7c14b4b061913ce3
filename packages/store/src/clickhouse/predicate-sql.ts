import { type AddressFilter, type IntegerFilter, StoreError, type TextFilter } from '@calliope/model';
import { hasAsciiLetter } from '../filter-rules.ts';
import {
  addressLiteral,
  floatLiteral,
  integerLiteral,
  listLiteral,
  reversedStringLiteral,
  type Sql,
  stringLiteral,
} from './sql-literal.ts';

/**
 * A condition and its opposite. The opposite is written out, down to single comparisons, because ClickHouse 26.7 answers wrongly when it filters
 * by a projection and an AND stands within a NOT or another function: it leaves out the parts that the projection has no columns for, which is harmless
 * only where fewer parts mean more rows. So no condition here has an AND anywhere but below AND and OR.
 */
export interface Condition {
  yes: Sql;
  no: Sql;
}

export const TRUE: Condition = { yes: '1', no: '0' };
export const FALSE: Condition = { yes: '0', no: '1' };

/** A comparison or function without AND in it. */
export function atom(sql: Sql): Condition {
  return { yes: sql, no: `(NOT ${sql})` };
}

export function allOf(conditions: readonly Condition[]): Condition {
  return { yes: joinAnd(conditions.map(({ yes }) => yes)), no: joinOr(conditions.map(({ no }) => no)) };
}

export function anyOf(conditions: readonly Condition[]): Condition {
  return { yes: joinOr(conditions.map(({ yes }) => yes)), no: joinAnd(conditions.map(({ no }) => no)) };
}

export function not({ yes, no }: Condition): Condition {
  return { yes: no, no: yes };
}

export function joinAnd(conditions: readonly Sql[]): Sql {
  const parts = conditions.filter((condition) => condition !== TRUE.yes);
  if (parts.includes(FALSE.yes)) return FALSE.yes;
  return parts.length === 0 ? TRUE.yes : parts.length === 1 ? parts[0]! : `(${parts.join(' AND ')})`;
}

export function joinOr(conditions: readonly Sql[]): Sql {
  const parts = conditions.filter((condition) => condition !== FALSE.yes);
  if (parts.includes(TRUE.yes)) return TRUE.yes;
  return parts.length === 0 ? FALSE.yes : parts.length === 1 ? parts[0]! : `(${parts.join(' OR ')})`;
}

/** Whether letter case matters to a text filter: not when no value has a letter, and then an index on exact text serves. */
export function ignoresCase(filter: TextFilter): boolean {
  return filter.ignoreCase && filter.values.some(hasAsciiLetter);
}

/** A text predicate on an expression of type String. Bytes are compared, which for UTF-8 is the same as code points. */
export function textCondition(text: Sql, filter: TextFilter): Condition {
  const folds = ignoresCase(filter);
  // lower() of ClickHouse folds ASCII only, as the contract wants.
  const subject = folds ? `lower(${text})` : text;
  const values = folds ? filter.values.map(lowerAscii) : filter.values;
  const value = values[0] ?? '';
  switch (filter.match) {
    case 'equals':
      return values.length === 0 ? FALSE : atom(`(${subject} IN ${listLiteral(values, stringLiteral)})`);
    case 'startsWith':
      return atom(`startsWith(${subject}, ${stringLiteral(value)})`);
    case 'endsWith':
      return atom(`endsWith(${subject}, ${stringLiteral(value)})`);
    case 'contains':
      return value === '' ? TRUE : atom(`(position(${subject}, ${stringLiteral(value)}) > 0)`);
    case 'matches':
      return atom(
        `match(${text}, ${stringLiteral(filter.ignoreCase ? `(?i)${filter.values[0]}` : filter.values[0]!)})`,
      );
  }
}

/**
 * `equals` and `endsWith` on a column as a condition on `reverse(column)`, which the projections are ordered by.
 * Undefined for filters that such an index does not serve.
 */
export function reversedTextCondition(reversed: Sql, filter: TextFilter): Condition | undefined {
  if (ignoresCase(filter) || filter.values.length === 0 || filter.values.includes('')) return undefined;
  if (filter.match === 'equals') return atom(`(${reversed} IN ${listLiteral(filter.values, reversedStringLiteral)})`);
  if (filter.match === 'endsWith') return atom(`startsWith(${reversed}, ${reversedStringLiteral(filter.values[0]!)})`);
  return undefined;
}

/**
 * `equals` and `endsWith` on a column as conditions on the array `suffixes`, of the last `bytes` bytes of several columns. Necessary, not sufficient.
 * Undefined for filters that such an index does not serve.
 */
export function suffixCondition(suffixes: Sql, bytes: number, filter: TextFilter): Condition | undefined {
  if (ignoresCase(filter) || filter.values.length === 0 || filter.values.includes('')) return undefined;
  if (filter.match !== 'equals' && filter.match !== 'endsWith') return undefined;
  const ends = filter.values.map((value) => Buffer.from(value).subarray(-bytes));
  // An end that is shorter than what is indexed is the end of many indexed ones.
  if (filter.match === 'endsWith' && ends[0]!.length < bytes) return undefined;
  return anyOf(ends.map((end) => atom(`has(${suffixes}, ${stringLiteral(end)})`)));
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** A comparison of a whole-number expression within `least..greatest`; `literal` writes a value of its type. */
export function integerCondition(
  subject: Sql,
  filter: IntegerFilter,
  type: { least: number; greatest: number; literal: (value: number) => Sql; bits?: Sql },
): Condition {
  const { op, value } = filter;
  if (op === 'hasBits') return atom(`(bitAnd(${type.bits ?? subject}, ${integerLiteral(value)}) != 0)`);
  if (value < type.least) return op === '>' || op === '>=' || op === '!=' ? TRUE : FALSE;
  if (value > type.greatest) return op === '<' || op === '<=' || op === '!=' ? TRUE : FALSE;
  if (Number.isInteger(value)) return atom(`(${subject} ${op} ${type.literal(value)})`);
  // Between two whole numbers: the comparison with one of them says the same.
  switch (op) {
    case '=':
      return FALSE;
    case '!=':
      return TRUE;
    case '<':
    case '<=':
      return atom(`(${subject} <= ${type.literal(Math.floor(value))})`);
    default:
      return atom(`(${subject} > ${type.literal(Math.floor(value))})`);
  }
}

/** A comparison of a Nullable(Float64) expression; false when it is null. */
export function fractionCondition(subject: Sql, filter: IntegerFilter): Condition {
  const { op, value } = filter;
  if (op === 'hasBits') {
    throw new StoreError('query_invalid', `hasBits does not fit ${filter.column}.`, { retryable: false });
  }
  if (Number.isFinite(value)) return atom(`ifNull(${subject} ${op} ${floatLiteral(value)}, 0)`);
  const below = value > 0 ? op === '<' || op === '<=' : op === '>' || op === '>=';
  return below || op === '!=' ? atom(`isNotNull(${subject})`) : FALSE;
}

/** On an IPv6, or on its bytes as a FixedString(16): `literal` writes a value of the type. */
export function addressCondition(subject: Sql, filter: AddressFilter, literal = addressLiteral): Condition {
  return allOf([atom(`(${subject} >= ${literal(filter.low)})`), atom(`(${subject} <= ${literal(filter.high)})`)]);
}

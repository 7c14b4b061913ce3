import { DEFECTS, defectBit, type Filter, type IntegerColumn, PayloadType } from '@calliope/model';
import type { OrError } from './compile-options.ts';
import { allOf, anyOf, integerFilter, noneOf } from './filter-builders.ts';
import { parseDuration } from './parse-duration.ts';
import type { Operator, QueryValue } from './query-ast.ts';
import { isQueryError, quoteForMessage, typeError } from './query-error.ts';
import type { SearchField } from './search-fields.ts';
import { parsePattern, patternMatches } from './value-pattern.ts';

/** What a value of an ordered field stands for: all of `from <= x < to`. */
export interface OrderedSpan {
  from: number;
  to: number;
}

/**
 * `x operator span` on one column. Of whole numbers the span counts as one value (`<= 4xx` is up to 499). Of durations only `=` looks at the
 * span, and order is against its beginning: 5.3 s is more than `5s`.
 */
export function compareSpan(
  column: IntegerColumn,
  operator: Operator,
  { from, to }: OrderedSpan,
  whole: boolean,
): Filter {
  switch (operator) {
    case '<':
    case '>=':
      return integerFilter(column, operator, from);
    case '<=':
    case '>':
      return integerFilter(column, operator, whole ? to - 1 : from);
    default:
      if (whole && to === from + 1) return integerFilter(column, '=', from);
      return allOf([
        integerFilter(column, '>=', from),
        whole ? integerFilter(column, '<=', to - 1) : integerFilter(column, '<', to),
      ]);
  }
}

/** The opposite of an equality, as one comparison where it is one. */
export function differs(filter: Filter): Filter {
  return filter.kind === 'integer' && filter.op === '=' ? { ...filter, op: '!=' } : noneOf(filter);
}

const TYPE_NAMES: Record<string, number> = { sip: PayloadType.SIP, rtcp: PayloadType.RTCP_JSON, log: PayloadType.LOG };

function parseInteger(field: SearchField, text: string): number | undefined {
  const name = text.toLowerCase();
  if (field.name === 'type' && Object.hasOwn(TYPE_NAMES, name)) return TYPE_NAMES[name];
  const digits = field.name === 'ipv' ? name.replace(/^(?:ip)?v/, '') : text;
  if (!/^\d{1,15}$/.test(digits)) return undefined;
  const value = Number(digits);
  return value >= (field.minimum ?? 0) && value <= (field.maximum ?? Number.MAX_SAFE_INTEGER) ? value : undefined;
}

/** One end of an integer field's value: an integer, or for codes a class. */
function integerSpan(field: SearchField, text: string): OrderedSpan | undefined {
  if (field.type === 'code' && /^[1-9]xx$/i.test(text))
    return { from: Number(text[0]) * 100, to: Number(text[0]) * 100 + 100 };
  const value = parseInteger(field, text);
  return value === undefined ? undefined : { from: value, to: value + 1 };
}

/** A duration; its span is as long as the unit written, at least a millisecond. */
function durationSpan(text: string): OrderedSpan | undefined {
  const duration = parseDuration(text);
  if (!duration || !Number.isSafeInteger(duration.ms)) return undefined;
  return { from: duration.ms, to: duration.ms + Math.max(1, duration.resolutionMs) };
}

function expectedOf(field: SearchField): string {
  if (field.type === 'duration') return 'a duration in whole milliseconds such as 5s, 300ms or 2m30s';
  if (field.type === 'code') return 'a response code such as 486, or a class such as 4xx';
  const names = field.name === 'type' ? ', or one of sip, rtcp, log' : '';
  if (field.maximum === undefined) return 'a whole number';
  return `a whole number from ${field.minimum ?? 0} to ${field.maximum}${names}`;
}

/** The value of an integer, code or duration field; `a..b` where a range can stand (for `=`, `!=` and in lists). */
export function parseOrdered(field: SearchField, value: QueryValue, operator: Operator): OrError<OrderedSpan> {
  const one = (text: string) => (field.type === 'duration' ? durationSpan(text) : integerSpan(field, text));
  const ends = value.text.split('..');
  const [first, last] = ends.map((end) => one(end.trim()));
  const expected = expectedOf(field);
  if (ends.length > 2 || !first || (ends.length === 2 && !last)) {
    return typeError(value, `Expected ${expected} instead of ${quoteForMessage(value.text)}`, [
      expected,
      ...field.examples,
    ]);
  }
  if (!last) return first;
  if (/^[<>]/.test(operator)) return typeError(value, `A range cannot follow ${operator}; use =`, [expected]);
  if (last.to <= first.from) return typeError(value, 'The range ends before it begins', [expected]);
  return { from: first.from, to: last.to };
}

/** A comparison of an integer, code or duration field, without negation; `exists` has no values. */
export function compileOrdered(
  field: SearchField,
  columns: readonly IntegerColumn[],
  operator: Operator,
  values: readonly QueryValue[],
): OrError<Filter> {
  const whole = field.type !== 'duration';
  if (operator === 'exists')
    return anyOf(columns.map((column) => integerFilter(column, '>=', field.type === 'code' ? 1 : 0)));
  const filters: Filter[] = [];
  for (const value of values) {
    const span = parseOrdered(field, value, operator);
    if (isQueryError(span)) return span;
    for (const column of columns) filters.push(compareSpan(column, operator, span, whole));
  }
  return anyOf(filters);
}

/** `defect = name`: the mask has the bit; a pattern stands for all names that it matches. */
export function compileDefects(field: SearchField, operator: Operator, values: readonly QueryValue[]): OrError<Filter> {
  if (operator === 'exists') return integerFilter('defects', '>', 0);
  let mask = 0;
  for (const value of values) {
    const parts = parsePattern(value.text.toLowerCase().replaceAll('-', '_'));
    const names = DEFECTS.filter((name) => patternMatches(parts, name));
    if (names.length === 0) {
      return typeError(value, `There is no defect ${quoteForMessage(value.text)}`, [...(field.values ?? [])]);
    }
    for (const name of names) mask |= defectBit(name);
  }
  return integerFilter('defects', 'hasBits', mask);
}

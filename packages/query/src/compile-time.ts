import type { Filter, IntegerFilter } from '@calliope/model';
import type { CompileOptions, OrError } from './compile-options.ts';
import { allOf, anyOf, integerFilter, noneOf } from './filter-builders.ts';
import { parseTimeSpan, type TimeSpan } from './parse-time.ts';
import type { Comparison, Operator, QueryNode, QueryValue } from './query-ast.ts';
import { isQueryError, typeError } from './query-error.ts';

export interface ImpliedRange {
  fromUs?: number;
  toUs?: number;
}

/** The value of `time`, or a range `a..b` of two. */
function parseTimeValue(value: QueryValue, operator: Operator, options: CompileOptions): OrError<TimeSpan> {
  const ends = value.text.split('..');
  const spans = ends.map((end) => parseTimeSpan(end, options));
  const fault = spans.find((span) => 'error' in span);
  if (fault && 'error' in fault)
    return typeError(value, fault.error, ['2026-11-22', '"2026-11-22 13:00"', 'now-15m', 'today']);
  const [first, last] = spans as TimeSpan[];
  if (ends.length === 1) return first!;
  if (ends.length > 2) return typeError(value, 'A range has two ends', ['from..to']);
  if (/^[<>]/.test(operator)) return typeError(value, `A range cannot follow ${operator}; use =`, ['a time']);
  if (last!.toUs <= first!.fromUs) return typeError(value, 'The range ends before it begins', ['from..to']);
  return { fromUs: first!.fromUs, toUs: last!.toUs, isDay: false };
}

/**
 * The half-open range that a comparison means; not for `!=`. Order is against the first instant of what was written, but a date alone is
 * all of the day: `<= 2026-11-22` has that day in it and `> 2026-11-22` begins after it.
 */
function rangeOf(operator: Operator, span: TimeSpan): ImpliedRange {
  const lastUs = span.isDay ? span.toUs : span.fromUs + 1;
  switch (operator) {
    case '<':
      return { toUs: span.fromUs };
    case '<=':
      return { toUs: lastUs };
    case '>':
      return { fromUs: lastUs };
    case '>=':
      return { fromUs: span.fromUs };
    default:
      return { fromUs: span.fromUs, toUs: span.toUs };
  }
}

function comparisons(range: ImpliedRange): { op: IntegerFilter['op']; value: number }[] {
  const parts: { op: IntegerFilter['op']; value: number }[] = [];
  if (range.fromUs !== undefined) parts.push({ op: '>=', value: range.fromUs });
  if (range.toUs !== undefined) parts.push({ op: '<', value: range.toUs });
  return parts;
}

/** `time` of a message; of a call its first INVITE, or the first message of any kind when there is no INVITE. */
function inRange(range: ImpliedRange, options: CompileOptions): Filter {
  const on = (column: 'timestampUs' | 'inviteUs' | 'firstUs') =>
    comparisons(range).map(({ op, value }) => integerFilter(column, op, value));
  if (options.of === 'messages') return allOf(on('timestampUs'));
  const noInvite = noneOf(integerFilter('inviteUs', '>=', 0));
  return anyOf([allOf(on('inviteUs')), allOf([noInvite, ...on('firstUs')])]);
}

/** A comparison of `time`, without negation. */
export function compileTime(
  operator: Operator,
  values: readonly QueryValue[],
  options: CompileOptions,
): OrError<Filter> {
  const filters: Filter[] = [];
  for (const value of values) {
    const span = parseTimeValue(value, operator, options);
    if (isQueryError(span)) return span;
    filters.push(inRange(rangeOf(operator, span), options));
  }
  return anyOf(filters);
}

function timeComparisons(node: QueryNode): Comparison[] {
  if (node.kind === 'and') return node.terms.flatMap(timeComparisons);
  const isRange =
    node.kind === 'comparison' && node.field === 'time' && node.operator !== '!=' && node.values.length === 1;
  return isRange ? [node] : [];
}

/** What the comparisons of `time` that all must hold say together; undefined when there are none. The range may be empty. */
export function impliedRange(ast: QueryNode, options: CompileOptions): ImpliedRange | undefined {
  let range: ImpliedRange | undefined;
  for (const { operator, values } of timeComparisons(ast)) {
    const span = parseTimeValue(values[0]!, operator, options);
    if (isQueryError(span)) continue;
    const { fromUs, toUs } = rangeOf(operator, span);
    range ??= {};
    if (fromUs !== undefined) range.fromUs = Math.max(range.fromUs ?? fromUs, fromUs);
    if (toUs !== undefined) range.toUs = Math.min(range.toUs ?? toUs, toUs);
  }
  return range;
}

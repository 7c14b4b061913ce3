import type {
  AddressColumn,
  AddressFilter,
  Filter,
  IntegerColumn,
  IntegerFilter,
  TextColumn,
  TextFilter,
} from '@calliope/model';
import type { AddressRange } from './address-range.ts';

/** All of the filters; one alone is itself, and an `and` inside gives its parts. */
export function allOf(filters: Filter[]): Filter {
  const flat = filters.flatMap((filter) => (filter.kind === 'and' ? filter.filters : [filter]));
  return flat.length === 1 ? flat[0]! : { kind: 'and', filters: flat };
}

/** Any of the filters; one alone is itself, and an `or` inside gives its parts. */
export function anyOf(filters: Filter[]): Filter {
  const flat = filters.flatMap((filter) => (filter.kind === 'or' ? filter.filters : [filter]));
  return flat.length === 1 ? flat[0]! : { kind: 'or', filters: flat };
}

/** The opposite; twice is none. */
export function noneOf(filter: Filter): Filter {
  return filter.kind === 'not' ? filter.filter : { kind: 'not', filter };
}

/** `ignoreCase` is left out where there are no letters, so that a store can use what is quicker. */
export function textFilter(
  column: TextColumn,
  match: TextFilter['match'],
  values: string[],
  ignoreCase = false,
): TextFilter {
  const matters = match === 'matches' || values.some((value) => /[A-Za-z]/.test(value));
  return { kind: 'text', column, match, values, ignoreCase: ignoreCase && matters };
}

export function integerFilter(column: IntegerColumn, op: IntegerFilter['op'], value: number): IntegerFilter {
  return { kind: 'integer', column, op, value };
}

export function addressFilter(column: AddressColumn, range: AddressRange): AddressFilter {
  return { kind: 'address', column, low: range.low, high: range.high };
}

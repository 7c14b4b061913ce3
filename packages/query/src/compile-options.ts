import type { Filter } from '@calliope/model';
import type { QueryError } from './query-error.ts';
import type { View } from './search-fields.ts';

export interface CompileOptions {
  of: View;
  nowUs: number;
  /** IANA name; times without an offset are read in it. */
  timeZone: string;
  /** Country whose national numbers (030…) are meant, as digits, e.g. `49`. Without it national numbers are of any country. */
  countryCode?: string;
}

/** A filter of the view itself, or in the view of calls one over a message's columns, still without its `hasMessage`. */
export interface Compiled {
  filter: Filter;
  perMessage: boolean;
}

export type OrError<T> = T | QueryError;

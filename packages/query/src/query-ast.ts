import type { Span } from './query-error.ts';

export const OPERATORS = ['=', '==', '!=', '<', '<=', '>', '>=', '~', '!~', 'in', 'exists'] as const;
export type Operator = (typeof OPERATORS)[number];

/**
 * A value without its quotes. In general a pattern: `*` and `?` are wildcards, and `\` stands only before `*`, `?` and `\`, which it makes
 * literal. After `~` and `!~` it is the regular expression itself.
 */
export interface QueryValue extends Span {
  text: string;
}

/** `field operator value`. `field` is the canonical name when there is such a field, else what was typed in lower case. */
export interface Comparison extends Span {
  kind: 'comparison';
  field: string;
  fieldSpan: Span;
  operator: Operator;
  operatorSpan: Span;
  /** None for `exists`, one or more for `in`, else exactly one. */
  values: QueryValue[];
}

/** A pasted thing: text without a field. */
export interface BareWord extends Span {
  kind: 'word';
  value: QueryValue;
}

/** `and` of no terms is the empty query, which matches all; otherwise there are two terms or more. */
export interface Junction extends Span {
  kind: 'and' | 'or';
  terms: QueryNode[];
}

export interface Negation extends Span {
  kind: 'not';
  term: QueryNode;
}

export type QueryNode = Comparison | BareWord | Junction | Negation;

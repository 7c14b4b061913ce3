/** Where something stands in the text of a query: UTF-16 offset and length. */
export interface Span {
  position: number;
  length: number;
}

/**
 * What is wrong with a query, and where.
 * `query_syntax`: the text cannot be read, or is past a bound. `query_type`: a value or an operator does not fit its field.
 * `query_unknown_field`: no such field, or not in this view. `expected`: what could stand there, for people.
 */
export interface QueryError extends Span {
  code: 'query_syntax' | 'query_type' | 'query_unknown_field';
  message: string;
  expected: string[];
}

export function syntaxError(span: Span, message: string, expected: string[] = []): QueryError {
  return { code: 'query_syntax', message, position: span.position, length: span.length, expected };
}

export function typeError(span: Span, message: string, expected: string[] = []): QueryError {
  return { code: 'query_type', message, position: span.position, length: span.length, expected };
}

export function unknownFieldError(span: Span, message: string, expected: string[] = []): QueryError {
  return { code: 'query_unknown_field', message, position: span.position, length: span.length, expected };
}

/** True for an error among values that have no `expected` of their own (nodes, filters, strings, ranges). */
export function isQueryError(value: unknown): value is QueryError {
  return typeof value === 'object' && value !== null && 'expected' in value;
}

/** Quotes what somebody typed for a message, shortened to 40 characters. */
export function quoteForMessage(text: string): string {
  const points = Array.from(text);
  return `“${points.length > 40 ? `${points.slice(0, 39).join('')}…` : text}”`;
}

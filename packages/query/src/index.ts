export type { CompileOptions } from './compile-options.ts';
export { type CompileResult, compileQuery } from './compile-query.ts';
export type { ImpliedRange } from './compile-time.ts';
export { formToQuery } from './form-to-query.ts';
export { type FormatTimeOptions, formatTime } from './format-time.ts';
export { type ParseResult, parseQuery, QUERY_LIMITS } from './parse-query.ts';
export { parseTime, type TimeOptions } from './parse-time.ts';
export { printQuery } from './print-query.ts';
export {
  type BareWord,
  type Comparison,
  type Junction,
  type Negation,
  OPERATORS,
  type Operator,
  type QueryNode,
  type QueryValue,
} from './query-ast.ts';
export type { QueryError, Span } from './query-error.ts';
export { queryToForm } from './query-to-form.ts';
export { FIELDS, type FieldType, findField, METHODS, type SearchField, type View } from './search-fields.ts';
export {
  NUMBER_MODES,
  type NumberMode,
  SEARCH_FORM_FIELDS,
  type SearchForm,
  type SearchFormField,
} from './search-form-fields.ts';
export { type Suggestion, suggest } from './suggest.ts';
export { isTimeZone } from './time-zone.ts';

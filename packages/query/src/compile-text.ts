import type { Filter, TextColumn } from '@calliope/model';
import { checkRegularExpression, isFault } from './check-regular-expression.ts';
import type { OrError } from './compile-options.ts';
import { SET_COLUMNS } from './field-columns.ts';
import { anyOf, noneOf, textFilter } from './filter-builders.ts';
import type { QueryValue } from './query-ast.ts';
import { typeError } from './query-error.ts';
import { literalOf, parsePattern, patternSource } from './value-pattern.ts';

/** Several columns match when any does. */
export function anyColumn(columns: readonly TextColumn[], filterOf: (column: TextColumn) => Filter): Filter {
  return anyOf(columns.map(filterOf));
}

/** The column is not empty. A set of a call is not empty when some member has a character. */
export function present(column: TextColumn): Filter {
  return SET_COLUMNS.has(column)
    ? textFilter(column, 'matches', ['[\\s\\S]'])
    : noneOf(textFilter(column, 'equals', ['']));
}

/** The whole column matches the pattern, by the cheapest kind of match. */
export function matchPattern(column: TextColumn, pattern: string, ignoreCase: boolean): Filter {
  const parts = parsePattern(pattern);
  const [first, second, third] = parts;
  if (parts.length === 0) return textFilter(column, 'equals', ['']);
  if (parts.length === 1) {
    if (first === '*') return present(column);
    if (typeof first === 'object') return textFilter(column, 'equals', [first.literal], ignoreCase);
  }
  if (parts.length === 2) {
    if (first === '*' && typeof second === 'object')
      return textFilter(column, 'endsWith', [second.literal], ignoreCase);
    if (typeof first === 'object' && second === '*')
      return textFilter(column, 'startsWith', [first.literal], ignoreCase);
  }
  if (parts.length === 3 && first === '*' && typeof second === 'object' && third === '*') {
    return textFilter(column, 'contains', [second.literal], ignoreCase);
  }
  return textFilter(column, 'matches', [`^${patternSource(parts)}$`], ignoreCase);
}

/** Any of the patterns; those without wildcards are one `equals`. */
export function matchPatterns(column: TextColumn, patterns: readonly string[], ignoreCase: boolean): Filter {
  const literals = patterns.map(literalOf).filter((literal) => literal !== undefined);
  const others = patterns.filter((pattern) => literalOf(pattern) === undefined);
  return anyOf([
    ...(literals.length > 0 ? [textFilter(column, 'equals', literals, ignoreCase)] : []),
    ...others.map((pattern) => matchPattern(column, pattern, ignoreCase)),
  ]);
}

/** The pattern is somewhere in the column. */
export function containPattern(column: TextColumn, pattern: string, ignoreCase: boolean): Filter {
  const literal = literalOf(pattern);
  if (literal !== undefined) return textFilter(column, 'contains', [literal], ignoreCase);
  const parts = parsePattern(pattern);
  const inner = parts.slice(parts[0] === '*' ? 1 : 0, parts.length > 1 && parts.at(-1) === '*' ? -1 : undefined);
  const [only] = inner;
  if (inner.length === 1 && typeof only === 'object') return textFilter(column, 'contains', [only.literal], ignoreCase);
  return textFilter(column, 'matches', [patternSource(inner)], ignoreCase);
}

/** `~`: an unanchored expression of RE2. */
export function matchRegularExpression(columns: readonly TextColumn[], value: QueryValue): OrError<Filter> {
  const check = checkRegularExpression(value.text);
  if (isFault(check)) {
    const quoted = value.length >= value.text.length + 2 ? 1 : 0;
    const offset = Math.min(quoted + check.position, value.length);
    const span = { position: value.position + offset, length: Math.min(check.length, value.length - offset) };
    return typeError(span, check.message, ['a regular expression (RE2)']);
  }
  return anyColumn(columns, (column) => textFilter(column, 'matches', [check.source], check.ignoreCase));
}

/** A pattern's own text, backslashes of escapes gone and wildcards as characters: what `==` compares with. */
export function plainText(pattern: string): string {
  return pattern.replace(/\\([*?\\])/g, '$1');
}

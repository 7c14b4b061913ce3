import { compileQuery } from '@calliope/query';
import type { SearchOf } from './search-view.ts';

export interface ExpressionTrouble {
  message: string;
  /** UTF-16 offset and length in the expression. */
  position: number;
  length: number;
  expected: readonly string[];
}

/** What is wrong with an expression, by the same compiler that the server uses; undefined when nothing is. */
export function expressionTrouble(text: string, of: SearchOf, zone: string): ExpressionTrouble | undefined {
  const compiled = compileQuery(text, { of, nowUs: Date.now() * 1000, timeZone: zone });
  return compiled.ok ? undefined : compiled.error;
}

/** An expression cut in three for underlining: before, the place itself (never empty, so that the end can be shown too), after. */
export function underlined(
  text: string,
  trouble: Pick<ExpressionTrouble, 'position' | 'length'>,
): [string, string, string] {
  const start = Math.max(0, Math.min(text.length, trouble.position));
  const end = Math.max(start, Math.min(text.length, trouble.position + trouble.length));
  return [text.slice(0, start), text.slice(start, end) || ' ', text.slice(end)];
}

import { type Filter, MATCH_ALL } from '@calliope/model';
import { compileComparison } from './compile-comparison.ts';
import type { Compiled, CompileOptions, OrError } from './compile-options.ts';
import { type ImpliedRange, impliedRange } from './compile-time.ts';
import { compileWord } from './compile-word.ts';
import { allOf, anyOf, noneOf } from './filter-builders.ts';
import { parseQuery } from './parse-query.ts';
import type { QueryNode } from './query-ast.ts';
import { isQueryError, type QueryError } from './query-error.ts';

export type CompileResult =
  /** `range` (half-open) is what the comparisons of `time` that must hold imply; the filter has them too. */
  { ok: true; filter: Filter; range?: ImpliedRange } | { ok: false; error: QueryError };

/**
 * Text of the search language to a filter of messages or of calls. Never throws; empty text matches all. Bounds: see `QUERY_LIMITS`.
 *
 * In the view of calls a field that only messages have means: some message of the call is so. Such terms that stand next to each other
 * under one `and` are of the same message (one `hasMessage`). `not`, `!=` and `!~` of them say that no message is so.
 */
export function compileQuery(text: string, options: CompileOptions): CompileResult {
  const parsed = parseQuery(text);
  if (!parsed.ok) return parsed;
  if (parsed.ast.kind === 'and' && parsed.ast.terms.length === 0) return { ok: true, filter: MATCH_ALL };
  const compiled = compileNode(parsed.ast, options);
  if (isQueryError(compiled)) return { ok: false, error: compiled };
  const range = impliedRange(parsed.ast, options);
  return { ok: true, filter: ofCall(compiled), ...(range ? { range } : {}) };
}

function ofCall({ filter, perMessage }: Compiled): Filter {
  return perMessage ? { kind: 'hasMessage', filter } : filter;
}

function compileNode(node: QueryNode, options: CompileOptions): OrError<Compiled> {
  if (node.kind === 'comparison') return compileComparison(node, options);
  if (node.kind === 'word') return compileWord(node, options);
  if (node.kind === 'not') {
    const term = compileNode(node.term, options);
    return isQueryError(term) ? term : { filter: noneOf(ofCall(term)), perMessage: false };
  }
  const terms: Compiled[] = [];
  for (const term of node.terms) {
    const compiled = compileNode(term, options);
    if (isQueryError(compiled)) return compiled;
    terms.push(compiled);
  }
  const join = node.kind === 'and' ? allOf : anyOf;
  const perMessage = terms.every((term) => term.perMessage);
  if (perMessage) return { filter: join(terms.map((term) => term.filter)), perMessage };
  return { filter: join((node.kind === 'and' ? sameMessage(terms) : terms).map(ofCall)), perMessage };
}

/** Joins neighbours that are of a message, so that they are of the same one. */
function sameMessage(terms: readonly Compiled[]): Compiled[] {
  const joined: Compiled[] = [];
  for (const term of terms) {
    const last = joined.at(-1);
    if (last?.perMessage && term.perMessage) {
      joined[joined.length - 1] = { filter: allOf([last.filter, term.filter]), perMessage: true };
    } else {
      joined.push(term);
    }
  }
  return joined;
}

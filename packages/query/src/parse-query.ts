import type { BareWord, Comparison, QueryNode, QueryValue } from './query-ast.ts';
import { isQueryError, type QueryError, quoteForMessage, type Span, syntaxError } from './query-error.ts';
import {
  isQuote,
  KEYWORDS,
  keywordAt,
  type ScannedValue,
  scanDateAndTime,
  scanIdentifier,
  scanOperator,
  scanQuoted,
  scanRegularExpression,
  scanSpacedNumber,
  scanUnquoted,
  skipSpace,
} from './scan-token.ts';
import { findField } from './search-fields.ts';

/** Bounds of a query: bytes of UTF-8, brackets and `not` inside each other, and comparisons (each value of a list is one). */
export const QUERY_LIMITS = { bytes: 8192, depth: 64, comparisons: 256 } as const;

export type ParseResult = { ok: true; ast: QueryNode } | { ok: false; error: QueryError };

const TERM = ['a field', 'a number', 'a Call-ID', 'an address', 'not', '('];
const AFTER_TERM = ['and', 'or'];

/** Reads the text from `at` on; `next` is where the reader stands and only grows. */
interface Reader {
  text: string;
  next: number;
  comparisons: number;
}

type Parsed<T> = T | QueryError;

/**
 * Reads a query without asking whether its fields exist or its values fit. Never throws. Empty text is the query that matches all.
 * Grammar: or-terms of and-terms (`and` may be left out) of `not` terms of brackets, comparisons and bare words.
 */
export function parseQuery(text: string): ParseResult {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > QUERY_LIMITS.bytes) {
    const message = `The query is ${bytes} bytes long; at most ${QUERY_LIMITS.bytes} are taken`;
    return { ok: false, error: syntaxError({ position: 0, length: text.length }, message) };
  }
  const reader: Reader = { text, next: skipSpace(text, 0), comparisons: 0 };
  if (reader.next >= text.length) return { ok: true, ast: { kind: 'and', terms: [], position: 0, length: 0 } };
  const ast = parseOr(reader, 0);
  if (isQueryError(ast)) return { ok: false, error: ast };
  if (reader.next < text.length) return { ok: false, error: leftOver(reader) };
  return { ok: true, ast };
}

/** Something stands where only `and`, `or` or the end can. */
function leftOver(reader: Reader): QueryError {
  const character = reader.text[reader.next]!;
  const span = { position: reader.next, length: 1 };
  if (character === ')') return syntaxError(span, 'This ) closes no (', [...AFTER_TERM, 'the end']);
  const operator = scanOperator(reader.text, reader.next);
  if (operator) {
    const message = 'An operator needs a field before it; put text that has one inside into quotes';
    return syntaxError({ position: reader.next, length: operator.end - reader.next }, message, AFTER_TERM);
  }
  return syntaxError(span, `Expected “and” or “or” instead of ${quoteForMessage(character)}`, AFTER_TERM);
}

function spanFrom(first: Span, last: Span): Span {
  return { position: first.position, length: last.position + last.length - first.position };
}

function junction(kind: 'and' | 'or', terms: QueryNode[]): QueryNode {
  const first = terms[0]!;
  return terms.length === 1 ? first : { kind, terms, ...spanFrom(first, terms.at(-1)!) };
}

function parseOr(reader: Reader, depth: number): Parsed<QueryNode> {
  const terms: QueryNode[] = [];
  for (;;) {
    const term = parseAnd(reader, depth);
    if (isQueryError(term)) return term;
    terms.push(term);
    if (!takeWord(reader, 'or', '||')) return junction('or', terms);
  }
}

function parseAnd(reader: Reader, depth: number): Parsed<QueryNode> {
  const terms: QueryNode[] = [];
  for (;;) {
    const term = parseTerm(reader, depth);
    if (isQueryError(term)) return term;
    terms.push(term);
    if (!takeWord(reader, 'and', '&&') && !termFollows(reader)) return junction('and', terms);
  }
}

function takeWord(reader: Reader, keyword: 'and' | 'or', symbol: string): boolean {
  const { text, next } = reader;
  const length = text.startsWith(symbol, next) ? symbol.length : keywordAt(text, next, keyword) ? keyword.length : 0;
  if (length === 0) return false;
  reader.next = skipSpace(text, next + length);
  return true;
}

/** True when a term without `and` before it stands here. */
function termFollows(reader: Reader): boolean {
  const { text, next } = reader;
  if (next >= text.length || keywordAt(text, next, 'or')) return false;
  return !/[),=<>~]|\|\||![=~]/y.test(text.slice(next, next + 2));
}

function parseTerm(reader: Reader, depth: number): Parsed<QueryNode> {
  const { text, next } = reader;
  if (depth > QUERY_LIMITS.depth) {
    const message = `Brackets and “not” are more than ${QUERY_LIMITS.depth} deep`;
    return syntaxError({ position: next, length: 1 }, message);
  }
  if (next >= text.length)
    return syntaxError({ position: next, length: 0 }, 'The query ends where a term is expected', TERM);
  const spaced = scanSpacedNumber(text, next);
  if (spaced) return bareWord(reader, spaced);
  if (text[next] === '(') return parseGroup(reader, depth);
  const not = text[next] === '!' && !/[=~]/.test(text[next + 1] ?? '') ? 1 : keywordAt(text, next, 'not') ? 3 : 0;
  if (not > 0) {
    reader.next = skipSpace(text, next + not);
    const term = parseTerm(reader, depth + 1);
    return isQueryError(term) ? term : { kind: 'not', term, ...spanFrom({ position: next, length: 0 }, term) };
  }
  if (isQuote(text[next])) return bareWord(reader, scanQuoted(text, next));
  const name = scanIdentifier(text, next);
  if (name !== undefined) {
    const operatorAt = skipSpace(text, next + name.length);
    const isKeyword = KEYWORDS.has(name.toLowerCase());
    if (isKeyword && !/[^\s()"',=<>~!&|]/.test(text[next + name.length] ?? ' ')) {
      return syntaxError({ position: next, length: name.length }, `Expected a term before “${name}”`, TERM);
    }
    // Without white space between, `not in` and the like cannot be meant: `alice-in` is one word anyway.
    if (!isKeyword && scanOperator(text, operatorAt)) return parseComparison(reader, name, operatorAt);
  }
  const uri = /<(?:sips?|tel):[^>\s"]*>/iy;
  uri.lastIndex = next;
  const bracketed = uri.exec(text)?.[0];
  if (bracketed !== undefined) return bareWord(reader, { text: bracketed.slice(1, -1), end: next + bracketed.length });
  if (/[),=<>~!]|&&|\|\|/y.test(text.slice(next, next + 2))) {
    const found = quoteForMessage(
      scanOperator(text, next) ? text.slice(next, scanOperator(text, next)!.end) : text[next]!,
    );
    return syntaxError(
      { position: next, length: 1 },
      `Expected a field or something to search for instead of ${found}`,
      TERM,
    );
  }
  return bareWord(reader, scanUnquoted(text, next));
}

function parseGroup(reader: Reader, depth: number): Parsed<QueryNode> {
  const opened = reader.next;
  reader.next = skipSpace(reader.text, opened + 1);
  const inner = parseOr(reader, depth + 1);
  if (isQueryError(inner)) return inner;
  if (reader.text[reader.next] !== ')') {
    if (reader.next < reader.text.length) return leftOver(reader);
    return syntaxError({ position: opened, length: 1 }, 'This ( is not closed', [')', ...AFTER_TERM]);
  }
  reader.next = skipSpace(reader.text, reader.next + 1);
  return inner;
}

/** Counts a comparison, a bare word or a value of a list; an error past the bound. */
function count(reader: Reader, span: Span): QueryError | undefined {
  reader.comparisons++;
  if (reader.comparisons <= QUERY_LIMITS.comparisons) return undefined;
  return syntaxError(span, `More than ${QUERY_LIMITS.comparisons} comparisons`);
}

function bareWord(reader: Reader, scanned: Parsed<ScannedValue>): Parsed<BareWord> {
  if (isQueryError(scanned)) return scanned;
  const value: QueryValue = { text: scanned.text, position: reader.next, length: scanned.end - reader.next };
  const span = { position: value.position, length: value.length };
  if (value.text.trim() === '')
    return syntaxError(span, 'There is nothing to search for between these quotes', ['text']);
  reader.next = skipSpace(reader.text, scanned.end);
  return count(reader, span) ?? { kind: 'word', value, ...span };
}

function parseComparison(reader: Reader, name: string, operatorAt: number): Parsed<QueryNode> {
  const { text } = reader;
  const { operator, negated, end } = scanOperator(text, operatorAt)!;
  const known = findField(name);
  const start = reader.next;
  const comparison: Comparison = {
    kind: 'comparison',
    field: known?.name ?? name.toLowerCase(),
    fieldSpan: { position: start, length: name.length },
    operator,
    operatorSpan: { position: operatorAt, length: end - operatorAt },
    values: [],
    position: start,
    length: end - start,
  };
  reader.next = operator === 'exists' ? end : skipSpace(text, end);
  const type = known?.type;
  let stop: number | QueryError = end;
  if (operator === 'exists') stop = count(reader, comparison) ?? end;
  else if (operator === 'in' && text[reader.next] === '(') stop = parseList(reader, comparison.values, type);
  else stop = parseValue(reader, comparison.values, operator === '~' || operator === '!~', type);
  if (isQueryError(stop)) return stop;
  comparison.length = stop - start;
  reader.next = skipSpace(text, stop);
  const span = { position: start, length: comparison.length };
  return negated ? { kind: 'not', term: comparison, ...span } : comparison;
}

/** Reads one value into `values` and says where it ends. */
function parseValue(
  reader: Reader,
  values: QueryValue[],
  regex: boolean,
  type: string | undefined,
): number | QueryError {
  const { text, next } = reader;
  if (next >= text.length)
    return syntaxError({ position: next, length: 0 }, 'The query ends where a value is expected', ['a value']);
  const scanned = regex
    ? scanRegularExpression(text, next)
    : isQuote(text[next])
      ? scanQuoted(text, next)
      : ((type === 'time'
          ? scanDateAndTime(text, next)
          : type === 'number'
            ? scanSpacedNumber(text, next)
            : undefined) ?? scanUnquoted(text, next));
  if (isQueryError(scanned)) return scanned;
  const length = scanned.end - next;
  const operator = regex ? undefined : scanOperator(text, next);
  if (length === 0 || (operator && /^[=<>!~]/.test(text[next]!))) {
    const found = quoteForMessage(text.slice(next, next + 1));
    const message = `Expected a value instead of ${found}; put it into quotes if it is one`;
    return syntaxError({ position: next, length: 1 }, message, ['a value', 'text in quotes']);
  }
  const keyword = text.slice(next, scanned.end).toLowerCase();
  if (!regex && (keyword === 'and' || keyword === 'or')) {
    const message = `Expected a value instead of “${keyword}”; put it into quotes if it is one`;
    return syntaxError({ position: next, length }, message, ['a value', 'text in quotes']);
  }
  values.push({ text: scanned.text, position: next, length });
  return count(reader, { position: next, length }) ?? scanned.end;
}

/** Reads `(a, b, …)`, at least one value. */
function parseList(reader: Reader, values: QueryValue[], type: string | undefined): number | QueryError {
  const { text } = reader;
  const opened = reader.next;
  for (;;) {
    reader.next = skipSpace(text, reader.next + 1);
    const stop = parseValue(reader, values, false, type);
    if (isQueryError(stop)) return stop;
    reader.next = skipSpace(text, stop);
    if (text[reader.next] === ')') return reader.next + 1;
    if (text[reader.next] === ',') continue;
    if (reader.next >= text.length) {
      return syntaxError({ position: opened, length: 1 }, 'This list is not closed', [',', ')']);
    }
    return syntaxError({ position: reader.next, length: 1 }, 'Expected a comma or ) in this list', [',', ')']);
  }
}

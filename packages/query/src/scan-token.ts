import type { Operator } from './query-ast.ts';
import { type QueryError, quoteForMessage, syntaxError } from './query-error.ts';

/** The pieces of the query's text. Each function looks at `at` and says where what it found ends; none goes back. */

export const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'exists']);

const SPACE = /\s*/y;
const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_-]*/y;
const SYMBOL = /=~|==|!~|!=|<>|<=|>=|=|<|>|~/y;
const WORD_OPERATOR = /(not\s+)?(in|exists)(?![A-Za-z0-9_.@:*?+-])/iy;
const UNQUOTED_END = /[\s()",]|&&|\|\|/y;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

export function skipSpace(text: string, at: number): number {
  return at + (matchAt(SPACE, text, at)?.[0].length ?? 0);
}

/** A name as fields have, keywords included; undefined when there is none. */
export function scanIdentifier(text: string, at: number): string | undefined {
  return matchAt(IDENTIFIER, text, at)?.[0];
}

/** True when the keyword stands at `at` as a word of its own. */
export function keywordAt(text: string, at: number, keyword: 'and' | 'or' | 'not'): boolean {
  const next = at + keyword.length;
  return text.slice(at, next).toLowerCase() === keyword && (next >= text.length || /[\s()"'!]/.test(text[next]!));
}

/** An operator; `negated` for `not in` and `not exists`. */
export function scanOperator(
  text: string,
  at: number,
): { operator: Operator; negated: boolean; end: number } | undefined {
  const symbol = matchAt(SYMBOL, text, at)?.[0];
  if (symbol !== undefined) {
    const operator = symbol === '=~' ? '~' : symbol === '<>' ? '!=' : (symbol as Operator);
    return { operator, negated: false, end: at + symbol.length };
  }
  const word = matchAt(WORD_OPERATOR, text, at);
  if (!word) return undefined;
  return { operator: word[2]!.toLowerCase() as Operator, negated: word[1] !== undefined, end: at + word[0].length };
}

export interface ScannedValue {
  text: string;
  end: number;
}

const CONTROL: Record<string, string> = { n: '\n', r: '\r', t: '\t' };

/** What `\` and the character after it stand for in a pattern; undefined when that is no escape. */
function escaped(character: string | undefined, quoted: boolean): string | undefined {
  if (character === undefined) return undefined;
  if ('*?\\'.includes(character)) return `\\${character}`;
  if ('"\''.includes(character)) return character;
  return quoted ? CONTROL[character] : /[ (),]/.test(character) ? character : undefined;
}

function escapeError(text: string, at: number): QueryError {
  const what = quoteForMessage(text.slice(at, at + 2));
  return syntaxError(
    { position: at, length: Math.min(2, text.length - at) },
    `${what} is no escape; write \\\\ for a backslash`,
    ['\\\\', '\\*', '\\?', '\\"'],
  );
}

function unclosedError(text: string, at: number): QueryError {
  return syntaxError({ position: at, length: text.length - at }, `The quote ${text[at]} is not closed`, [text[at]!]);
}

export function isQuote(character: string | undefined): boolean {
  return character === '"' || character === "'";
}

/** A quoted string as a pattern (see `QueryValue`). */
export function scanQuoted(text: string, at: number): ScannedValue | QueryError {
  const quote = text[at]!;
  let value = '';
  for (let i = at + 1; i < text.length; i++) {
    const character = text[i]!;
    if (character === quote) return { text: value, end: i + 1 };
    if (character !== '\\') {
      value += character;
      continue;
    }
    const replacement = escaped(text[i + 1], true);
    if (replacement === undefined) return i + 1 < text.length ? escapeError(text, i) : unclosedError(text, at);
    value += replacement;
    i++;
  }
  return unclosedError(text, at);
}

/** An unquoted word as a pattern: up to white space, a bracket, a comma, a double quote, `&&` or `||`. May be empty. */
export function scanUnquoted(text: string, at: number): ScannedValue | QueryError {
  let value = '';
  let i = at;
  for (; i < text.length; i++) {
    const character = text[i]!;
    if (character === '\\') {
      const replacement = escaped(text[i + 1], false);
      if (replacement === undefined) return escapeError(text, i);
      value += replacement;
      i++;
    } else if (matchAt(UNQUOTED_END, text, i)) {
      break;
    } else {
      value += character;
    }
  }
  return { text: value, end: i };
}

/**
 * A regular expression: quoted, or up to white space or the bracket that closes a group of the query. Backslashes are the expression's own;
 * a double quote in it is given as `\"`, which means the same.
 */
export function scanRegularExpression(text: string, at: number): ScannedValue | QueryError {
  const quote = isQuote(text[at]) ? text[at] : undefined;
  let value = '';
  let depth = 0;
  let inClass = false;
  for (let i = quote ? at + 1 : at; i < text.length; i++) {
    const character = text[i]!;
    if (character === quote) return { text: value, end: i + 1 };
    if (!quote) {
      if (/\s/.test(character) || (character === ')' && depth === 0 && !inClass)) return { text: value, end: i };
      if (character === '[') inClass = true;
      else if (character === ']') inClass = false;
      else if (character === '(' && !inClass) depth++;
      else if (character === ')' && !inClass) depth--;
    }
    if (character === '\\') {
      if (i + 1 >= text.length) return quote ? unclosedError(text, at) : escapeError(text, i);
      value += text.slice(i, i + 2);
      i++;
    } else {
      value += character === '"' ? '\\"' : character;
    }
  }
  return quote ? unclosedError(text, at) : { text: value, end: text.length };
}

/**
 * Numbers as people write them, with white space inside. A separator is needed between groups
 * and their count is bounded, so that matching stays linear.
 */
const SPACED_NUMBERS = [
  /\+\d+(?:[ \u00a0./-]\d+|[ \u00a0]?\(\d{1,5}\)[ \u00a0./-]?\d+){0,14}(?=[\s),]|$|&&|\|\|)/y,
  /0\d*(?:[ \u00a0./-]\d+){0,14}(?=[\s),]|$|&&|\|\|)/y,
  /\(0?\d{1,4}\)[ \u00a0./-]?\d+(?:[ \u00a0./-]\d+){0,14}(?=[\s),]|$|&&|\|\|)/y,
  /\d{3} \d{3} \d{4}(?=[\s),]|$|&&|\|\|)/y,
] as const;
const DATE_OR_ADDRESS = /^\d{1,3}(\.\d{1,3}){3}(\/\d+)?$|^\d{4}-\d\d-\d\d$/;

/**
 * A telephone number written in groups, such as `+49 30 1234567`, `030 123 45 67`, `(202) 555-0123`, at most 15 digits (E.164); undefined
 * when what stands there is not one, or has no white space or bracket and so is an ordinary word.
 */
export function scanSpacedNumber(text: string, at: number): ScannedValue | undefined {
  for (const [index, pattern] of SPACED_NUMBERS.entries()) {
    let number = matchAt(pattern, text, at)?.[0];
    if (number === undefined) continue;
    const digits = () => number!.replace(/\D/g, '').length;
    const words = number.split(/[ \u00a0]/);
    const stop = words.findIndex((word) => DATE_OR_ADDRESS.test(word));
    if (stop >= 0) number = words.slice(0, stop).join(' ');
    while (digits() > 15 && /[ \u00a0]/.test(number)) number = number.replace(/[ \u00a0][^ \u00a0]*$/, '');
    if (index === 2 && (digits() < 7 || digits() > 15)) continue;
    return /[ \u00a0(]/.test(number) ? { text: number, end: at + number.length } : undefined;
  }
  return undefined;
}

const DATE_AND_TIME =
  /(?:\d{4}-\d\d-\d\d|today|yesterday) \d\d?:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?(?=[\s),]|$|\.\.|&&|\|\|)/iy;

/** A date and a time of day with a space between them, so that a time need not be quoted. */
export function scanDateAndTime(text: string, at: number): ScannedValue | undefined {
  const found = matchAt(DATE_AND_TIME, text, at)?.[0];
  if (found === undefined) return undefined;
  const end = at + found.length;
  if (!text.startsWith('..', end)) return { text: found, end };
  const rest = scanDateAndTime(text, end + 2) ?? scanUnquoted(text, end + 2);
  return 'expected' in rest ? undefined : { text: `${found}..${rest.text}`, end: rest.end };
}

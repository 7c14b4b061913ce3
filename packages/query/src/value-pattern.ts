/** A piece of a pattern: text as it is, or a wildcard. */
export type PatternPart = { literal: string } | '*' | '?';

/** Reads a pattern (see `QueryValue`): `*` any text, `?` one character, `\` makes the next character literal. Stars side by side are one. */
export function parsePattern(pattern: string): PatternPart[] {
  const parts: PatternPart[] = [];
  let literal = '';
  const flush = () => {
    if (literal !== '') parts.push({ literal });
    literal = '';
  };
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    if (character === '\\' && i + 1 < pattern.length) {
      literal += pattern[++i];
    } else if (character === '*' || character === '?') {
      flush();
      if (character === '?' || parts.at(-1) !== '*') parts.push(character);
    } else {
      literal += character;
    }
  }
  flush();
  return parts;
}

/** The text of a pattern without wildcards; undefined when it has some. */
export function literalOf(pattern: string): string | undefined {
  const parts = parsePattern(pattern);
  if (parts.length === 0) return '';
  const only = parts[0]!;
  return parts.length === 1 && typeof only === 'object' ? only.literal : undefined;
}

/** A pattern that matches exactly this text. */
export function escapePattern(literal: string): string {
  return literal.replace(/[*?\\]/g, '\\$&');
}

/** What somebody typed into a form as a pattern: wildcards are wildcards, a backslash that escapes nothing is itself. */
export function patternOfTyped(typed: string): string {
  return typed.replace(/\\[*?\\]|\\/g, (part) => (part.length === 2 ? part : '\\\\'));
}

/** The text as a regular expression that matches just it, for RE2 and for JavaScript. */
export function escapeRegularExpression(literal: string): string {
  return literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** A pattern's parts as an expression without anchors; wildcards also stand for line breaks. */
export function patternSource(parts: readonly PatternPart[]): string {
  return parts
    .map((part) => (part === '*' ? '[\\s\\S]*' : part === '?' ? '[\\s\\S]' : escapeRegularExpression(part.literal)))
    .join('');
}

/** True when the parts match all of the text; time grows with the product of the lengths at most. */
export function patternMatches(parts: readonly PatternPart[], text: string): boolean {
  let ends = new Set([0]);
  for (const part of parts) {
    const next = new Set<number>();
    for (const end of ends) {
      if (part === '*') for (let i = end; i <= text.length; i++) next.add(i);
      else if (part === '?') next.add(end + 1);
      else if (text.startsWith(part.literal, end)) next.add(end + part.literal.length);
    }
    ends = next;
  }
  return ends.has(text.length);
}

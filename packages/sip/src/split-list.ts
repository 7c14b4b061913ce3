/**
 * Splits a header value at the commas that divide values: not those in quoted strings or between `<` and `>` (RFC 3261 section 7.3.1).
 * Values are trimmed; empty ones are left out. A quote or bracket that does not close reaches to the end.
 */
export function splitList(value: string): string[] {
  return splitAt(value, ',');
}

/** Splits at `separator` outside quoted strings and angle brackets; trimmed, empty parts left out. */
export function splitAt(value: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  let isInAngle = false;
  const push = (end: number) => {
    const part = trimBlanks(value.slice(start, end));
    if (part !== '') parts.push(part);
  };
  for (let i = 0; i < value.length; i++) {
    const character = value[i];
    if (isQuoted) {
      if (character === '\\') i++;
      else if (character === '"') isQuoted = false;
    } else if (character === '"' && !isInAngle) {
      isQuoted = true;
    } else if (character === '<') {
      isInAngle = true;
    } else if (character === '>') {
      isInAngle = false;
    } else if (character === separator && !isInAngle) {
      push(i);
      start = i + 1;
    }
  }
  push(value.length);
  return parts;
}

/** Without the white space of SIP (SP, HTAB, CR, LF) at both ends; `trim` would take more. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13 || code === 10;
}

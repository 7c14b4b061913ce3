/** Classes of bytes in SIP headers (RFC 3261 section 25.1), as bits of {@link BYTE_CLASS}. */
export const TOKEN = 1;
/** SP, HTAB, CR and LF. CR and LF are white space only within a header value, where they can only come from folding. */
export const WHITESPACE = 2;
export const DIGIT = 4;
/** Letters, digits, `-`, `.`, and `_`, which no grammar allows in a host but many networks have. */
export const HOST = 8;
/** What may stand in the scheme of a URI (RFC 3986 section 3.1). */
export const SCHEME = 16;
/** What ends or divides a URI or a parameter: everything that a scanner must look at. */
export const URI_SPECIAL = 32;
/** Control characters other than HTAB, CR and LF. */
export const CONTROL = 64;
export const HEX = 128;

/** Class bits by byte. */
export const BYTE_CLASS: Uint8Array = /* @__PURE__ */ classify();

function classify(): Uint8Array {
  const table = new Uint8Array(256);
  const mark = (characters: string, bits: number) => {
    for (let i = 0; i < characters.length; i++) {
      const code = characters.charCodeAt(i);
      table[code] = table[code]! | bits;
    }
  };
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
  mark(letters, TOKEN | HOST | SCHEME);
  mark('0123456789', TOKEN | HOST | SCHEME | DIGIT | HEX);
  mark('abcdefABCDEF', HEX);
  mark("-.!%*_+`'~", TOKEN);
  mark('-._', HOST);
  mark('+-.', SCHEME);
  mark(' \t\r\n', WHITESPACE | URI_SPECIAL);
  mark('<>"@;?,:[', URI_SPECIAL);
  for (let code = 0; code < 32; code++) if (code !== 9 && code !== 10 && code !== 13) table[code] = CONTROL;
  table[127] = CONTROL;
  return table;
}

/** The first position in [at, end) that is not white space, else `end`. */
export function skipWhitespace(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && (BYTE_CLASS[bytes[i]!]! & WHITESPACE) !== 0) i++;
  return i;
}

/** The end of [start, end) without the white space before it. */
export function trimEnd(bytes: Uint8Array, start: number, end: number): number {
  let i = end;
  while (i > start && (BYTE_CLASS[bytes[i - 1]!]! & WHITESPACE) !== 0) i--;
  return i;
}

/** The end of the token that starts at `at`. */
export function skipToken(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && (BYTE_CLASS[bytes[i]!]! & TOKEN) !== 0) i++;
  return i;
}

/** True when the bytes at `at` are `lowerCase` in any case. `lowerCase` is letters and hyphens only; the caller has checked the length. */
export function equalsIgnoringCase(bytes: Uint8Array, at: number, lowerCase: Uint8Array): boolean {
  for (let i = 0; i < lowerCase.length; i++) if ((bytes[at + i]! | 0x20) !== lowerCase[i]) return false;
  return true;
}

/** Bytes of an ASCII text. */
export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/**
 * The number written in decimal digits in [start, end): -1 when there is something else or nothing, and `limit + 1` when it is above `limit`.
 * `limit` is at most 2^32-1.
 */
export function decimalNumber(bytes: Uint8Array, start: number, end: number, limit: number): number {
  if (start >= end) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value > limit ? value : value * 10 + digit;
  }
  return value > limit ? limit + 1 : value;
}

/** Classes of bytes in SIP headers (RFC 3261 section 25.1), as bits of {@link BYTE_CLASS}. */
export const ByteClass = {
  TOKEN: 1,
  /** SP, HTAB, CR and LF. CR and LF are white space only within a header value, where they can only come from folding. */
  WHITESPACE: 2,
  DIGIT: 4,
  /** Letters, digits, `-`, `.`, and `_`, which no grammar allows in a host but many networks have. */
  HOST: 8,
  /** What may stand in the scheme of a URI (RFC 3986 section 3.1). */
  SCHEME: 16,
  /** What ends or divides a URI or a parameter: everything that a scanner must look at. */
  URI_SPECIAL: 32,
  /** What ends a parameter's value: white space, `;` and `,`. */
  PARAMETER_END: 64,
  HEX: 128,
} as const;

// V8 looks an imported or exported binding up each time it is read, and folds constants of the module's own: taking them out of objects
// like this one, here and in the other modules of the scan, was worth a quarter of its time.
const { TOKEN, WHITESPACE, DIGIT, HOST, SCHEME, URI_SPECIAL, PARAMETER_END, HEX } = ByteClass;

const table = classify();

/** Class bits by byte. */
export const BYTE_CLASS: Uint8Array = table;

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
  mark(' \t\r\n', WHITESPACE | URI_SPECIAL | PARAMETER_END);
  mark(';,', PARAMETER_END);
  mark('<>"@;?,:[', URI_SPECIAL);
  return table;
}

/** The first position in [at, end) that is not white space, else `end`. */
export function skipWhitespace(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  // Mostly there is none, which one comparison tells.
  while (i < end && bytes[i]! <= 32 && (table[bytes[i]!]! & WHITESPACE) !== 0) i++;
  return i;
}

/** The end of [start, end) without the white space before it. */
export function trimEnd(bytes: Uint8Array, start: number, end: number): number {
  let i = end;
  while (i > start && bytes[i - 1]! <= 32 && (table[bytes[i - 1]!]! & WHITESPACE) !== 0) i--;
  return i;
}

/** The end of the token that starts at `at`. */
export function skipToken(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && (table[bytes[i]!]! & TOKEN) !== 0) i++;
  return i;
}

// Loops of their own, with next to nothing alive in them: within a bigger loop V8 spills registers, and a byte costs three times as much.

/** The end of what needs no look within a URI. */
export function skipPlain(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && (table[bytes[i]!]! & URI_SPECIAL) === 0) i++;
  return i;
}

/** The end of what is no control character: HTAB, CR and LF are some here, as is DEL. */
export function skipText(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && bytes[i]! >= 32 && bytes[i] !== 127) i++;
  return i;
}

/** The end of a host name or IPv4 address. */
export function skipHost(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && (table[bytes[i]!]! & HOST) !== 0) i++;
  return i;
}

export function skipDigits(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && (table[bytes[i]!]! & DIGIT) !== 0) i++;
  return i;
}

/** The end of an unquoted parameter value. */
export function skipParameterValue(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && (table[bytes[i]!]! & PARAMETER_END) === 0) i++;
  return i;
}

/** Four bytes at `at` as one integer, letters in lower case. Hyphens and digits stay; the few bytes that become one are not token characters. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]! | 0x20202020;
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

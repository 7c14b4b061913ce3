import { skipText, skipToken, skipWhitespace, trimEnd } from './byte-class.ts';
import type { ScanCursor } from './scan-cursor.ts';

/** What {@link readHeaderLine} found. */
export const HeaderLineKind = {
  /** The empty line before the body. */
  END_OF_HEADERS: 0,
  HEADER: 1,
  /** No colon, no name, or a name that is not a token. */
  BAD: 2,
} as const;

const { END_OF_HEADERS, HEADER, BAD } = HeaderLineKind;
const HTAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const BACKSLASH = 92;

/**
 * Reads one header line with its continuation lines (RFC 3261 section 7.3.1) from `at` < `limit` into `cursor`.
 * A line ends with CRLF or LF; CR alone is a control character.
 */
export function readHeaderLine(bytes: Uint8Array, at: number, limit: number, cursor: ScanCursor): number {
  const first = bytes[at]!;
  if (first === LF || (first === CR && at + 1 < limit && bytes[at + 1] === LF)) {
    cursor.nextLine = first === LF ? at + 1 : at + 2;
    return END_OF_HEADERS;
  }
  let i = skipToken(bytes, at, limit);
  const nameEnd = i;
  while (i < limit && (bytes[i] === SPACE || bytes[i] === HTAB)) i++;
  const isHeader = nameEnd > at && i < limit && bytes[i] === COLON;
  if (isHeader) i++;
  cursor.nameStart = at;
  cursor.nameEnd = nameEnd;
  cursor.valueStart = i;
  i = skipText(bytes, i, limit);
  if (i + 2 < limit && bytes[i] === CR && bytes[i + 1] === LF && bytes[i + 2]! > SPACE) {
    // Nearly every line ends like this.
    cursor.nextLine = i + 2;
    cursor.lineHasControlCharacters = false;
    cursor.isLineCut = false;
  } else {
    i = readOddLineEnd(bytes, at, i, limit, cursor);
  }
  const valueEnd = trimEnd(bytes, cursor.valueStart, i);
  cursor.valueStart = skipWhitespace(bytes, cursor.valueStart, valueEnd);
  cursor.valueEnd = valueEnd;
  return isHeader ? HEADER : BAD;
}

/** Goes on at `from`, the first control character of the line or `limit`, to the end of the line and its continuation lines; returns that end. */
function readOddLineEnd(bytes: Uint8Array, at: number, from: number, limit: number, cursor: ScanCursor): number {
  cursor.lineHasControlCharacters = false;
  cursor.isLineCut = false;
  let i = from;
  for (;;) {
    if (i >= limit) {
      cursor.isLineCut = true;
      cursor.nextLine = limit;
      return i;
    }
    const byte = bytes[i]!;
    if (byte === LF) {
      if (i + 1 >= limit || (bytes[i + 1] !== SPACE && bytes[i + 1] !== HTAB)) {
        cursor.nextLine = i + 1;
        return i;
      }
      i++;
    } else if (byte !== HTAB && !(byte === CR && (i + 1 >= limit || bytes[i + 1] === LF)) && !isEscaped(bytes, at, i)) {
      cursor.lineHasControlCharacters = true;
    }
    i = skipText(bytes, i + 1, limit);
  }
}

/** A quoted-pair may hold any ASCII character but CR and LF (RFC 3261 section 25.1): an odd number of backslashes stands before it. */
function isEscaped(bytes: Uint8Array, start: number, at: number): boolean {
  let i = at;
  while (i > start && bytes[i - 1] === BACKSLASH) i--;
  return ((at - i) & 1) === 1 && bytes[at] !== CR;
}

/** True when a header line of any name starts at `at` and its colon is within reach. */
export function startsHeaderLine(bytes: Uint8Array, at: number, limit: number): boolean {
  let i = skipToken(bytes, at, limit);
  if (i === at || i >= limit) return false;
  while (i < limit && (bytes[i] === SPACE || bytes[i] === HTAB)) i++;
  return i < limit && bytes[i] === COLON;
}

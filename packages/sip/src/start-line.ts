import { BYTE_CLASS, ByteClass, skipToken, trimEnd } from './byte-class.ts';
import type { ScanCursor } from './scan-cursor.ts';

const { TOKEN, WHITESPACE, DIGIT } = ByteClass;
const table = BYTE_CLASS;

/** What {@link readStartLine} found. */
export const StartLineKind = {
  NOT_SIP: 0,
  REQUEST: 1,
  RESPONSE: 2,
} as const;

const { NOT_SIP, REQUEST, RESPONSE } = StartLineKind;
const SPACE = 32;
const DOT = 46;
const SLASH = 47;
const ZERO = 48;
const TWO = 50;

/** Reads the start line in [at, end), line end not included, into `cursor`. */
export function readStartLine(bytes: Uint8Array, at: number, end: number, cursor: ScanCursor): number {
  cursor.isBadlySpaced = false;
  cursor.isBadStatusCode = false;
  cursor.statusCode = 0;
  if (isSipWord(bytes, at, end)) {
    const kind = readStatusLine(bytes, at, end, cursor);
    if (kind !== NOT_SIP) return kind;
  }
  return readRequestLine(bytes, at, end, cursor);
}

/** `SIP` in any case and no longer word: what follows may be white space and must be a slash. */
function isSipWord(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    at + 3 < end &&
    (bytes[at]! | 0x20) === 0x73 &&
    (bytes[at + 1]! | 0x20) === 0x69 &&
    (bytes[at + 2]! | 0x20) === 0x70 &&
    (table[bytes[at + 3]!]! & TOKEN) === 0
  );
}

function readRequestLine(bytes: Uint8Array, at: number, end: number, cursor: ScanCursor): number {
  const methodEnd = skipToken(bytes, at, end);
  if (methodEnd === at || methodEnd >= end || !isBlank(bytes[methodEnd]!)) return NOT_SIP;
  let uriStart = methodEnd + 1;
  if (bytes[methodEnd] !== SPACE) cursor.isBadlySpaced = true;
  while (uriStart < end && isBlank(bytes[uriStart]!)) {
    uriStart++;
    cursor.isBadlySpaced = true;
  }
  let i = trimEnd(bytes, uriStart, end);
  if (i !== end) cursor.isBadlySpaced = true;
  // Backwards from the end, because the request-URI may (wrongly) have white space in it.
  const versionEnd = i;
  const minorEnd = i;
  while (i > uriStart && (table[bytes[i - 1]!]! & DIGIT) !== 0) i--;
  if (i === minorEnd || i === uriStart || bytes[i - 1] !== DOT) return NOT_SIP;
  const minorStart = i;
  i--;
  const majorEnd = i;
  while (i > uriStart && (table[bytes[i - 1]!]! & DIGIT) !== 0) i--;
  if (i === majorEnd) return NOT_SIP;
  const majorStart = i;
  while (i > uriStart && isBlank(bytes[i - 1]!)) i--;
  if (i === uriStart || bytes[i - 1] !== SLASH) return NOT_SIP;
  if (i !== majorStart) cursor.isBadlySpaced = true;
  i--;
  const slash = i;
  while (i > uriStart && isBlank(bytes[i - 1]!)) i--;
  if (i !== slash) cursor.isBadlySpaced = true;
  const versionStart = i - 3;
  if (versionStart <= uriStart || !isSipWord(bytes, versionStart, end)) return NOT_SIP;
  if (!isBlank(bytes[versionStart - 1]!)) return NOT_SIP;
  const uriEnd = trimEnd(bytes, uriStart, versionStart);
  if (uriEnd === uriStart) return NOT_SIP;
  if (versionStart - uriEnd !== 1 || bytes[uriEnd] !== SPACE) cursor.isBadlySpaced = true;
  cursor.methodStart = at;
  cursor.methodEnd = methodEnd;
  cursor.requestUriStart = uriStart;
  cursor.requestUriEnd = uriEnd;
  cursor.versionStart = versionStart;
  cursor.versionEnd = versionEnd;
  cursor.isVersion2 =
    majorEnd - majorStart === 1 &&
    bytes[majorStart] === TWO &&
    minorEnd - minorStart === 1 &&
    bytes[minorStart] === ZERO;
  return REQUEST;
}

/** {@link readStartLine} for a line that begins with `SIP`, as a status line only. */
export function readStatusLine(bytes: Uint8Array, at: number, end: number, cursor: ScanCursor): number {
  let i = at + 3;
  const gap = i;
  while (i < end && isBlank(bytes[i]!)) i++;
  if (i >= end || bytes[i] !== SLASH) return NOT_SIP;
  if (i !== gap) cursor.isBadlySpaced = true;
  i++;
  const majorGap = i;
  while (i < end && isBlank(bytes[i]!)) i++;
  if (i !== majorGap) cursor.isBadlySpaced = true;
  const majorStart = i;
  while (i < end && (table[bytes[i]!]! & DIGIT) !== 0) i++;
  const majorEnd = i;
  if (majorEnd === majorStart || i >= end || bytes[i] !== DOT) return NOT_SIP;
  i++;
  const minorStart = i;
  while (i < end && (table[bytes[i]!]! & DIGIT) !== 0) i++;
  const minorEnd = i;
  if (minorEnd === minorStart || i >= end || !isBlank(bytes[i]!)) return NOT_SIP;
  const spaces = i;
  while (i < end && isBlank(bytes[i]!)) i++;
  if (i - spaces !== 1 || bytes[spaces] !== SPACE) cursor.isBadlySpaced = true;
  const codeStart = i;
  let code = 0;
  while (i < end && (table[bytes[i]!]! & DIGIT) !== 0) {
    if (code < 1000) code = code * 10 + bytes[i]! - ZERO;
    i++;
  }
  if (i === codeStart) return NOT_SIP;
  const hasThreeDigits = i - codeStart === 3;
  cursor.statusCode = hasThreeDigits ? code : 0;
  cursor.isBadStatusCode = !hasThreeDigits || code < 100 || code > 699;
  // The space stays also when there is no reason phrase (RFC 4475 section 3.1.1.13).
  if (i >= end || bytes[i] !== SPACE) cursor.isBadlySpaced = true;
  while (i < end && (table[bytes[i]!]! & WHITESPACE) !== 0) i++;
  cursor.reasonStart = i;
  cursor.reasonEnd = trimEnd(bytes, i, end);
  cursor.versionStart = at;
  cursor.versionEnd = minorEnd;
  cursor.isVersion2 =
    majorEnd - majorStart === 1 &&
    bytes[majorStart] === TWO &&
    minorEnd - minorStart === 1 &&
    bytes[minorStart] === ZERO;
  return RESPONSE;
}

function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9;
}

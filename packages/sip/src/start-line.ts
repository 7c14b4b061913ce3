import { BYTE_CLASS, CONTROL, DIGIT, skipToken, TOKEN, trimEnd, WHITESPACE } from './byte-class.ts';

/** What {@link readStartLine} found. */
export const StartLineKind = {
  NOT_SIP: 0,
  REQUEST: 1,
  RESPONSE: 2,
} as const;

/** Where the last start line read lies. One object for all: it holds until the next call of {@link readStartLine}. */
export const startLine = {
  /** Of a request. */
  methodStart: 0,
  methodEnd: 0,
  uriStart: 0,
  uriEnd: 0,
  /** `SIP/2.0` as written. */
  versionStart: 0,
  versionEnd: 0,
  /** Of a response: 100..999 when there are three digits, else 0. */
  statusCode: 0,
  reasonStart: 0,
  reasonEnd: 0,
  /** Spacing is not what RFC 3261 section 7.1 and 7.2 ask for. */
  isBadlySpaced: false,
  isVersion2: false,
  /** There are digits where the status code should be, but not three of 100..699. */
  isBadStatusCode: false,
  /** Control characters, or CR that ends no line. */
  hasControlCharacters: false,
};

const CR = 13;
const SPACE = 32;
const DOT = 46;
const SLASH = 47;
const ZERO = 48;
const TWO = 50;

/** Reads the start line in [at, end), line end not included, into {@link startLine}. */
export function readStartLine(bytes: Uint8Array, at: number, end: number): number {
  startLine.isBadlySpaced = false;
  startLine.isBadStatusCode = false;
  startLine.statusCode = 0;
  startLine.hasControlCharacters = false;
  if (isSipWord(bytes, at, end)) {
    const kind = readStatusLine(bytes, at, end);
    if (kind !== StartLineKind.NOT_SIP) {
      if (hasControlCharacters(bytes, at, end)) startLine.hasControlCharacters = true;
      return kind;
    }
  }
  const kind = readRequestLine(bytes, at, end);
  if (kind !== StartLineKind.NOT_SIP && hasControlCharacters(bytes, at, end)) startLine.hasControlCharacters = true;
  return kind;
}

function hasControlCharacters(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((BYTE_CLASS[bytes[i]!]! & CONTROL) !== 0 || bytes[i] === CR) return true;
  return false;
}

/** `SIP` in any case and no longer word: what follows may be white space and must be a slash. */
function isSipWord(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    at + 3 < end &&
    (bytes[at]! | 0x20) === 0x73 &&
    (bytes[at + 1]! | 0x20) === 0x69 &&
    (bytes[at + 2]! | 0x20) === 0x70 &&
    (BYTE_CLASS[bytes[at + 3]!]! & TOKEN) === 0
  );
}

function readRequestLine(bytes: Uint8Array, at: number, end: number): number {
  const methodEnd = skipToken(bytes, at, end);
  if (methodEnd === at || methodEnd >= end || !isBlank(bytes[methodEnd]!)) return StartLineKind.NOT_SIP;
  let uriStart = methodEnd + 1;
  if (bytes[methodEnd] !== SPACE) startLine.isBadlySpaced = true;
  while (uriStart < end && isBlank(bytes[uriStart]!)) {
    uriStart++;
    startLine.isBadlySpaced = true;
  }
  let i = trimEnd(bytes, uriStart, end);
  if (i !== end) startLine.isBadlySpaced = true;
  // Backwards from the end, because the request-URI may (wrongly) have white space in it.
  const versionEnd = i;
  const minorEnd = i;
  while (i > uriStart && (BYTE_CLASS[bytes[i - 1]!]! & DIGIT) !== 0) i--;
  if (i === minorEnd || i === uriStart || bytes[i - 1] !== DOT) return StartLineKind.NOT_SIP;
  const minorStart = i;
  i--;
  const majorEnd = i;
  while (i > uriStart && (BYTE_CLASS[bytes[i - 1]!]! & DIGIT) !== 0) i--;
  if (i === majorEnd) return StartLineKind.NOT_SIP;
  const majorStart = i;
  while (i > uriStart && isBlank(bytes[i - 1]!)) i--;
  if (i === uriStart || bytes[i - 1] !== SLASH) return StartLineKind.NOT_SIP;
  if (i !== majorStart) startLine.isBadlySpaced = true;
  i--;
  const slash = i;
  while (i > uriStart && isBlank(bytes[i - 1]!)) i--;
  if (i !== slash) startLine.isBadlySpaced = true;
  const versionStart = i - 3;
  if (versionStart <= uriStart || !isSipWord(bytes, versionStart, end)) return StartLineKind.NOT_SIP;
  if (!isBlank(bytes[versionStart - 1]!)) return StartLineKind.NOT_SIP;
  const uriEnd = trimEnd(bytes, uriStart, versionStart);
  if (uriEnd === uriStart) return StartLineKind.NOT_SIP;
  if (versionStart - uriEnd !== 1 || bytes[uriEnd] !== SPACE) startLine.isBadlySpaced = true;
  startLine.methodStart = at;
  startLine.methodEnd = methodEnd;
  startLine.uriStart = uriStart;
  startLine.uriEnd = uriEnd;
  startLine.versionStart = versionStart;
  startLine.versionEnd = versionEnd;
  startLine.isVersion2 =
    majorEnd - majorStart === 1 &&
    bytes[majorStart] === TWO &&
    minorEnd - minorStart === 1 &&
    bytes[minorStart] === ZERO;
  return StartLineKind.REQUEST;
}

function readStatusLine(bytes: Uint8Array, at: number, end: number): number {
  let i = at + 3;
  const gap = i;
  while (i < end && isBlank(bytes[i]!)) i++;
  if (i >= end || bytes[i] !== SLASH) return StartLineKind.NOT_SIP;
  if (i !== gap) startLine.isBadlySpaced = true;
  i++;
  const majorGap = i;
  while (i < end && isBlank(bytes[i]!)) i++;
  if (i !== majorGap) startLine.isBadlySpaced = true;
  const majorStart = i;
  while (i < end && (BYTE_CLASS[bytes[i]!]! & DIGIT) !== 0) i++;
  const majorEnd = i;
  if (majorEnd === majorStart || i >= end || bytes[i] !== DOT) return StartLineKind.NOT_SIP;
  i++;
  const minorStart = i;
  while (i < end && (BYTE_CLASS[bytes[i]!]! & DIGIT) !== 0) i++;
  const minorEnd = i;
  if (minorEnd === minorStart || i >= end || !isBlank(bytes[i]!)) return StartLineKind.NOT_SIP;
  const spaces = i;
  while (i < end && isBlank(bytes[i]!)) i++;
  if (i - spaces !== 1 || bytes[spaces] !== SPACE) startLine.isBadlySpaced = true;
  const codeStart = i;
  let code = 0;
  while (i < end && (BYTE_CLASS[bytes[i]!]! & DIGIT) !== 0) {
    if (code < 1000) code = code * 10 + bytes[i]! - ZERO;
    i++;
  }
  if (i === codeStart) return StartLineKind.NOT_SIP;
  const hasThreeDigits = i - codeStart === 3;
  startLine.statusCode = hasThreeDigits ? code : 0;
  startLine.isBadStatusCode = !hasThreeDigits || code < 100 || code > 699;
  // The space stays also when there is no reason phrase (RFC 4475 section 3.1.1.13).
  if (i >= end || bytes[i] !== SPACE) startLine.isBadlySpaced = true;
  while (i < end && (BYTE_CLASS[bytes[i]!]! & WHITESPACE) !== 0) i++;
  startLine.reasonStart = i;
  startLine.reasonEnd = trimEnd(bytes, i, end);
  startLine.versionStart = at;
  startLine.versionEnd = minorEnd;
  startLine.isVersion2 =
    majorEnd - majorStart === 1 &&
    bytes[majorStart] === TWO &&
    minorEnd - minorStart === 1 &&
    bytes[minorStart] === ZERO;
  return StartLineKind.RESPONSE;
}

function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9;
}

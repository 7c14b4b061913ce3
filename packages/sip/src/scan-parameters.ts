import { asciiBytes, equalsIgnoringCase, skipParameterValue, skipToken, skipWhitespace } from './byte-class.ts';
import type { ScanCursor } from './scan-cursor.ts';

const QUOTE = 34;
const COMMA = 44;
const SEMICOLON = 59;
const EQUALS = 61;
const BACKSLASH = 92;

const BRANCH = asciiBytes('branch');
const EXPIRES = asciiBytes('expires');

/**
 * Reads `name [= value]` at `at`, which is behind a semicolon, into `cursor` (generic-param, RFC 3261 section 25.1). An unquoted value is
 * taken as loosely as the wire has it, up to white space, `;` or `,`. Adds to `cursor.isBad` and `cursor.hasUnbalancedQuotes`.
 * Quotes are ordinary characters while `cursor.hasUnbalancedQuotes`, since none can close any more; that keeps the time linear.
 */
export function readParameter(bytes: Uint8Array, at: number, end: number, cursor: ScanCursor): void {
  let i = skipWhitespace(bytes, at, end);
  cursor.parameterNameStart = i;
  const nameStart = i;
  i = skipToken(bytes, i, end);
  cursor.parameterNameEnd = i;
  if (i === nameStart) cursor.isBad = true;
  if (i < end && bytes[i]! <= 32) i = skipWhitespace(bytes, i, end);
  cursor.isParameterQuoted = false;
  if (i >= end || bytes[i] !== EQUALS) {
    cursor.parameterHasValue = false;
    cursor.parameterStart = cursor.parameterEnd = 0;
    cursor.parameterNext = i;
    return;
  }
  cursor.parameterHasValue = true;
  i++;
  if (i < end && bytes[i]! <= 32) i = skipWhitespace(bytes, i, end);
  if (i < end && bytes[i] === QUOTE && !cursor.hasUnbalancedQuotes) {
    const close = closingQuote(bytes, i + 1, end);
    if (close >= 0) {
      cursor.parameterStart = i + 1;
      cursor.parameterEnd = close;
      cursor.isParameterQuoted = true;
      cursor.parameterNext = skipWhitespace(bytes, close + 1, end);
      return;
    }
    cursor.hasUnbalancedQuotes = true;
    cursor.isBad = true;
    i++;
  }
  const valueStart = i;
  i = skipParameterValue(bytes, i, end);
  cursor.parameterStart = valueStart;
  cursor.parameterEnd = i;
  if (i === valueStart) cursor.isBad = true;
  cursor.parameterNext = i < end && bytes[i]! <= 32 ? skipWhitespace(bytes, i, end) : i;
}

/** Position of the quote that closes the string whose content starts at `at`; -1 when there is none. Backslash escapes (RFC 3261 section 25.1). */
export function closingQuote(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end) {
    const byte = bytes[i]!;
    if (byte === QUOTE) return i;
    i += byte === BACKSLASH ? 2 : 1;
  }
  return -1;
}

/**
 * Scans `*( ; name [= value] )` from `at` up to `end`, or up to a comma when the header is a list: sets `cursor.valueNext` and the
 * parameters that the scan has a use for. An empty parameter, and what stands between parameters and is none, add to `cursor.isBad`.
 */
export function scanParameters(bytes: Uint8Array, at: number, end: number, isList: boolean, cursor: ScanCursor): void {
  cursor.tagStart = cursor.tagEnd = 0;
  cursor.branchStart = cursor.branchEnd = 0;
  cursor.expiresStart = cursor.expiresEnd = 0;
  let i = skipWhitespace(bytes, at, end);
  while (i < end) {
    const byte = bytes[i]!;
    if (byte === SEMICOLON) {
      readParameter(bytes, i + 1, end, cursor);
      i = cursor.parameterNext;
      if (cursor.parameterHasValue) keepKnown(bytes, cursor);
    } else if (byte === COMMA && isList) {
      break;
    } else {
      cursor.isBad = true;
      i++;
      while (i < end && bytes[i] !== SEMICOLON && !(isList && bytes[i] === COMMA)) i++;
    }
  }
  cursor.valueNext = i;
}

function keepKnown(bytes: Uint8Array, cursor: ScanCursor): void {
  const start = cursor.parameterNameStart;
  const first = bytes[start]! | 0x20;
  switch (cursor.parameterNameEnd - start) {
    case 3:
      if (first === 0x74 && (bytes[start + 1]! | 0x20) === 0x61 && (bytes[start + 2]! | 0x20) === 0x67) {
        if (cursor.tagEnd !== 0) return;
        cursor.tagStart = cursor.parameterStart;
        cursor.tagEnd = cursor.parameterEnd;
      }
      return;
    case 6:
      if (first === 0x62 && cursor.branchEnd === 0 && equalsIgnoringCase(bytes, start, BRANCH)) {
        cursor.branchStart = cursor.parameterStart;
        cursor.branchEnd = cursor.parameterEnd;
      }
      return;
    case 7:
      if (first === 0x65 && cursor.expiresEnd === 0 && equalsIgnoringCase(bytes, start, EXPIRES)) {
        cursor.expiresStart = cursor.parameterStart;
        cursor.expiresEnd = cursor.parameterEnd;
      }
      return;
    default:
  }
}

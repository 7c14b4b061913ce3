import { asciiBytes, BYTE_CLASS, ByteClass, decimalNumber, skipWhitespace } from './byte-class.ts';

const { WHITESPACE, DIGIT } = ByteClass;
const table = BYTE_CLASS;

const COMMA = 44;
const DOT = 46;
const COLON = 58;
const SEMICOLON = 59;

/** Greatest of 32 bits: the bound of Expires and Retry-After (RFC 3261 section 25.1, delta-seconds in section 20.19). */
export const MAX_DELTA_SECONDS = 4_294_967_295;

/**
 * True when the value is a number of 0..`limit`, and behind it nothing but white space, parameters or a comment
 * (as Session-Expires and Retry-After may have).
 */
export function isNumberValue(bytes: Uint8Array, start: number, end: number, limit: number): boolean {
  let i = start;
  while (i < end && (table[bytes[i]!]! & DIGIT) !== 0) i++;
  const value = decimalNumber(bytes, start, i, limit);
  if (value < 0 || value > limit) return false;
  i = skipWhitespace(bytes, i, end);
  return i >= end || bytes[i] === SEMICOLON || bytes[i] === 40;
}

/** True when every warning of the list starts with a code of three digits (RFC 3261 section 20.43). Quoted commas do not divide. */
export function areWarningCodes(bytes: Uint8Array, start: number, end: number): boolean {
  let i = start;
  let isQuoted = false;
  let isAtStart = true;
  while (i < end) {
    const byte = bytes[i]!;
    if (isAtStart && (table[byte]! & WHITESPACE) === 0) {
      let j = i;
      while (j < end && (table[bytes[j]!]! & DIGIT) !== 0) j++;
      if (j - i !== 3 || j >= end || (table[bytes[j]!]! & WHITESPACE) === 0) return false;
      isAtStart = false;
      i = j;
      continue;
    }
    if (byte === 34) isQuoted = !isQuoted;
    else if (byte === 92 && isQuoted) i++;
    else if (byte === COMMA && !isQuoted) isAtStart = true;
    i++;
  }
  return !isAtStart;
}

const DAYS = asciiBytes('montuewedthufrisatsun');
const MONTHS = asciiBytes('janfebmaraprmayjunjulaugsepoctnovdec');
const ZONE = asciiBytes('gmt');

/** True for `Sat, 13 Nov 2010 23:29:00 GMT`: rfc1123-date with no other zone (RFC 3261 section 20.17). */
export function isSipDate(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 29) return false;
  return (
    isOneOf(bytes, start, DAYS) &&
    bytes[start + 3] === COMMA &&
    bytes[start + 4] === 32 &&
    areDigits(bytes, start + 5, 2) &&
    bytes[start + 7] === 32 &&
    isOneOf(bytes, start + 8, MONTHS) &&
    bytes[start + 11] === 32 &&
    areDigits(bytes, start + 12, 4) &&
    bytes[start + 16] === 32 &&
    areDigits(bytes, start + 17, 2) &&
    bytes[start + 19] === COLON &&
    areDigits(bytes, start + 20, 2) &&
    bytes[start + 22] === COLON &&
    areDigits(bytes, start + 23, 2) &&
    bytes[start + 25] === 32 &&
    isOneOf(bytes, start + 26, ZONE)
  );
}

/** Three letters, in any case, that are one of the `names` of three letters each. */
function isOneOf(bytes: Uint8Array, at: number, names: Uint8Array): boolean {
  for (let i = 0; i < names.length; i += 3) {
    if (
      (bytes[at]! | 0x20) === names[i] &&
      (bytes[at + 1]! | 0x20) === names[i + 1] &&
      (bytes[at + 2]! | 0x20) === names[i + 2]
    )
      return true;
  }
  return false;
}

function areDigits(bytes: Uint8Array, at: number, count: number): boolean {
  for (let i = at; i < at + count; i++) if ((table[bytes[i]!]! & DIGIT) === 0) return false;
  return true;
}

/** True for `54.4 0.2`: seconds with a fraction, and the delay (RFC 3261 section 20.38). */
export function isTimestampValue(bytes: Uint8Array, start: number, end: number): boolean {
  let i = skipDecimal(bytes, start, end);
  if (i === start || bytes[start] === DOT) return false;
  if (i < end && (table[bytes[i]!]! & WHITESPACE) !== 0) i = skipDecimal(bytes, skipWhitespace(bytes, i, end), end);
  return i === end;
}

function skipDecimal(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && (table[bytes[i]!]! & DIGIT) !== 0) i++;
  if (i < end && bytes[i] === DOT) i++;
  while (i < end && (table[bytes[i]!]! & DIGIT) !== 0) i++;
  return i;
}

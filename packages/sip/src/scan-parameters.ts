import { asciiBytes, BYTE_CLASS, equalsIgnoringCase, skipToken, skipWhitespace, URI_SPECIAL } from './byte-class.ts';

/**
 * What {@link scanParameters} found: the parameters that the scan has a use for, quotes removed, first one of a name.
 * One object for all: it holds until the next call. Equal offsets mean absent or without a value.
 */
export const parameters = {
  tagStart: 0,
  tagEnd: 0,
  branchStart: 0,
  branchEnd: 0,
  expiresStart: 0,
  expiresEnd: 0,
  /** Where scanning goes on: the comma behind the last parameter, or the end. */
  next: 0,
  /** An empty parameter, or something between parameters that is none. */
  isBad: false,
  hasUnbalancedQuotes: false,
};

/** Where {@link readParameter} found the last parameter. One object for all. */
export const parameter = {
  nameStart: 0,
  nameEnd: 0,
  /** Quotes are outside. Equal offsets: no value, or an empty one. */
  valueStart: 0,
  valueEnd: 0,
  hasValue: false,
  isQuoted: false,
  next: 0,
  isBad: false,
  hasUnbalancedQuotes: false,
};

const QUOTE = 34;
const COMMA = 44;
const SEMICOLON = 59;
const EQUALS = 61;
const BACKSLASH = 92;

const BRANCH = asciiBytes('branch');
const EXPIRES = asciiBytes('expires');

/**
 * Reads `name [= value]` at `at`, which is behind a semicolon, into {@link parameter} (generic-param, RFC 3261 section 25.1).
 * A value is taken as loosely as the wire has it: up to white space, `;` or `,`.
 */
export function readParameter(bytes: Uint8Array, at: number, end: number, mayQuote: boolean): void {
  let i = skipWhitespace(bytes, at, end);
  parameter.nameStart = i;
  i = skipToken(bytes, i, end);
  parameter.nameEnd = i;
  parameter.isBad = i === parameter.nameStart;
  parameter.isQuoted = false;
  parameter.hasUnbalancedQuotes = false;
  i = skipWhitespace(bytes, i, end);
  parameter.hasValue = i < end && bytes[i] === EQUALS;
  if (!parameter.hasValue) {
    parameter.valueStart = parameter.valueEnd = 0;
    parameter.next = i;
    return;
  }
  i = skipWhitespace(bytes, i + 1, end);
  if (mayQuote && i < end && bytes[i] === QUOTE) {
    const close = closingQuote(bytes, i + 1, end);
    if (close >= 0) {
      parameter.valueStart = i + 1;
      parameter.valueEnd = close;
      parameter.isQuoted = true;
      parameter.next = skipWhitespace(bytes, close + 1, end);
      return;
    }
    parameter.hasUnbalancedQuotes = true;
    parameter.isBad = true;
    i++;
  }
  parameter.valueStart = i;
  while (i < end) {
    const bits = BYTE_CLASS[bytes[i]!]!;
    if ((bits & URI_SPECIAL) !== 0 && (bytes[i]! <= 32 || bytes[i] === SEMICOLON || bytes[i] === COMMA)) break;
    i++;
  }
  parameter.valueEnd = i;
  if (i === parameter.valueStart) parameter.isBad = true;
  parameter.next = skipWhitespace(bytes, i, end);
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
 * Scans `*( ; name [= value] )` from `at` into {@link parameters}, up to `end`, or up to a comma when the header is a list.
 * `mayQuote` is false once a quote in the value was found open: then quotes are ordinary characters, which keeps the time linear.
 */
export function scanParameters(bytes: Uint8Array, at: number, end: number, isList: boolean, mayQuote: boolean): void {
  parameters.tagStart = parameters.tagEnd = 0;
  parameters.branchStart = parameters.branchEnd = 0;
  parameters.expiresStart = parameters.expiresEnd = 0;
  let isBad = false;
  let quotes = mayQuote;
  parameters.hasUnbalancedQuotes = false;
  let i = skipWhitespace(bytes, at, end);
  while (i < end) {
    const byte = bytes[i]!;
    if (byte === COMMA && isList) break;
    if (byte !== SEMICOLON) {
      isBad = true;
      i++;
      while (i < end && bytes[i] !== SEMICOLON && !(isList && bytes[i] === COMMA)) i++;
      continue;
    }
    readParameter(bytes, i + 1, end, quotes);
    i = parameter.next;
    if (parameter.isBad) isBad = true;
    if (parameter.hasUnbalancedQuotes) {
      parameters.hasUnbalancedQuotes = true;
      quotes = false;
    }
    if (parameter.hasValue) keepKnown(bytes);
  }
  parameters.next = i;
  parameters.isBad = isBad;
}

function keepKnown(bytes: Uint8Array): void {
  const start = parameter.nameStart;
  const first = bytes[start]! | 0x20;
  switch (parameter.nameEnd - start) {
    case 3:
      if (first === 0x74 && (bytes[start + 1]! | 0x20) === 0x61 && (bytes[start + 2]! | 0x20) === 0x67) {
        if (parameters.tagEnd !== 0) return;
        parameters.tagStart = parameter.valueStart;
        parameters.tagEnd = parameter.valueEnd;
      }
      return;
    case 6:
      if (first === 0x62 && equalsIgnoringCase(bytes, start, BRANCH)) {
        if (parameters.branchEnd !== 0) return;
        parameters.branchStart = parameter.valueStart;
        parameters.branchEnd = parameter.valueEnd;
      }
      return;
    case 7:
      if (first === 0x65 && equalsIgnoringCase(bytes, start, EXPIRES)) {
        if (parameters.expiresEnd !== 0) return;
        parameters.expiresStart = parameter.valueStart;
        parameters.expiresEnd = parameter.valueEnd;
      }
      return;
    default:
  }
}

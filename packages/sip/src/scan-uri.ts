import { asciiBytes, BYTE_CLASS, ByteClass, equalsIgnoringCase, skipWhitespace, trimEnd } from './byte-class.ts';
import type { ScanCursor } from './scan-cursor.ts';
import { scanPlainSipUri } from './scan-plain-sip-uri.ts';
import { UriContext, UriScheme } from './uri-kinds.ts';

const { DIGIT, HOST, SCHEME, URI_SPECIAL, HEX } = ByteClass;
const table = BYTE_CLASS;

// As constants of this module they cost no look-up in the hot path.
const { ANGLE, BARE } = UriContext;
const { NONE, SIP, SIPS, TEL, KNOWN, UNKNOWN } = UriScheme;

const COMMA = 44;
const COLON = 58;
const SEMICOLON = 59;
const GREATER = 62;
const QUESTION = 63;
const AT = 64;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

/** Scans the URI that starts at `from`, bounded by `end`, into `cursor`. `context`: see {@link UriContext}. */
export function scanUri(bytes: Uint8Array, from: number, end: number, context: number, cursor: ScanCursor): void {
  if (!scanPlainSipUri(bytes, from, end, context, cursor)) scanAnyUri(bytes, from, end, context, cursor);
}

/** {@link scanUri} for every URI, and for what is meant to be one. */
export function scanAnyUri(bytes: Uint8Array, from: number, end: number, context: number, cursor: ScanCursor): void {
  const at = skipWhitespace(bytes, from, end);
  let isBad = at !== from;
  const scheme = scanScheme(bytes, at, end, cursor);
  const start = scheme === NONE ? at : cursor.schemeEnd + 1;
  let atSign = -1;
  let passwordColon = -1;
  /** First colon that can end the user or the host. */
  let colon = -1;
  let closeBracket = -1;
  let tail = -1;
  let question = -1;
  /** Class bits that all bytes since the last divider have in common, and those of the host once it ended. */
  let common = 255;
  let hostBits = -1;
  let uriEnd = end;
  let next = end;
  let isEnded = false;
  let i = start;
  while (i < end) {
    let byte = 0;
    while (i < end) {
      byte = bytes[i]!;
      const bits = table[byte]!;
      if ((bits & URI_SPECIAL) !== 0) break;
      common &= bits;
      i++;
    }
    if (i >= end) break;
    if (byte === AT) {
      // A second @ is wrong, but some write user@realm@host. Behind a parameter it is none of the user's.
      if (atSign < 0 || tail < 0) {
        if (atSign < 0) passwordColon = colon;
        else isBad = true;
        atSign = i;
        colon = closeBracket = tail = question = hostBits = -1;
        common = 255;
      }
    } else if (byte === GREATER && context === ANGLE) {
      uriEnd = i;
      next = i + 1;
      isEnded = true;
      break;
    } else if (byte === COLON) {
      if (colon < 0) colon = i;
      if (hostBits < 0) hostBits = common;
    } else if (byte === SEMICOLON) {
      if (context === BARE) {
        uriEnd = next = i;
        break;
      }
      if (tail < 0) tail = i;
      if (hostBits < 0) hostBits = common;
    } else if (byte === QUESTION) {
      if (question < 0) question = i;
      if (tail < 0) tail = i;
      if (hostBits < 0) hostBits = common;
    } else if (byte === OPEN_BRACKET) {
      if (tail < 0 && i === (atSign < 0 ? start : atSign + 1)) {
        closeBracket = closingBracket(bytes, i + 1, end);
        if (closeBracket >= 0) i = closeBracket;
      }
      common = 0;
    } else if (context === BARE && (byte === COMMA || byte <= 32)) {
      uriEnd = next = i;
      break;
    } else {
      if (byte !== COMMA) isBad = true;
      // White space, quotes, and angle brackets that do not enclose are never part of a URI. White space may be at its end.
      if (byte > 32) common = 0;
    }
    i++;
  }
  if (context === ANGLE && !isEnded) isBad = true;
  if (hostBits < 0) hostBits = common;
  const trimmedEnd = trimEnd(bytes, start, uriEnd);
  const authorityEnd = tail < 0 ? trimmedEnd : tail;
  cursor.scheme = scheme;
  cursor.uriStart = at;
  cursor.uriEnd = trimmedEnd;
  cursor.uriNext = next;
  cursor.uriTailStart = authorityEnd;
  cursor.userStart = cursor.userEnd = cursor.passwordStart = cursor.passwordEnd = 0;
  cursor.hostStart = cursor.hostEnd = cursor.portStart = cursor.portEnd = 0;
  if (scheme === TEL) {
    cursor.userStart = start;
    cursor.userEnd = authorityEnd;
    cursor.isUriBad = isBad || authorityEnd <= start;
    return;
  }
  const isSip = scheme === SIP || scheme === SIPS;
  if (scheme === NONE) isBad = true;
  if (!isSip && atSign < 0) {
    cursor.isUriBad = isBad;
    return;
  }
  if (atSign >= 0) {
    cursor.userStart = start;
    cursor.userEnd = passwordColon < 0 ? atSign : passwordColon;
    if (passwordColon >= 0) {
      cursor.passwordStart = passwordColon + 1;
      cursor.passwordEnd = atSign;
    }
    if (cursor.userEnd === start) isBad = true;
  }
  const hostStart = atSign < 0 ? start : atSign + 1;
  const hasPort = colon >= 0 && colon < authorityEnd;
  const hostEnd = hasPort ? colon : authorityEnd;
  if (closeBracket >= 0) {
    cursor.hostStart = hostStart + 1;
    cursor.hostEnd = closeBracket;
    if (hostEnd !== closeBracket + 1) isBad = true;
  } else {
    cursor.hostStart = hostStart;
    cursor.hostEnd = hostEnd;
    if (isSip && (hostEnd <= hostStart || (hostBits & HOST) === 0)) isBad = true;
  }
  if (hasPort) {
    cursor.portStart = colon + 1;
    cursor.portEnd = authorityEnd;
    if (isSip && !isPort(bytes, colon + 1, authorityEnd)) isBad = true;
  }
  if (isSip && context !== ANGLE && question >= 0) isBad = true;
  cursor.isUriBad = isBad;
}

/** Position of the `]` behind nothing but hexadecimal digits, colons and dots; -1 when there is none. */
export function closingBracket(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && ((table[bytes[i]!]! & HEX) !== 0 || bytes[i] === COLON || bytes[i] === 46)) i++;
  return i > at && i < end && bytes[i] === CLOSE_BRACKET ? i : -1;
}

/** One to five digits. */
export function isPort(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((table[bytes[i]!]! & DIGIT) === 0) return false;
  return end > start && end - start <= 5;
}

const TEL_NAME = asciiBytes('tel');
const KNOWN_SCHEMES = ['urn', 'im', 'pres', 'mailto'].map(asciiBytes);

/** Scheme at `at`; `cursor.schemeEnd` is its colon. */
function scanScheme(bytes: Uint8Array, at: number, end: number, cursor: ScanCursor): number {
  if (
    at + 4 <= end &&
    (bytes[at]! | 0x20) === 0x73 &&
    (bytes[at + 1]! | 0x20) === 0x69 &&
    (bytes[at + 2]! | 0x20) === 0x70
  ) {
    if (bytes[at + 3] === COLON) {
      cursor.schemeEnd = at + 3;
      return SIP;
    }
    if ((bytes[at + 3]! | 0x20) === 0x73 && at + 5 <= end && bytes[at + 4] === COLON) {
      cursor.schemeEnd = at + 4;
      return SIPS;
    }
  }
  let i = at;
  while (i < end && (table[bytes[i]!]! & SCHEME) !== 0) i++;
  cursor.schemeEnd = at;
  if (i === at || i >= end || bytes[i] !== COLON || (table[bytes[at]!]! & DIGIT) !== 0) return NONE;
  cursor.schemeEnd = i;
  if (i - at === 3 && equalsIgnoringCase(bytes, at, TEL_NAME)) return TEL;
  for (const known of KNOWN_SCHEMES) {
    if (known.length === i - at && equalsIgnoringCase(bytes, at, known)) return KNOWN;
  }
  return UNKNOWN;
}

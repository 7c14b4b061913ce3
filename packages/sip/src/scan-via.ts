import { BYTE_CLASS, skipToken, skipWhitespace, URI_SPECIAL, WHITESPACE } from './byte-class.ts';
import { parameters, scanParameters } from './scan-parameters.ts';
import { closingBracket, isHost, isPort } from './scan-uri.ts';

/** Where the last Via value scanned lies, beside {@link parameters}, which is filled too. One object for all: it holds until the next call. */
export const via = {
  /** `SIP/2.0`. */
  protocolStart: 0,
  protocolEnd: 0,
  transportStart: 0,
  transportEnd: 0,
  /** Without the brackets of an IPv6 address. */
  hostStart: 0,
  hostEnd: 0,
  portStart: 0,
  portEnd: 0,
  parametersStart: 0,
  /** The comma behind this value, or the end. */
  next: 0,
  isBad: false,
};

const COMMA = 44;
const SLASH = 47;
const COLON = 58;
const SEMICOLON = 59;
const OPEN_BRACKET = 91;

/** Scans one Via value (via-parm, RFC 3261 section 25.1) from `from` into {@link via}. */
export function scanVia(bytes: Uint8Array, from: number, end: number): void {
  let isBad = false;
  let i = skipWhitespace(bytes, from, end);
  via.protocolStart = i;
  i = skipToken(bytes, i, end);
  if (i === via.protocolStart) isBad = true;
  i = skipWhitespace(bytes, i, end);
  if (i < end && bytes[i] === SLASH) i = skipWhitespace(bytes, i + 1, end);
  else isBad = true;
  const versionStart = i;
  i = skipToken(bytes, i, end);
  via.protocolEnd = i;
  if (i === versionStart) isBad = true;
  i = skipWhitespace(bytes, i, end);
  if (i < end && bytes[i] === SLASH) i = skipWhitespace(bytes, i + 1, end);
  else isBad = true;
  via.transportStart = i;
  i = skipToken(bytes, i, end);
  via.transportEnd = i;
  if (i === via.transportStart || i >= end || (BYTE_CLASS[bytes[i]!]! & WHITESPACE) === 0) isBad = true;
  i = skipWhitespace(bytes, i, end);
  const close = i < end && bytes[i] === OPEN_BRACKET ? closingBracket(bytes, i + 1, end) : -1;
  if (close >= 0) {
    via.hostStart = i + 1;
    via.hostEnd = close;
    i = close + 1;
  } else {
    via.hostStart = i;
    i = skipSentBy(bytes, i, end);
    via.hostEnd = i;
    if (!isHost(bytes, via.hostStart, i)) isBad = true;
  }
  i = skipWhitespace(bytes, i, end);
  via.portStart = via.portEnd = 0;
  if (i < end && bytes[i] === COLON) {
    i = skipWhitespace(bytes, i + 1, end);
    via.portStart = i;
    i = skipSentBy(bytes, i, end);
    via.portEnd = i;
    if (!isPort(bytes, via.portStart, i)) isBad = true;
  }
  via.parametersStart = i;
  scanParameters(bytes, i, end, true, true);
  via.next = parameters.next;
  // A branch that is the magic cookie alone identifies nothing (RFC 4475 section 3.2.1).
  if (parameters.branchEnd - parameters.branchStart === 7 && isMagicCookie(bytes, parameters.branchStart)) isBad = true;
  via.isBad = isBad || parameters.isBad;
}

/** `sent-by` characters up to what divides: white space, colon, semicolon, comma. */
function skipSentBy(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end) {
    const byte = bytes[i]!;
    if ((BYTE_CLASS[byte]! & URI_SPECIAL) !== 0) {
      if (byte <= 32 || byte === COLON || byte === SEMICOLON || byte === COMMA) break;
    }
    i++;
  }
  return i;
}

const MAGIC_COOKIE = 'z9hG4bK';

function isMagicCookie(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < 7; i++) {
    // Letters in any case (RFC 3261 section 7.3.1); the two digits have bit 0x20 set already.
    if ((bytes[at + i]! | 0x20) !== (MAGIC_COOKIE.charCodeAt(i) | 0x20)) return false;
  }
  return true;
}

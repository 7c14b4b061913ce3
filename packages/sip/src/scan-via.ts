import { BYTE_CLASS, ByteClass, skipDigits, skipHost, skipToken, skipWhitespace } from './byte-class.ts';
import type { ScanCursor } from './scan-cursor.ts';
import { scanParameters } from './scan-parameters.ts';
import { closingBracket } from './scan-uri.ts';

const { PARAMETER_END } = ByteClass;
const table = BYTE_CLASS;

const SLASH = 47;
const COLON = 58;
const OPEN_BRACKET = 91;

/** Scans one Via value (via-parm, RFC 3261 section 25.1) from `from` into `cursor`. */
export function scanVia(bytes: Uint8Array, from: number, end: number, cursor: ScanCursor): void {
  cursor.isBad = false;
  cursor.hasUnbalancedQuotes = false;
  let i = skipWhitespace(bytes, from, end);
  cursor.protocolStart = i;
  if (isSip2(bytes, i, end)) {
    cursor.protocolEnd = i + 7;
    i += 8;
  } else {
    i = skipProtocol(bytes, i, end, cursor);
  }
  const transportStart = skipWhitespace(bytes, i, end);
  i = skipToken(bytes, transportStart, end);
  cursor.transportStart = transportStart;
  cursor.transportEnd = i;
  if (i === transportStart || i >= end || bytes[i]! > 32) cursor.isBad = true;
  i = skipWhitespace(bytes, i, end);
  const close = i < end && bytes[i] === OPEN_BRACKET ? closingBracket(bytes, i + 1, end) : -1;
  if (close >= 0) {
    cursor.hostStart = i + 1;
    cursor.hostEnd = close;
    i = close + 1;
  } else {
    cursor.hostStart = i;
    i = skipHost(bytes, i, end);
    if (i === cursor.hostStart || !isSentByEnd(bytes, i, end)) {
      cursor.isBad = true;
      while (!isSentByEnd(bytes, i, end)) i++;
    }
    cursor.hostEnd = i;
  }
  i = skipWhitespace(bytes, i, end);
  if (i < end && bytes[i] === COLON) {
    const portStart = skipWhitespace(bytes, i + 1, end);
    i = skipDigits(bytes, portStart, end);
    if (i === portStart || i - portStart > 5 || !isSentByEnd(bytes, i, end)) {
      cursor.isBad = true;
      while (!isSentByEnd(bytes, i, end)) i++;
    }
    cursor.portStart = portStart;
    cursor.portEnd = i;
  } else {
    cursor.portStart = cursor.portEnd = 0;
  }
  cursor.viaParametersStart = i;
  scanParameters(bytes, i, end, true, cursor);
  // A branch that is the magic cookie alone identifies nothing (RFC 4475 section 3.2.1).
  if (cursor.branchEnd - cursor.branchStart === 7 && isMagicCookie(bytes, cursor.branchStart)) cursor.isBad = true;
}

/** `SIP/2.0/`, as nearly all are. */
function isSip2(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    at + 8 <= end &&
    (bytes[at]! | 0x20) === 0x73 &&
    (bytes[at + 1]! | 0x20) === 0x69 &&
    (bytes[at + 2]! | 0x20) === 0x70 &&
    bytes[at + 3] === SLASH &&
    bytes[at + 4] === 0x32 &&
    bytes[at + 5] === 0x2e &&
    bytes[at + 6] === 0x30 &&
    bytes[at + 7] === SLASH
  );
}

/** `SIP / 2.0 /` with any white space between, and any name and version. */
function skipProtocol(bytes: Uint8Array, at: number, end: number, cursor: ScanCursor): number {
  let i = skipToken(bytes, at, end);
  if (i === at) cursor.isBad = true;
  i = skipWhitespace(bytes, i, end);
  if (i < end && bytes[i] === SLASH) i = skipWhitespace(bytes, i + 1, end);
  else cursor.isBad = true;
  const versionStart = i;
  i = skipToken(bytes, i, end);
  cursor.protocolEnd = i;
  if (i === versionStart) cursor.isBad = true;
  i = skipWhitespace(bytes, i, end);
  if (i < end && bytes[i] === SLASH) return i + 1;
  cursor.isBad = true;
  return i;
}

/** True behind the host or the port: at white space, a colon, a semicolon, a comma, or the end. */
function isSentByEnd(bytes: Uint8Array, at: number, end: number): boolean {
  return at >= end || (table[bytes[at]!]! & PARAMETER_END) !== 0 || bytes[at] === COLON;
}

const MAGIC_COOKIE = 'z9hG4bK';

function isMagicCookie(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < 7; i++) {
    // Letters in any case (RFC 3261 section 7.3.1); the two digits have bit 0x20 set already.
    if ((bytes[at + i]! | 0x20) !== (MAGIC_COOKIE.charCodeAt(i) | 0x20)) return false;
  }
  return true;
}

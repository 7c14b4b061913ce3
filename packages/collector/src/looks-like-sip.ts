const CR = 13;
const LF = 10;
const SPACE = 32;
/** Longer start lines are not looked through: other protocols have no line ends. */
const MAX_LINE_BYTES = 4096;
const MAX_METHOD_BYTES = 64;

/**
 * Whether a payload begins as SIP does, at whatever port: `SIP/2.0 …`, or `METHOD … SIP/2.0` in the first line (RFC 3261 sections 7.1, 7.2),
 * CRLFs before it allowed. Any digit is taken for the version's first, so that wrong versions are seen.
 */
export function looksLikeSip(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && (bytes[at] === CR || bytes[at] === LF)) at++;
  // Not `SIP/2.0/UDP`, with which a piece of a message may begin that was cut within Via.
  if (isVersion(bytes, at, end) && bytes[at + 7] === SPACE) return true;
  let methodEnd = at;
  while (methodEnd < end && isTokenByte(bytes[methodEnd]!)) methodEnd++;
  if (methodEnd === at || methodEnd - at > MAX_METHOD_BYTES || bytes[methodEnd] !== SPACE) return false;
  const limit = Math.min(end, at + MAX_LINE_BYTES);
  for (let i = methodEnd; i < limit && bytes[i] !== CR && bytes[i] !== LF; i++) {
    if (bytes[i] === SPACE && isVersion(bytes, i + 1, end) && (i + 8 === end || bytes[i + 8]! <= SPACE)) return true;
  }
  return false;
}

/** `SIP/` and two digits with a dot between them. */
function isVersion(bytes: Uint8Array, at: number, end: number): boolean {
  if (
    at + 7 > end ||
    bytes[at] !== 0x53 ||
    bytes[at + 1] !== 0x49 ||
    bytes[at + 2] !== 0x50 ||
    bytes[at + 3] !== 0x2f
  ) {
    return false;
  }
  return isDigit(bytes[at + 4]!) && bytes[at + 5] === 0x2e && isDigit(bytes[at + 6]!);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** RFC 3261 section 25.1, token. */
function isTokenByte(byte: number): boolean {
  if (byte >= 0x61 && byte <= 0x7a) return true;
  if (byte >= 0x41 && byte <= 0x5a) return true;
  if (isDigit(byte)) return true;
  return "-.!%*_+`'~".includes(String.fromCharCode(byte));
}

const VERSION = new TextEncoder().encode('SIP/2.0');

/** Whether the version of SIP stands anywhere in a chunk: a stream that was joined in its middle. */
export function containsSipVersion(bytes: Uint8Array): boolean {
  const first = VERSION[0]!;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (VERSION.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}

import {
  asciiBytes,
  BYTE_CLASS,
  DIGIT,
  equalsIgnoringCase,
  HEX,
  HOST,
  SCHEME,
  skipWhitespace,
  trimEnd,
  URI_SPECIAL,
} from './byte-class.ts';

/** Where a URI stands, which says what ends it. */
export const UriContext = {
  /** The whole of the range: a request-URI. Headers (`?`) are not allowed (RFC 3261 section 19.1.1). */
  WHOLE: 0,
  /** Behind `<`, up to `>`. */
  ANGLE: 1,
  /** Bare in a header: white space, `;` and `,` end it, since they belong to the header (RFC 3261 section 20). */
  BARE: 2,
} as const;

export const UriScheme = {
  NONE: 0,
  SIP: 1,
  SIPS: 2,
  TEL: 3,
  /** Others with a meaning in SIP: urn (RFC 5031), im and pres (RFC 3428), mailto (RFC 3261 section 20.10). */
  KNOWN: 4,
  UNKNOWN: 5,
} as const;

/** Where the last URI scanned lies. One object for all: it holds until the next call of {@link scanUri}. Equal offsets mean absent. */
export const uri = {
  scheme: 0 as number,
  start: 0,
  /** The colon behind the scheme. */
  schemeEnd: 0,
  /** Of sip, sips and whatever else has an `@`: without the password. Of tel: the number without its parameters. */
  userStart: 0,
  userEnd: 0,
  passwordStart: 0,
  passwordEnd: 0,
  /** Without the brackets of an IPv6 address. */
  hostStart: 0,
  hostEnd: 0,
  portStart: 0,
  portEnd: 0,
  /** Parameters and headers: from the first `;` or `?` behind the host. */
  tailStart: 0,
  /** End of the URI proper; white space at its end is outside. */
  end: 0,
  /** Where scanning goes on: behind `>`, or at what ended a bare URI. */
  next: 0,
  isBad: false,
};

const COMMA = 44;
const COLON = 58;
const SEMICOLON = 59;
const GREATER = 62;
const QUESTION = 63;
const AT = 64;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

/** Scans the URI that starts at `from`, bounded by `end`, into {@link uri}. */
export function scanUri(bytes: Uint8Array, from: number, end: number, context: number): void {
  const at = skipWhitespace(bytes, from, end);
  let isBad = at !== from;
  const scheme = scanScheme(bytes, at, end);
  const start = scheme === UriScheme.NONE ? at : uri.schemeEnd + 1;
  let atSign = -1;
  let passwordColon = -1;
  /** First colon that can end the user or the host. */
  let colon = -1;
  let closeBracket = -1;
  let tail = -1;
  let question = -1;
  let uriEnd = -1;
  let next = end;
  let i = start;
  while (i < end && uriEnd < 0) {
    const byte = bytes[i]!;
    if ((BYTE_CLASS[byte]! & URI_SPECIAL) !== 0) {
      if (byte === AT) {
        // A second @ is wrong, but some write user@realm@host. Behind a parameter it is none of the user's.
        if (atSign < 0 || tail < 0) {
          if (atSign < 0) passwordColon = colon;
          else isBad = true;
          atSign = i;
          colon = -1;
          closeBracket = -1;
          tail = -1;
          question = -1;
        }
      } else if (byte === COLON) {
        if (colon < 0) colon = i;
      } else if (byte === SEMICOLON) {
        if (context === UriContext.BARE) uriEnd = next = i;
        else if (tail < 0) tail = i;
      } else if (byte === GREATER && context === UriContext.ANGLE) {
        uriEnd = i;
        next = i + 1;
      } else if (byte === QUESTION) {
        if (question < 0) question = i;
        if (tail < 0) tail = i;
      } else if (byte === OPEN_BRACKET) {
        if (tail < 0 && i === (atSign < 0 ? start : atSign + 1)) {
          closeBracket = closingBracket(bytes, i + 1, end);
          if (closeBracket >= 0) i = closeBracket;
        }
      } else if (byte === COMMA) {
        if (context === UriContext.BARE) uriEnd = next = i;
      } else if (context === UriContext.BARE && byte <= 32) {
        uriEnd = next = i;
      } else {
        // White space, quotes, and angle brackets that do not enclose are never part of a URI.
        isBad = true;
      }
    }
    i++;
  }
  if (uriEnd < 0) {
    uriEnd = end;
    if (context === UriContext.ANGLE) isBad = true;
  }
  const trimmedEnd = trimEnd(bytes, start, uriEnd);
  uri.start = at;
  uri.end = trimmedEnd;
  uri.next = next;
  uri.scheme = scheme;
  uri.passwordStart = uri.passwordEnd = uri.portStart = uri.portEnd = 0;
  const authorityEnd = tail < 0 ? trimmedEnd : tail;
  uri.tailStart = authorityEnd;
  if (scheme === UriScheme.TEL) {
    uri.userStart = start;
    uri.userEnd = authorityEnd;
    uri.hostStart = uri.hostEnd = 0;
    uri.isBad = isBad || authorityEnd === start;
    return;
  }
  const isSip = scheme === UriScheme.SIP || scheme === UriScheme.SIPS;
  if (scheme === UriScheme.NONE) isBad = true;
  if (!isSip && atSign < 0) {
    uri.userStart = uri.userEnd = uri.hostStart = uri.hostEnd = 0;
    uri.isBad = isBad;
    return;
  }
  if (atSign < 0) {
    uri.userStart = uri.userEnd = 0;
  } else {
    uri.userStart = start;
    uri.userEnd = passwordColon < 0 ? atSign : passwordColon;
    if (passwordColon >= 0) {
      uri.passwordStart = passwordColon + 1;
      uri.passwordEnd = atSign;
    }
    if (uri.userEnd === start) isBad = true;
  }
  const hostStart = atSign < 0 ? start : atSign + 1;
  if (colon >= authorityEnd) colon = -1;
  if (closeBracket >= 0) {
    uri.hostStart = hostStart + 1;
    uri.hostEnd = closeBracket;
    if ((colon < 0 ? authorityEnd : colon) !== closeBracket + 1) isBad = true;
  } else {
    uri.hostStart = hostStart;
    uri.hostEnd = colon < 0 ? authorityEnd : colon;
    if (isSip && !isHost(bytes, uri.hostStart, uri.hostEnd)) isBad = true;
  }
  if (colon >= 0) {
    uri.portStart = colon + 1;
    uri.portEnd = authorityEnd;
    if (isSip && !isPort(bytes, colon + 1, authorityEnd)) isBad = true;
  }
  if (isSip && context !== UriContext.ANGLE && question >= 0) isBad = true;
  uri.isBad = isBad;
}

/** Position of the `]` behind nothing but hexadecimal digits, colons and dots; -1 when there is none. */
export function closingBracket(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && ((BYTE_CLASS[bytes[i]!]! & HEX) !== 0 || bytes[i] === COLON || bytes[i] === 46)) i++;
  return i > at && i < end && bytes[i] === CLOSE_BRACKET ? i : -1;
}

/** Not empty, and only what may stand in a name or an IPv4 address (underscores tolerated). */
export function isHost(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((BYTE_CLASS[bytes[i]!]! & HOST) === 0) return false;
  return end > start;
}

/** One to five digits. */
export function isPort(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((BYTE_CLASS[bytes[i]!]! & DIGIT) === 0) return false;
  return end > start && end - start <= 5;
}

const TEL = asciiBytes('tel');
const KNOWN_SCHEMES = ['urn', 'im', 'pres', 'mailto'].map(asciiBytes);

/** Scheme at `at`; {@link uri}.schemeEnd is its colon. */
function scanScheme(bytes: Uint8Array, at: number, end: number): number {
  if (
    at + 4 <= end &&
    (bytes[at]! | 0x20) === 0x73 &&
    (bytes[at + 1]! | 0x20) === 0x69 &&
    (bytes[at + 2]! | 0x20) === 0x70
  ) {
    if (bytes[at + 3] === COLON) {
      uri.schemeEnd = at + 3;
      return UriScheme.SIP;
    }
    if ((bytes[at + 3]! | 0x20) === 0x73 && at + 5 <= end && bytes[at + 4] === COLON) {
      uri.schemeEnd = at + 4;
      return UriScheme.SIPS;
    }
  }
  let i = at;
  while (i < end && (BYTE_CLASS[bytes[i]!]! & SCHEME) !== 0) i++;
  uri.schemeEnd = at;
  if (i === at || i >= end || bytes[i] !== COLON || (BYTE_CLASS[bytes[at]!]! & DIGIT) !== 0) return UriScheme.NONE;
  uri.schemeEnd = i;
  if (i - at === 3 && equalsIgnoringCase(bytes, at, TEL)) return UriScheme.TEL;
  for (const known of KNOWN_SCHEMES) {
    if (known.length === i - at && equalsIgnoringCase(bytes, at, known)) return UriScheme.KNOWN;
  }
  return UriScheme.UNKNOWN;
}

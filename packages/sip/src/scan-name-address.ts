import { BYTE_CLASS, skipWhitespace, TOKEN, trimEnd, WHITESPACE } from './byte-class.ts';
import { closingQuote, parameters, scanParameters } from './scan-parameters.ts';
import { scanUri, UriContext, uri } from './scan-uri.ts';

/**
 * What {@link scanNameAddress} found beside {@link uri} and {@link parameters}, which it fills too.
 * One object for all: it holds until the next call.
 */
export const nameAddress = {
  /** Quotes are outside; escapes are still in. */
  displayStart: 0,
  displayEnd: 0,
  isDisplayQuoted: false,
  /** Where the next value of a list would start: the comma, or the end. */
  next: 0,
  isBad: false,
  hasUnbalancedQuotes: false,
};

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const SEMICOLON = 59;
const LESS = 60;

/**
 * Scans `[ display-name ] < URI > *( ; parameter )` or `URI *( ; parameter )` from `from` (RFC 3261 section 25.1, name-addr and addr-spec).
 * What is wrong is said, and the URI still found where one can tell it.
 * `isList`: a comma ends the value. `mayQuote`: see {@link scanParameters}.
 */
export function scanNameAddress(
  bytes: Uint8Array,
  from: number,
  end: number,
  isList: boolean,
  mayQuote: boolean,
): void {
  let quotes = mayQuote;
  let i = skipWhitespace(bytes, from, end);
  nameAddress.isBad = false;
  nameAddress.hasUnbalancedQuotes = false;
  nameAddress.displayStart = nameAddress.displayEnd = 0;
  nameAddress.isDisplayQuoted = false;
  let less = -1;
  if (i < end && bytes[i] === QUOTE && quotes) {
    const close = closingQuote(bytes, i + 1, end);
    if (close < 0) {
      nameAddress.isBad = true;
      nameAddress.hasUnbalancedQuotes = true;
      quotes = false;
      i++;
    } else {
      nameAddress.displayStart = i + 1;
      nameAddress.displayEnd = close;
      nameAddress.isDisplayQuoted = true;
      i = skipWhitespace(bytes, close + 1, end);
      if (i >= end || bytes[i] !== LESS) nameAddress.isBad = true;
    }
  }
  if (i < end && bytes[i] === LESS) less = i;
  else less = findLess(bytes, i, end, isList);
  if (less >= 0) {
    if (!nameAddress.isDisplayQuoted && less > i) {
      nameAddress.displayStart = i;
      nameAddress.displayEnd = trimEnd(bytes, i, less);
    }
    scanUri(bytes, less + 1, end, UriContext.ANGLE);
  } else {
    scanUri(bytes, i, end, UriContext.BARE);
  }
  if (uri.isBad) nameAddress.isBad = true;
  scanParameters(bytes, uri.next, end, isList, quotes);
  if (parameters.isBad) nameAddress.isBad = true;
  if (parameters.hasUnbalancedQuotes) nameAddress.hasUnbalancedQuotes = true;
  nameAddress.next = parameters.next;
}

/**
 * Position of the `<` behind an unquoted display name; -1 when the value is a bare URI. A display name that is not made of tokens
 * (RFC 4475 section 3.1.2.15) is bad, but the `<` is still looked for, as far as this value reaches.
 */
function findLess(bytes: Uint8Array, at: number, end: number, isList: boolean): number {
  let i = at;
  while (i < end && (BYTE_CLASS[bytes[i]!]! & (TOKEN | WHITESPACE)) !== 0) i++;
  if (i >= end) return -1;
  if (bytes[i] === LESS) return i;
  // A colon behind one token is a scheme's. Behind several it is not, and nothing else is of a bare URI.
  if (bytes[i] === COLON && isOneToken(bytes, at, i)) return -1;
  let less = -1;
  for (let j = i; j < end && less < 0; j++) {
    const byte = bytes[j]!;
    if (byte === LESS) less = j;
    else if (byte === SEMICOLON || (byte === COMMA && isList)) break;
  }
  if (less >= 0) nameAddress.isBad = true;
  return less;
}

function isOneToken(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((BYTE_CLASS[bytes[i]!]! & TOKEN) === 0) return false;
  return true;
}

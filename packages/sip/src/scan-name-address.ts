import { BYTE_CLASS, ByteClass, skipWhitespace, trimEnd } from './byte-class.ts';
import type { ScanCursor } from './scan-cursor.ts';
import { closingQuote, scanParameters } from './scan-parameters.ts';
import { scanUri } from './scan-uri.ts';
import { UriContext } from './uri-kinds.ts';

const { TOKEN, WHITESPACE } = ByteClass;
const table = BYTE_CLASS;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const SEMICOLON = 59;
const LESS = 60;

/**
 * Scans `[ display-name ] < URI > *( ; parameter )` or `URI *( ; parameter )` from `from` (RFC 3261 section 25.1, name-addr and addr-spec)
 * into `cursor`. What is wrong is said in `cursor.isBad`, and the URI still found where one can tell it.
 * `isList`: a comma ends the value.
 */
export function scanNameAddress(
  bytes: Uint8Array,
  from: number,
  end: number,
  isList: boolean,
  cursor: ScanCursor,
): void {
  cursor.isBad = false;
  cursor.hasUnbalancedQuotes = false;
  cursor.displayStart = cursor.displayEnd = 0;
  cursor.isDisplayQuoted = false;
  let i = skipWhitespace(bytes, from, end);
  if (i < end && bytes[i] === QUOTE) {
    const close = closingQuote(bytes, i + 1, end);
    if (close < 0) {
      cursor.isBad = true;
      cursor.hasUnbalancedQuotes = true;
      i++;
    } else {
      cursor.displayStart = i + 1;
      cursor.displayEnd = close;
      cursor.isDisplayQuoted = true;
      i = skipWhitespace(bytes, close + 1, end);
      if (i >= end || bytes[i] !== LESS) cursor.isBad = true;
    }
  }
  const less = i < end && bytes[i] === LESS ? i : findLess(bytes, i, end, isList, cursor);
  if (less >= 0) {
    if (less > i && !cursor.isDisplayQuoted) {
      cursor.displayStart = i;
      cursor.displayEnd = trimEnd(bytes, i, less);
    }
    scanUri(bytes, less + 1, end, UriContext.ANGLE, cursor);
  } else {
    scanUri(bytes, i, end, UriContext.BARE, cursor);
  }
  if (cursor.isUriBad) cursor.isBad = true;
  scanParameters(bytes, cursor.uriNext, end, isList, cursor);
}

/**
 * Position of the `<` behind an unquoted display name; -1 when the value is a bare URI. A display name that is not made of tokens
 * (RFC 4475 section 3.1.2.15) is bad, but the `<` is still looked for, as far as this value reaches.
 */
function findLess(bytes: Uint8Array, at: number, end: number, isList: boolean, cursor: ScanCursor): number {
  let i = at;
  let common = 255;
  while (i < end && (table[bytes[i]!]! & (TOKEN | WHITESPACE)) !== 0) {
    common &= table[bytes[i]!]!;
    i++;
  }
  if (i >= end) return -1;
  if (bytes[i] === LESS) return i;
  // A colon behind one token is a scheme's.
  if (bytes[i] === COLON && (common & TOKEN) !== 0) return -1;
  let less = -1;
  for (; i < end && less < 0; i++) {
    const byte = bytes[i]!;
    if (byte === LESS) less = i;
    else if (byte === SEMICOLON || (byte === COMMA && isList)) break;
  }
  if (less >= 0) cursor.isBad = true;
  return less;
}

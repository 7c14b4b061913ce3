import { decodeText, encodeText } from './decode-text.ts';
import { newScanCursor, type ScanCursor } from './scan-cursor.ts';
import { scanNameAddress } from './scan-name-address.ts';
import { readParameter } from './scan-parameters.ts';

/** Parameters by name in lower case, in order; the first of a name counts; '' for one without a value. */
export type Parameters = Map<string, string>;

export interface NameAddress {
  /** Without quotes and escapes; '' when there is none. */
  displayName: string;
  /** As written, without angle brackets. */
  uri: string;
  /** Of the header, not of the URI. Quotes and escapes removed. */
  parameters: Parameters;
  /** False when something is not as the grammar has it. */
  isValid: boolean;
}

/**
 * Parses one value of From, To, Contact, Route, P-Asserted-Identity, Diversion … (name-addr or addr-spec with parameters, RFC 3261
 * section 25.1), with the scanner that {@link scanSip} uses. Only the first of several values is taken: see {@link headerValues}.
 */
export function parseNameAddress(value: string): NameAddress {
  const bytes = encodeText(value);
  const cursor = newScanCursor();
  scanNameAddress(bytes, 0, bytes.length, true, cursor);
  const isValid = !cursor.isBad;
  const display = decodeText(bytes, cursor.displayStart, cursor.displayEnd);
  const displayName = cursor.isDisplayQuoted ? unescapeQuoted(display) : display;
  const uri = decodeText(bytes, cursor.uriStart, cursor.uriEnd);
  return { displayName, uri, parameters: readParameters(bytes, cursor.uriNext, cursor.valueNext, cursor), isValid };
}

/** Parameters of `;a=1;b="x";c` and of what may stand before the first semicolon. */
export function parseParameters(text: string): Parameters {
  const bytes = encodeText(text);
  return readParameters(bytes, 0, bytes.length, newScanCursor());
}

/** The parameters in [start, end), whatever stands between them left out. */
export function readParameters(bytes: Uint8Array, start: number, end: number, cursor: ScanCursor): Parameters {
  const parameters: Parameters = new Map();
  cursor.hasUnbalancedQuotes = false;
  let i = start;
  while (i < end) {
    if (bytes[i] !== 59) {
      i++;
      continue;
    }
    readParameter(bytes, i + 1, end, cursor);
    i = cursor.parameterNext;
    const name = decodeText(bytes, cursor.parameterNameStart, cursor.parameterNameEnd).toLowerCase();
    if (name === '' || parameters.has(name)) continue;
    const value = decodeText(bytes, cursor.parameterStart, cursor.parameterEnd);
    parameters.set(name, cursor.isParameterQuoted ? unescapeQuoted(value) : value);
  }
  return parameters;
}

/** Content of a quoted string without its escapes (quoted-pair, RFC 3261 section 25.1). */
export function unescapeQuoted(content: string): string {
  return content.includes('\\') ? content.replace(/\\([\s\S])/g, '$1') : content;
}

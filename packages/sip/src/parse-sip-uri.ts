import { decodeText, encodeText } from './decode-text.ts';
import type { Parameters } from './parse-name-address.ts';
import { newScanCursor } from './scan-cursor.ts';
import { scanUri } from './scan-uri.ts';
import { UriContext } from './uri-kinds.ts';

export interface SipUri {
  /** In lower case; '' when there is none. */
  scheme: string;
  /** As written, escapes kept: see {@link percentDecode}. For tel: the number with its visual separators. */
  user: string;
  password: string;
  /** As written; an IPv6 address without brackets. */
  host: string;
  /** 1..65535, else undefined. */
  port: number | undefined;
  /** By name in lower case, as written otherwise; '' for one without a value. */
  parameters: Parameters;
  /** What stands behind `?`, in order, as written. */
  headers: Array<{ name: string; value: string }>;
  isValid: boolean;
}

/** Parses a URI (RFC 3261 section 19.1; tel: RFC 3966; of other schemes the scheme, and user and host when there is an `@`). Never throws. */
export function parseSipUri(text: string): SipUri {
  // In angle brackets, because there a URI may have everything.
  const bytes = encodeText(`${text}>`);
  const cursor = newScanCursor();
  scanUri(bytes, 0, bytes.length, UriContext.ANGLE, cursor);
  const textOf = (start: number, end: number) => decodeText(bytes, start, end);
  const scheme = textOf(cursor.uriStart, cursor.schemeEnd).toLowerCase();
  const hasAuthority = cursor.hostEnd > cursor.hostStart || cursor.userEnd > cursor.userStart;
  const tail = hasAuthority ? textOf(cursor.uriTailStart, cursor.uriEnd) : '';
  const question = tail.indexOf('?');
  const port = Number(textOf(cursor.portStart, cursor.portEnd) || 'none');
  const headers = question < 0 ? [] : tail.slice(question + 1).split('&');
  return {
    scheme,
    user: textOf(cursor.userStart, cursor.userEnd),
    password: textOf(cursor.passwordStart, cursor.passwordEnd),
    host: textOf(cursor.hostStart, cursor.hostEnd),
    port: Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined,
    parameters: uriParameters(question < 0 ? tail : tail.slice(0, question)),
    headers: headers.filter((header) => header !== '').map(nameAndValue),
    isValid: !cursor.isUriBad && cursor.uriNext === bytes.length,
  };
}

function uriParameters(text: string): Parameters {
  const parameters: Parameters = new Map();
  for (const part of text.split(';')) {
    const { name, value } = nameAndValue(part);
    const key = name.trim().toLowerCase();
    if (key !== '' && !parameters.has(key)) parameters.set(key, value.trim());
  }
  return parameters;
}

function nameAndValue(text: string): { name: string; value: string } {
  const equals = text.indexOf('=');
  return equals < 0 ? { name: text, value: '' } : { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

/**
 * Text with its `%41` escapes decoded as UTF-8 (RFC 3986 section 2.1); what is no escape stays, bytes that are no UTF-8 become U+FFFD.
 */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    const bytes = new Uint8Array(escapes.length / 3);
    for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(escapes.slice(3 * i + 1, 3 * i + 3), 16);
    return decodeText(bytes);
  });
}

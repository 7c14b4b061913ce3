import { headerValue, headerValues } from './header-values.ts';
import { type CSeq, parseCSeq } from './parse-cseq.ts';
import { type NameAddress, parseNameAddress } from './parse-name-address.ts';
import type { SipMessage } from './parse-sip.ts';
import { parseVia, type Via } from './parse-via.ts';

/** All Via values, topmost first. */
export function viaList(message: SipMessage): Via[] {
  return headerValues(message, 'Via').map(parseVia);
}

/** All Route values, next hop first. */
export function routeList(message: SipMessage): NameAddress[] {
  return headerValues(message, 'Route').map(parseNameAddress);
}

/** All Record-Route values, the proxy nearest to the callee first. */
export function recordRouteList(message: SipMessage): NameAddress[] {
  return headerValues(message, 'Record-Route').map(parseNameAddress);
}

/** All Contact values. `*` (RFC 3261 section 10.2.2) is one with the URI `*`. */
export function contactList(message: SipMessage): NameAddress[] {
  return headerValues(message, 'Contact').map((value) =>
    value === '*' ? { displayName: '', uri: '*', parameters: new Map(), isValid: true } : parseNameAddress(value),
  );
}

export function cseqOf(message: SipMessage): CSeq | undefined {
  const value = headerValue(message, 'CSeq');
  return value === undefined ? undefined : parseCSeq(value);
}

/**
 * Call-IDs of other legs that this message names: X-Call-ID and X-CID, and more header names if given. No RFC: what SBCs and B2BUAs
 * write, as HOMER's users have them configured.
 */
export function otherCallIds(message: SipMessage, headerNames: readonly string[] = ['X-Call-ID', 'X-CID']): string[] {
  const values = headerNames.flatMap((name) => headerValues(message, name)).filter((value) => value !== '');
  return [...new Set(values)];
}

import { asciiBytes, equalsIgnoringCase } from './byte-class.ts';

/** The headers that the scan looks into. Below 31, so that a set of them is a 32-bit mask. */
export const HeaderId = {
  OTHER: 0,
  VIA: 1,
  FROM: 2,
  TO: 3,
  CALL_ID: 4,
  CSEQ: 5,
  CONTACT: 6,
  CONTENT_LENGTH: 7,
  CONTENT_TYPE: 8,
  USER_AGENT: 9,
  SERVER: 10,
  MAX_FORWARDS: 11,
  EXPIRES: 12,
  MIN_EXPIRES: 13,
  RETRY_AFTER: 14,
  WARNING: 15,
  DATE: 16,
  TIMESTAMP: 17,
  SESSION_EXPIRES: 18,
  MIN_SE: 19,
  RSEQ: 20,
  P_ASSERTED_IDENTITY: 21,
  P_PREFERRED_IDENTITY: 22,
  REMOTE_PARTY_ID: 23,
  DIVERSION: 24,
  HISTORY_INFO: 25,
} as const;

const TO = asciiBytes('to');
const VIA = asciiBytes('via');
const FROM = asciiBytes('from');
const CSEQ = asciiBytes('cseq');
const DATE = asciiBytes('date');
const RSEQ = asciiBytes('rseq');
const SERVER = asciiBytes('server');
const MIN_SE = asciiBytes('min-se');
const CALL_ID = asciiBytes('call-id');
const CONTACT = asciiBytes('contact');
const EXPIRES = asciiBytes('expires');
const WARNING = asciiBytes('warning');
const DIVERSION = asciiBytes('diversion');
const TIMESTAMP = asciiBytes('timestamp');
const USER_AGENT = asciiBytes('user-agent');
const MIN_EXPIRES = asciiBytes('min-expires');
const RETRY_AFTER = asciiBytes('retry-after');
const CONTENT_TYPE = asciiBytes('content-type');
const MAX_FORWARDS = asciiBytes('max-forwards');
const HISTORY_INFO = asciiBytes('history-info');
const CONTENT_LENGTH = asciiBytes('content-length');
const SESSION_EXPIRES = asciiBytes('session-expires');
const REMOTE_PARTY_ID = asciiBytes('remote-party-id');
const P_ASSERTED_IDENTITY = asciiBytes('p-asserted-identity');
const P_PREFERRED_IDENTITY = asciiBytes('p-preferred-identity');

/** Which header the name in [start, end) is, compact forms (RFC 3261 section 7.3.3, RFC 4028) and any case included. */
export function headerIdAt(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start]! | 0x20;
  switch (end - start) {
    case 1:
      return compactHeaderId(first);
    case 2:
      return ifName(bytes, start, TO, HeaderId.TO);
    case 3:
      return ifName(bytes, start, VIA, HeaderId.VIA);
    case 4:
      if (first === 0x66) return ifName(bytes, start, FROM, HeaderId.FROM);
      if (first === 0x63) return ifName(bytes, start, CSEQ, HeaderId.CSEQ);
      if (first === 0x64) return ifName(bytes, start, DATE, HeaderId.DATE);
      return ifName(bytes, start, RSEQ, HeaderId.RSEQ);
    case 6:
      if (first === 0x73) return ifName(bytes, start, SERVER, HeaderId.SERVER);
      return ifName(bytes, start, MIN_SE, HeaderId.MIN_SE);
    case 7:
      if (first === 0x63) {
        // Call-ID and Contact differ in the second letter.
        if ((bytes[start + 1]! | 0x20) === 0x61) return ifName(bytes, start, CALL_ID, HeaderId.CALL_ID);
        return ifName(bytes, start, CONTACT, HeaderId.CONTACT);
      }
      if (first === 0x65) return ifName(bytes, start, EXPIRES, HeaderId.EXPIRES);
      return ifName(bytes, start, WARNING, HeaderId.WARNING);
    case 9:
      if (first === 0x64) return ifName(bytes, start, DIVERSION, HeaderId.DIVERSION);
      return ifName(bytes, start, TIMESTAMP, HeaderId.TIMESTAMP);
    case 10:
      return ifName(bytes, start, USER_AGENT, HeaderId.USER_AGENT);
    case 11:
      if (first === 0x6d) return ifName(bytes, start, MIN_EXPIRES, HeaderId.MIN_EXPIRES);
      return ifName(bytes, start, RETRY_AFTER, HeaderId.RETRY_AFTER);
    case 12:
      if (first === 0x63) return ifName(bytes, start, CONTENT_TYPE, HeaderId.CONTENT_TYPE);
      if (first === 0x6d) return ifName(bytes, start, MAX_FORWARDS, HeaderId.MAX_FORWARDS);
      return ifName(bytes, start, HISTORY_INFO, HeaderId.HISTORY_INFO);
    case 14:
      return ifName(bytes, start, CONTENT_LENGTH, HeaderId.CONTENT_LENGTH);
    case 15:
      if (first === 0x73) return ifName(bytes, start, SESSION_EXPIRES, HeaderId.SESSION_EXPIRES);
      return ifName(bytes, start, REMOTE_PARTY_ID, HeaderId.REMOTE_PARTY_ID);
    case 19:
      return ifName(bytes, start, P_ASSERTED_IDENTITY, HeaderId.P_ASSERTED_IDENTITY);
    case 20:
      return ifName(bytes, start, P_PREFERRED_IDENTITY, HeaderId.P_PREFERRED_IDENTITY);
    default:
      return HeaderId.OTHER;
  }
}

function ifName(bytes: Uint8Array, start: number, name: Uint8Array, id: number): number {
  return equalsIgnoringCase(bytes, start, name) ? id : HeaderId.OTHER;
}

function compactHeaderId(letter: number): number {
  switch (letter) {
    case 0x76:
      return HeaderId.VIA;
    case 0x66:
      return HeaderId.FROM;
    case 0x74:
      return HeaderId.TO;
    case 0x69:
      return HeaderId.CALL_ID;
    case 0x6d:
      return HeaderId.CONTACT;
    case 0x6c:
      return HeaderId.CONTENT_LENGTH;
    case 0x63:
      return HeaderId.CONTENT_TYPE;
    case 0x78:
      return HeaderId.SESSION_EXPIRES;
    default:
      return HeaderId.OTHER;
  }
}

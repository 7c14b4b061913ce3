import { asciiBytes, equalsIgnoringCase, wordAt } from './byte-class.ts';

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

// As constants of this module they cost no look-up in the hot path: identifiers, and names in words of four letters, lower case.
const { OTHER, VIA, FROM, TO, CALL_ID, CSEQ, CONTACT, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT, SERVER } = HeaderId;
const { MAX_FORWARDS, EXPIRES, MIN_EXPIRES, RETRY_AFTER, WARNING, DATE, TIMESTAMP, SESSION_EXPIRES } = HeaderId;
const { MIN_SE, RSEQ, P_ASSERTED_IDENTITY, P_PREFERRED_IDENTITY, REMOTE_PARTY_ID, DIVERSION, HISTORY_INFO } = HeaderId;

const P_ASSERTED_IDENTITY_NAME = asciiBytes('p-asserted-identity');
const P_PREFERRED_IDENTITY_NAME = asciiBytes('p-preferred-identity');
const W_FROM = wordAt(asciiBytes('from'), 0);
const W_CSEQ = wordAt(asciiBytes('cseq'), 0);
const W_DATE = wordAt(asciiBytes('date'), 0);
const W_RSEQ = wordAt(asciiBytes('rseq'), 0);
const W_SERV = wordAt(asciiBytes('serv'), 0);
const W_RVER = wordAt(asciiBytes('rver'), 0);
const W_MIN_ = wordAt(asciiBytes('min-'), 0);
const W_N_SE = wordAt(asciiBytes('n-se'), 0);
const W_CALL = wordAt(asciiBytes('call'), 0);
const W_L_ID = wordAt(asciiBytes('l-id'), 0);
const W_CONT = wordAt(asciiBytes('cont'), 0);
const W_TACT = wordAt(asciiBytes('tact'), 0);
const W_EXPI = wordAt(asciiBytes('expi'), 0);
const W_IRES = wordAt(asciiBytes('ires'), 0);
const W_WARN = wordAt(asciiBytes('warn'), 0);
const W_NING = wordAt(asciiBytes('ning'), 0);
const W_DIVE = wordAt(asciiBytes('dive'), 0);
const W_RSIO = wordAt(asciiBytes('rsio'), 0);
const W_SION = wordAt(asciiBytes('sion'), 0);
const W_TIME = wordAt(asciiBytes('time'), 0);
const W_STAM = wordAt(asciiBytes('stam'), 0);
const W_TAMP = wordAt(asciiBytes('tamp'), 0);
const W_USER = wordAt(asciiBytes('user'), 0);
const W__AGE = wordAt(asciiBytes('-age'), 0);
const W_GENT = wordAt(asciiBytes('gent'), 0);
const W_RETR = wordAt(asciiBytes('retr'), 0);
const W_Y_AF = wordAt(asciiBytes('y-af'), 0);
const W_FTER = wordAt(asciiBytes('fter'), 0);
const W_ENT_ = wordAt(asciiBytes('ent-'), 0);
const W_TYPE = wordAt(asciiBytes('type'), 0);
const W_MAX_ = wordAt(asciiBytes('max-'), 0);
const W_FORW = wordAt(asciiBytes('forw'), 0);
const W_ARDS = wordAt(asciiBytes('ards'), 0);
const W_HIST = wordAt(asciiBytes('hist'), 0);
const W_ORY_ = wordAt(asciiBytes('ory-'), 0);
const W_INFO = wordAt(asciiBytes('info'), 0);
const W_LENG = wordAt(asciiBytes('leng'), 0);
const W_NGTH = wordAt(asciiBytes('ngth'), 0);
const W_SESS = wordAt(asciiBytes('sess'), 0);
const W_ION_ = wordAt(asciiBytes('ion-'), 0);
const W_REMO = wordAt(asciiBytes('remo'), 0);
const W_TE_P = wordAt(asciiBytes('te-p'), 0);
const W_ARTY = wordAt(asciiBytes('arty'), 0);
const W_Y_ID = wordAt(asciiBytes('y-id'), 0);

/** Which header the name in [start, end) is, compact forms (RFC 3261 section 7.3.3, RFC 4028) and any case included. */
export function headerIdAt(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < 4) return shortHeaderId(bytes, start, length);
  const first = wordAt(bytes, start);
  const last = wordAt(bytes, end - 4);
  switch (length) {
    case 4:
      if (first === W_FROM) return FROM;
      if (first === W_CSEQ) return CSEQ;
      if (first === W_DATE) return DATE;
      return first === W_RSEQ ? RSEQ : OTHER;
    case 6:
      if (first === W_SERV && last === W_RVER) return SERVER;
      return first === W_MIN_ && last === W_N_SE ? MIN_SE : OTHER;
    case 7:
      if (first === W_CALL && last === W_L_ID) return CALL_ID;
      if (first === W_CONT && last === W_TACT) return CONTACT;
      if (first === W_EXPI && last === W_IRES) return EXPIRES;
      return first === W_WARN && last === W_NING ? WARNING : OTHER;
    case 9:
      if (first === W_DIVE && wordAt(bytes, start + 4) === W_RSIO && last === W_SION) return DIVERSION;
      return first === W_TIME && wordAt(bytes, start + 4) === W_STAM && last === W_TAMP ? TIMESTAMP : OTHER;
    case 10:
      return first === W_USER && wordAt(bytes, start + 4) === W__AGE && last === W_GENT ? USER_AGENT : OTHER;
    case 11:
      if (first === W_MIN_ && wordAt(bytes, start + 4) === W_EXPI && last === W_IRES) return MIN_EXPIRES;
      return first === W_RETR && wordAt(bytes, start + 4) === W_Y_AF && last === W_FTER ? RETRY_AFTER : OTHER;
    case 12:
      if (first === W_CONT && wordAt(bytes, start + 4) === W_ENT_ && last === W_TYPE) return CONTENT_TYPE;
      if (first === W_MAX_ && wordAt(bytes, start + 4) === W_FORW && last === W_ARDS) return MAX_FORWARDS;
      return first === W_HIST && wordAt(bytes, start + 4) === W_ORY_ && last === W_INFO ? HISTORY_INFO : OTHER;
    case 14:
      return first === W_CONT &&
        wordAt(bytes, start + 4) === W_ENT_ &&
        wordAt(bytes, start + 8) === W_LENG &&
        last === W_NGTH
        ? CONTENT_LENGTH
        : OTHER;
    case 15:
      if (
        first === W_SESS &&
        wordAt(bytes, start + 4) === W_ION_ &&
        wordAt(bytes, start + 8) === W_EXPI &&
        last === W_IRES
      )
        return SESSION_EXPIRES;
      return first === W_REMO &&
        wordAt(bytes, start + 4) === W_TE_P &&
        wordAt(bytes, start + 8) === W_ARTY &&
        last === W_Y_ID
        ? REMOTE_PARTY_ID
        : OTHER;
    case 19:
      return equalsIgnoringCase(bytes, start, P_ASSERTED_IDENTITY_NAME) ? P_ASSERTED_IDENTITY : OTHER;
    case 20:
      return equalsIgnoringCase(bytes, start, P_PREFERRED_IDENTITY_NAME) ? P_PREFERRED_IDENTITY : OTHER;
    default:
      return OTHER;
  }
}

function shortHeaderId(bytes: Uint8Array, start: number, length: number): number {
  const first = bytes[start]! | 0x20;
  if (length === 1) return compactHeaderId(first);
  const second = bytes[start + 1]! | 0x20;
  if (length === 2) return first === 0x74 && second === 0x6f ? TO : OTHER;
  return first === 0x76 && second === 0x69 && (bytes[start + 2]! | 0x20) === 0x61 ? VIA : OTHER;
}

function compactHeaderId(letter: number): number {
  switch (letter) {
    case 0x76:
      return VIA;
    case 0x66:
      return FROM;
    case 0x74:
      return TO;
    case 0x69:
      return CALL_ID;
    case 0x6d:
      return CONTACT;
    case 0x6c:
      return CONTENT_LENGTH;
    case 0x63:
      return CONTENT_TYPE;
    case 0x78:
      return SESSION_EXPIRES;
    default:
      return OTHER;
  }
}

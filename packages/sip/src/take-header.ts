import type { MessageFields } from '@calliope/model';
import { BYTE_CLASS, ByteClass, decimalNumber, skipToken, skipWhitespace } from './byte-class.ts';
import { HeaderId } from './header-id.ts';
import type { ScanCursor } from './scan-cursor.ts';
import { scanNameAddress } from './scan-name-address.ts';
import { DefectBit, Slot } from './scan-slots.ts';
import { areWarningCodes, isNumberValue, isSipDate, isTimestampValue, MAX_DELTA_SECONDS } from './scan-value.ts';
import { scanVia } from './scan-via.ts';
import { UriScheme } from './uri-kinds.ts';

const { WHITESPACE, DIGIT, TOKEN } = ByteClass;
const table = BYTE_CLASS;

// As constants of this module they cost no look-up in the hot path.
const {
  VIA,
  FROM,
  TO,
  CALL_ID,
  CSEQ,
  CONTACT,
  CONTENT_LENGTH,
  CONTENT_TYPE,
  USER_AGENT,
  SERVER,
  MAX_FORWARDS,
  EXPIRES,
  MIN_EXPIRES,
  RETRY_AFTER,
  SESSION_EXPIRES,
  MIN_SE,
  RSEQ,
  WARNING,
  DATE,
  TIMESTAMP,
  P_ASSERTED_IDENTITY,
  P_PREFERRED_IDENTITY,
  REMOTE_PARTY_ID,
  DIVERSION,
  HISTORY_INFO,
} = HeaderId;
const { SIP, SIPS, TEL, UNKNOWN } = UriScheme;
const {
  ASSERTED_USER: ASSERTED_USER_AT,
  CALL_ID: CALL_ID_AT,
  CONTENT_TYPE: CONTENT_TYPE_AT,
  DIVERSION_USER: DIVERSION_USER_AT,
  FROM_HOST: FROM_HOST_AT,
  FROM_TAG: FROM_TAG_AT,
  FROM_USER: FROM_USER_AT,
  METHOD: METHOD_AT,
  TO_HOST: TO_HOST_AT,
  TO_TAG: TO_TAG_AT,
  TO_USER: TO_USER_AT,
  USER_AGENT: USER_AGENT_AT,
  VIA_BRANCH: VIA_BRANCH_AT,
  VIA_TRANSPORT: VIA_TRANSPORT_AT,
} = Slot;
const {
  BAD_CONTACT,
  BAD_CONTENT_LENGTH,
  BAD_CSEQ,
  BAD_DATE,
  BAD_FROM,
  BAD_NUMBER_VALUE,
  BAD_TIMESTAMP,
  BAD_TO,
  BAD_VIA,
  CSEQ_METHOD_MISMATCH,
  MISSING_CALL_ID,
  UNBALANCED_QUOTES,
  UNKNOWN_SCHEME,
} = DefectBit;

const CSEQ_MAX = 0x7fffffff; // RFC 3261 section 8.1.1.5
const CONTENT_LENGTH_MAX = 0x7fffffff;
const ASTERISK = 42;

/** Takes from the header value in [start, end) what belongs in `fields`, and its defects into `cursor`. `isFirst`: no header of this id came before. */
export function takeHeader(
  bytes: Uint8Array,
  id: number,
  isFirst: boolean,
  start: number,
  end: number,
  isRequest: boolean,
  fields: MessageFields,
  cursor: ScanCursor,
): void {
  const at = fields.at;
  switch (id) {
    case VIA:
      takeVia(bytes, start, end, isFirst, at, cursor);
      return;
    case FROM:
      if (!isFirst) return;
      takeParty(bytes, start, end, at, FROM_USER_AT, FROM_HOST_AT, FROM_TAG_AT, BAD_FROM, cursor);
      return;
    case TO:
      if (!isFirst) return;
      takeParty(bytes, start, end, at, TO_USER_AT, TO_HOST_AT, TO_TAG_AT, BAD_TO, cursor);
      return;
    case CALL_ID:
      if (!isFirst) return;
      if (end === start) cursor.defects |= MISSING_CALL_ID;
      setSlot(at, CALL_ID_AT, start, end);
      return;
    case CSEQ:
      if (isFirst) takeCSeq(bytes, start, end, isRequest, fields, cursor);
      return;
    case CONTACT:
      takeContact(bytes, start, end, cursor);
      return;
    case CONTENT_LENGTH:
      takeContentLength(bytes, start, end, isFirst, cursor);
      return;
    case CONTENT_TYPE:
      if (isFirst) setSlot(at, CONTENT_TYPE_AT, start, end);
      return;
    case USER_AGENT:
      if (isFirst && end > start) setSlot(at, USER_AGENT_AT, start, end);
      cursor.hasUserAgent ||= end > start;
      return;
    case SERVER:
      if (isFirst && !cursor.hasUserAgent) setSlot(at, USER_AGENT_AT, start, end);
      return;
    case MAX_FORWARDS:
      if (!isNumberValue(bytes, start, end, 255)) cursor.defects |= BAD_NUMBER_VALUE;
      return;
    case EXPIRES:
    case MIN_EXPIRES:
    case RETRY_AFTER:
    case SESSION_EXPIRES:
    case MIN_SE:
    case RSEQ:
      if (!isNumberValue(bytes, start, end, MAX_DELTA_SECONDS)) cursor.defects |= BAD_NUMBER_VALUE;
      return;
    case WARNING:
      if (!areWarningCodes(bytes, start, end)) cursor.defects |= BAD_NUMBER_VALUE;
      return;
    case DATE:
      if (!isSipDate(bytes, start, end)) cursor.defects |= BAD_DATE;
      return;
    case TIMESTAMP:
      if (!isTimestampValue(bytes, start, end)) cursor.defects |= BAD_TIMESTAMP;
      return;
    case P_ASSERTED_IDENTITY:
      takeIdentity(bytes, start, end, at, 3, cursor);
      return;
    case P_PREFERRED_IDENTITY:
      takeIdentity(bytes, start, end, at, 2, cursor);
      return;
    case REMOTE_PARTY_ID:
      takeIdentity(bytes, start, end, at, 1, cursor);
      return;
    case DIVERSION:
      if (isFirst) takeDiversion(bytes, start, end, at, cursor);
      return;
    case HISTORY_INFO:
      takeHistoryInfo(bytes, start, end, cursor);
      return;
    default:
  }
}

/** Sets a slot, unless the range is empty: an absent field is 0, 0. */
export function setSlot(at: Int32Array, slot: number, start: number, end: number): void {
  if (end <= start) return;
  at[slot] = start;
  at[slot + 1] = end;
}

function takeVia(
  bytes: Uint8Array,
  start: number,
  end: number,
  isFirst: boolean,
  at: Int32Array,
  cursor: ScanCursor,
): void {
  let i = start;
  let isTop = isFirst;
  for (;;) {
    scanVia(bytes, i, end, cursor);
    if (cursor.isBad) cursor.defects |= BAD_VIA;
    if (cursor.hasUnbalancedQuotes) cursor.defects |= UNBALANCED_QUOTES;
    if (isTop) {
      setSlot(at, VIA_TRANSPORT_AT, cursor.transportStart, cursor.transportEnd);
      setSlot(at, VIA_BRANCH_AT, cursor.branchStart, cursor.branchEnd);
      isTop = false;
    }
    if (cursor.valueNext >= end) return;
    i = cursor.valueNext + 1;
  }
}

function takeParty(
  bytes: Uint8Array,
  start: number,
  end: number,
  at: Int32Array,
  userSlot: number,
  hostSlot: number,
  tagSlot: number,
  badBit: number,
  cursor: ScanCursor,
): void {
  scanNameAddress(bytes, start, end, false, cursor);
  if (cursor.isBad) cursor.defects |= badBit;
  if (cursor.hasUnbalancedQuotes) cursor.defects |= UNBALANCED_QUOTES;
  if (cursor.scheme === UNKNOWN) cursor.defects |= UNKNOWN_SCHEME;
  setSlot(at, userSlot, cursor.userStart, cursor.userEnd);
  setSlot(at, hostSlot, cursor.hostStart, cursor.hostEnd);
  setSlot(at, tagSlot, cursor.tagStart, cursor.tagEnd);
}

function takeCSeq(
  bytes: Uint8Array,
  start: number,
  end: number,
  isRequest: boolean,
  fields: MessageFields,
  cursor: ScanCursor,
): void {
  let i = start;
  while (i < end && (table[bytes[i]!]! & DIGIT) !== 0) i++;
  const number = decimalNumber(bytes, start, i, CSEQ_MAX);
  const isNumber = number >= 0 && number <= CSEQ_MAX;
  if (isNumber) fields.cseq = number;
  const afterDigits = skipWhitespace(bytes, i, end);
  // Of what is no number and a method, the last word is the likeliest method.
  const methodStart = i > start ? afterDigits : lastTokenStart(bytes, start, end);
  const methodEnd = skipToken(bytes, methodStart, end);
  const isGood = isNumber && methodStart > i && methodEnd > methodStart && methodEnd === end;
  if (!isGood) cursor.defects |= BAD_CSEQ;
  if (methodEnd === methodStart) return;
  const at = fields.at;
  if (!isRequest) {
    setSlot(at, METHOD_AT, methodStart, methodEnd);
    return;
  }
  const requestMethod = at[METHOD_AT]!;
  let isSame = at[METHOD_AT + 1]! - requestMethod === methodEnd - methodStart;
  for (let j = methodStart; isSame && j < methodEnd; j++) isSame = bytes[j] === bytes[requestMethod + j - methodStart];
  if (isGood && !isSame) cursor.defects |= CSEQ_METHOD_MISMATCH;
}

function lastTokenStart(bytes: Uint8Array, start: number, end: number): number {
  let i = end;
  while (i > start && (table[bytes[i - 1]!]! & TOKEN) !== 0) i--;
  return i;
}

function takeContact(bytes: Uint8Array, start: number, end: number, cursor: ScanCursor): void {
  if (end - start === 1 && bytes[start] === ASTERISK) return;
  let i = start;
  for (;;) {
    scanNameAddress(bytes, i, end, true, cursor);
    if (cursor.isBad) cursor.defects |= BAD_CONTACT;
    if (cursor.hasUnbalancedQuotes) cursor.defects |= UNBALANCED_QUOTES;
    if (cursor.scheme === UNKNOWN) cursor.defects |= UNKNOWN_SCHEME;
    if (cursor.expiresEnd !== 0 && !isNumberValue(bytes, cursor.expiresStart, cursor.expiresEnd, MAX_DELTA_SECONDS))
      cursor.defects |= BAD_NUMBER_VALUE;
    if (cursor.valueNext >= end) return;
    i = cursor.valueNext + 1;
  }
}

function takeContentLength(bytes: Uint8Array, start: number, end: number, isFirst: boolean, cursor: ScanCursor): void {
  const value = decimalNumber(bytes, start, end, CONTENT_LENGTH_MAX);
  const isGood = value >= 0 && value <= CONTENT_LENGTH_MAX && (isFirst || value === cursor.contentLength);
  if (!isGood) cursor.defects |= BAD_CONTENT_LENGTH;
  cursor.contentLength = isGood ? value : -2;
}

/** RFC 3325 section 9.1 and 9.2; Remote-Party-ID never got past draft-ietf-sip-privacy-04. */
function takeIdentity(
  bytes: Uint8Array,
  start: number,
  end: number,
  at: Int32Array,
  rank: number,
  cursor: ScanCursor,
): void {
  if (cursor.assertedRank >= rank) return;
  let i = start;
  for (;;) {
    scanNameAddress(bytes, i, end, true, cursor);
    const { scheme, userStart, userEnd } = cursor;
    if (userEnd > userStart && (scheme === SIP || scheme === SIPS || scheme === TEL)) {
      setSlot(at, ASSERTED_USER_AT, userStart, userEnd);
      cursor.assertedRank = rank;
      return;
    }
    if (cursor.valueNext >= end) return;
    i = cursor.valueNext + 1;
  }
}

/** RFC 5806. */
function takeDiversion(bytes: Uint8Array, start: number, end: number, at: Int32Array, cursor: ScanCursor): void {
  scanNameAddress(bytes, start, end, true, cursor);
  if (cursor.userEnd <= cursor.userStart) return;
  setSlot(at, DIVERSION_USER_AT, cursor.userStart, cursor.userEnd);
  cursor.hasDiversion = true;
}

/** RFC 7044: entries in the order in which the targets were tried, the current one last. */
function takeHistoryInfo(bytes: Uint8Array, start: number, end: number, cursor: ScanCursor): void {
  let i = start;
  for (;;) {
    scanNameAddress(bytes, i, end, true, cursor);
    cursor.historyEntries++;
    cursor.historyBeforeStart = cursor.historyLastStart;
    cursor.historyBeforeEnd = cursor.historyLastEnd;
    cursor.historyLastStart = cursor.userStart;
    cursor.historyLastEnd = cursor.userEnd;
    if (cursor.valueNext >= end) return;
    i = cursor.valueNext + 1;
  }
}

/** True when the byte is SP, HTAB, CR, LF or NUL: what may stand behind a message without meaning anything. */
export function isFiller(byte: number): boolean {
  return byte === 0 || (table[byte]! & WHITESPACE) !== 0;
}

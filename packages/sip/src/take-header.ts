import type { MessageFields } from '@calliope/model';
import { BYTE_CLASS, DIGIT, decimalNumber, skipToken, skipWhitespace, WHITESPACE } from './byte-class.ts';
import { HeaderId } from './header-id.ts';
import { nameAddress, scanNameAddress } from './scan-name-address.ts';
import { parameters } from './scan-parameters.ts';
import { DefectBit, Slot, state } from './scan-state.ts';
import { UriScheme, uri } from './scan-uri.ts';
import { areWarningCodes, isNumberValue, isSipDate, isTimestampValue, MAX_DELTA_SECONDS } from './scan-value.ts';
import { scanVia, via } from './scan-via.ts';

const CSEQ_MAX = 0x7fffffff; // RFC 3261 section 8.1.1.5
const CONTENT_LENGTH_MAX = 0x7fffffff;
const ASTERISK = 42;

/** Takes from the header value in [start, end) what belongs in `fields`, and its defects into {@link state}. `isFirst`: no header of this id came before. */
export function takeHeader(
  bytes: Uint8Array,
  id: number,
  isFirst: boolean,
  start: number,
  end: number,
  isRequest: boolean,
  fields: MessageFields,
): void {
  const at = fields.at;
  switch (id) {
    case HeaderId.VIA:
      takeVia(bytes, start, end, isFirst, at);
      return;
    case HeaderId.FROM:
      if (!isFirst) return;
      takeParty(bytes, start, end, at, Slot.FROM_USER, Slot.FROM_HOST, Slot.FROM_TAG, DefectBit.BAD_FROM);
      return;
    case HeaderId.TO:
      if (!isFirst) return;
      takeParty(bytes, start, end, at, Slot.TO_USER, Slot.TO_HOST, Slot.TO_TAG, DefectBit.BAD_TO);
      return;
    case HeaderId.CALL_ID:
      if (!isFirst) return;
      if (end === start) state.defects |= DefectBit.MISSING_CALL_ID;
      setSlot(at, Slot.CALL_ID, start, end);
      return;
    case HeaderId.CSEQ:
      if (isFirst) takeCSeq(bytes, start, end, isRequest, fields);
      return;
    case HeaderId.CONTACT:
      takeContact(bytes, start, end);
      return;
    case HeaderId.CONTENT_LENGTH:
      takeContentLength(bytes, start, end, isFirst);
      return;
    case HeaderId.CONTENT_TYPE:
      if (isFirst) setSlot(at, Slot.CONTENT_TYPE, start, end);
      return;
    case HeaderId.USER_AGENT:
      if (isFirst && end > start) setSlot(at, Slot.USER_AGENT, start, end);
      state.hasUserAgent ||= end > start;
      return;
    case HeaderId.SERVER:
      if (isFirst && !state.hasUserAgent) setSlot(at, Slot.USER_AGENT, start, end);
      return;
    case HeaderId.MAX_FORWARDS:
      if (!isNumberValue(bytes, start, end, 255)) state.defects |= DefectBit.BAD_NUMBER_VALUE;
      return;
    case HeaderId.EXPIRES:
    case HeaderId.MIN_EXPIRES:
    case HeaderId.RETRY_AFTER:
    case HeaderId.SESSION_EXPIRES:
    case HeaderId.MIN_SE:
    case HeaderId.RSEQ:
      if (!isNumberValue(bytes, start, end, MAX_DELTA_SECONDS)) state.defects |= DefectBit.BAD_NUMBER_VALUE;
      return;
    case HeaderId.WARNING:
      if (!areWarningCodes(bytes, start, end)) state.defects |= DefectBit.BAD_NUMBER_VALUE;
      return;
    case HeaderId.DATE:
      if (!isSipDate(bytes, start, end)) state.defects |= DefectBit.BAD_DATE;
      return;
    case HeaderId.TIMESTAMP:
      if (!isTimestampValue(bytes, start, end)) state.defects |= DefectBit.BAD_TIMESTAMP;
      return;
    case HeaderId.P_ASSERTED_IDENTITY:
      takeIdentity(bytes, start, end, at, 3);
      return;
    case HeaderId.P_PREFERRED_IDENTITY:
      takeIdentity(bytes, start, end, at, 2);
      return;
    case HeaderId.REMOTE_PARTY_ID:
      takeIdentity(bytes, start, end, at, 1);
      return;
    case HeaderId.DIVERSION:
      if (isFirst) takeDiversion(bytes, start, end, at);
      return;
    case HeaderId.HISTORY_INFO:
      takeHistoryInfo(bytes, start, end);
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

function takeVia(bytes: Uint8Array, start: number, end: number, isFirst: boolean, at: Int32Array): void {
  let i = start;
  let isTop = isFirst;
  for (;;) {
    scanVia(bytes, i, end);
    if (via.isBad) state.defects |= DefectBit.BAD_VIA;
    if (parameters.hasUnbalancedQuotes) state.defects |= DefectBit.UNBALANCED_QUOTES;
    if (isTop) {
      setSlot(at, Slot.VIA_TRANSPORT, via.transportStart, via.transportEnd);
      setSlot(at, Slot.VIA_BRANCH, parameters.branchStart, parameters.branchEnd);
      isTop = false;
    }
    if (via.next >= end) return;
    i = via.next + 1;
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
): void {
  scanNameAddress(bytes, start, end, false, true);
  if (nameAddress.isBad) state.defects |= badBit;
  if (nameAddress.hasUnbalancedQuotes) state.defects |= DefectBit.UNBALANCED_QUOTES;
  if (uri.scheme === UriScheme.UNKNOWN) state.defects |= DefectBit.UNKNOWN_SCHEME;
  setSlot(at, userSlot, uri.userStart, uri.userEnd);
  setSlot(at, hostSlot, uri.hostStart, uri.hostEnd);
  setSlot(at, tagSlot, parameters.tagStart, parameters.tagEnd);
}

function takeCSeq(bytes: Uint8Array, start: number, end: number, isRequest: boolean, fields: MessageFields): void {
  let i = start;
  while (i < end && (BYTE_CLASS[bytes[i]!]! & DIGIT) !== 0) i++;
  const number = decimalNumber(bytes, start, i, CSEQ_MAX);
  const isNumber = number >= 0 && number <= CSEQ_MAX;
  if (isNumber) fields.cseq = number;
  const methodStart = skipWhitespace(bytes, i, end);
  const methodEnd = skipToken(bytes, methodStart, end);
  if (!isNumber || methodStart === i || methodEnd === methodStart || methodEnd !== end)
    state.defects |= DefectBit.BAD_CSEQ;
  if (methodEnd === methodStart) return;
  const at = fields.at;
  if (!isRequest) {
    setSlot(at, Slot.METHOD, methodStart, methodEnd);
    return;
  }
  const requestMethod = at[Slot.METHOD]!;
  let isSame = at[Slot.METHOD + 1]! - requestMethod === methodEnd - methodStart;
  for (let j = methodStart; isSame && j < methodEnd; j++) isSame = bytes[j] === bytes[requestMethod + j - methodStart];
  if (!isSame) state.defects |= DefectBit.CSEQ_METHOD_MISMATCH;
}

function takeContact(bytes: Uint8Array, start: number, end: number): void {
  if (end - start === 1 && bytes[start] === ASTERISK) return;
  let i = start;
  let mayQuote = true;
  for (;;) {
    scanNameAddress(bytes, i, end, true, mayQuote);
    if (nameAddress.isBad) state.defects |= DefectBit.BAD_CONTACT;
    if (nameAddress.hasUnbalancedQuotes) {
      state.defects |= DefectBit.UNBALANCED_QUOTES;
      mayQuote = false;
    }
    if (uri.scheme === UriScheme.UNKNOWN) state.defects |= DefectBit.UNKNOWN_SCHEME;
    if (
      parameters.expiresEnd !== 0 &&
      !isNumberValue(bytes, parameters.expiresStart, parameters.expiresEnd, MAX_DELTA_SECONDS)
    )
      state.defects |= DefectBit.BAD_NUMBER_VALUE;
    if (nameAddress.next >= end) return;
    i = nameAddress.next + 1;
  }
}

function takeContentLength(bytes: Uint8Array, start: number, end: number, isFirst: boolean): void {
  const value = decimalNumber(bytes, start, end, CONTENT_LENGTH_MAX);
  const isGood = value >= 0 && value <= CONTENT_LENGTH_MAX && (isFirst || value === state.contentLength);
  if (!isGood) state.defects |= DefectBit.BAD_CONTENT_LENGTH;
  state.contentLength = isGood ? value : -2;
}

/** RFC 3325 section 9.1 and 9.2; Remote-Party-ID never got past draft-ietf-sip-privacy-04. */
function takeIdentity(bytes: Uint8Array, start: number, end: number, at: Int32Array, rank: number): void {
  if (state.assertedRank >= rank) return;
  let i = start;
  let mayQuote = true;
  for (;;) {
    scanNameAddress(bytes, i, end, true, mayQuote);
    if (nameAddress.hasUnbalancedQuotes) mayQuote = false;
    const { scheme, userStart, userEnd } = uri;
    if (userEnd > userStart && (scheme === UriScheme.SIP || scheme === UriScheme.SIPS || scheme === UriScheme.TEL)) {
      setSlot(at, Slot.ASSERTED_USER, userStart, userEnd);
      state.assertedRank = rank;
      return;
    }
    if (nameAddress.next >= end) return;
    i = nameAddress.next + 1;
  }
}

/** RFC 5806. */
function takeDiversion(bytes: Uint8Array, start: number, end: number, at: Int32Array): void {
  scanNameAddress(bytes, start, end, true, true);
  if (uri.userEnd <= uri.userStart) return;
  setSlot(at, Slot.DIVERSION_USER, uri.userStart, uri.userEnd);
  state.hasDiversion = true;
}

/** RFC 7044: entries in the order in which the targets were tried, the current one last. */
function takeHistoryInfo(bytes: Uint8Array, start: number, end: number): void {
  let i = start;
  let mayQuote = true;
  for (;;) {
    scanNameAddress(bytes, i, end, true, mayQuote);
    if (nameAddress.hasUnbalancedQuotes) mayQuote = false;
    state.historyEntries++;
    state.historyBeforeStart = state.historyLastStart;
    state.historyBeforeEnd = state.historyLastEnd;
    state.historyLastStart = uri.userStart;
    state.historyLastEnd = uri.userEnd;
    if (nameAddress.next >= end) return;
    i = nameAddress.next + 1;
  }
}

/** True when the byte is SP, HTAB, CR, LF or NUL: what may stand behind a message without meaning anything. */
export function isFiller(byte: number): boolean {
  return byte === 0 || (BYTE_CLASS[byte]! & WHITESPACE) !== 0;
}

import type { MessageFields } from '@calliope/model';
import { HeaderId, headerIdAt } from './header-id.ts';
import { HeaderLineKind, headerLine, readHeaderLine } from './header-line.ts';
import { isPlausibleStart } from './plausible-start.ts';
import { DefectBit, resetState, Slot, state } from './scan-state.ts';
import { scanUri, UriContext, UriScheme, uri } from './scan-uri.ts';
import { readStartLine, StartLineKind, startLine } from './start-line.ts';
import { isFiller, setSlot, takeHeader } from './take-header.ts';

/** Header lines that are looked into; those behind are skipped, with the defect `too_many_headers`. */
export const MAX_HEADERS = 1000;

const LF = 10;
const CR = 13;
const LESS = 60;

/** Headers that may stand in a message once and hold one value. */
const SINGLE_HEADERS =
  (1 << HeaderId.FROM) |
  (1 << HeaderId.TO) |
  (1 << HeaderId.CALL_ID) |
  (1 << HeaderId.CSEQ) |
  (1 << HeaderId.CONTENT_LENGTH) |
  (1 << HeaderId.CONTENT_TYPE) |
  (1 << HeaderId.USER_AGENT) |
  (1 << HeaderId.SERVER) |
  (1 << HeaderId.MAX_FORWARDS) |
  (1 << HeaderId.EXPIRES) |
  (1 << HeaderId.MIN_EXPIRES) |
  (1 << HeaderId.RETRY_AFTER) |
  (1 << HeaderId.DATE) |
  (1 << HeaderId.TIMESTAMP) |
  (1 << HeaderId.SESSION_EXPIRES) |
  (1 << HeaderId.MIN_SE) |
  (1 << HeaderId.RSEQ);

/**
 * Where the parts of the last message scanned lie, for {@link parseSip}, which walks the same lines again. One object for all: it holds
 * until the next call of {@link scanSip}, and only when that was true.
 */
export const scannedRange = {
  startLineStart: 0,
  startLineEnd: 0,
  headersStart: 0,
  /** End of what may be headers: NULs at the end of the message are outside. */
  limit: 0,
};

/**
 * Finds every slot of {@link Field} of the SIP message in [start, end) of `bytes`, in place: nothing is allocated, the time is linear.
 * All of `fields` is overwritten. Offsets are absolute in `bytes`. False, and the defect `not_sip` alone, when there is no start line.
 *
 * Tolerated without a defect: CRLFs before the start line, NULs and CRLFs behind the message, LF for CRLF, white space where the grammar
 * allows it, and another message behind the body of a datagram (RFC 3261 section 18.3: discarded). An IPv6 host is without its brackets.
 * Without a usable Content-Length the body reaches to the end (section 18.3, datagrams). Of headers that may stand once, the first counts.
 */
export function scanSip(bytes: Uint8Array, start: number, end: number, fields: MessageFields): boolean {
  fields.at.fill(0);
  fields.bytes = bytes;
  fields.responseCode = 0;
  fields.cseq = 0;
  resetState();
  let limit = end;
  while (limit > start && bytes[limit - 1] === 0) limit--;
  let lineStart = start;
  while (lineStart < limit && (bytes[lineStart] === CR || bytes[lineStart] === LF)) lineStart++;
  let lineEnd = lineStart;
  while (lineEnd < limit && bytes[lineEnd] !== LF) lineEnd++;
  const textEnd = lineEnd > lineStart && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
  const kind = readStartLine(bytes, lineStart, textEnd);
  if (kind === StartLineKind.NOT_SIP) {
    fields.defects = DefectBit.NOT_SIP;
    return false;
  }
  scannedRange.startLineStart = lineStart;
  scannedRange.startLineEnd = textEnd;
  scannedRange.headersStart = lineEnd < limit ? lineEnd + 1 : limit;
  scannedRange.limit = limit;
  if (lineEnd >= limit) state.defects |= DefectBit.TRUNCATED;
  const isRequest = kind === StartLineKind.REQUEST;
  takeStartLine(bytes, isRequest, fields);
  const bodyStart = takeHeaders(bytes, scannedRange.headersStart, limit, isRequest, fields);
  if (bodyStart < 0) state.defects |= DefectBit.NO_END_OF_HEADERS;
  else takeBody(bytes, bodyStart, limit, end, fields.at);
  fields.defects = state.defects;
  return true;
}

/** Start of the body; -1 when the headers do not end. */
function takeHeaders(
  bytes: Uint8Array,
  from: number,
  limit: number,
  isRequest: boolean,
  fields: MessageFields,
): number {
  let seen = 0;
  let lines = 0;
  let bodyStart = -1;
  let i = from;
  while (i < limit) {
    const kind = readHeaderLine(bytes, i, limit);
    i = headerLine.next;
    if (kind === HeaderLineKind.END_OF_HEADERS) {
      bodyStart = i;
      break;
    }
    if (headerLine.isCut) state.defects |= DefectBit.TRUNCATED;
    if (headerLine.hasControlCharacters) state.defects |= DefectBit.CONTROL_CHARACTERS;
    if (++lines > MAX_HEADERS) {
      state.defects |= DefectBit.TOO_MANY_HEADERS;
      continue;
    }
    if (kind === HeaderLineKind.BAD) {
      if (!headerLine.isCut) state.defects |= DefectBit.BAD_HEADER_LINE;
      continue;
    }
    const id = headerIdAt(bytes, headerLine.nameStart, headerLine.nameEnd);
    if (id === HeaderId.OTHER) continue;
    const bit = 1 << id;
    const isFirst = (seen & bit) === 0;
    seen |= bit;
    if (!isFirst && (SINGLE_HEADERS & bit) !== 0) state.defects |= DefectBit.DUPLICATE_SINGLE_HEADER;
    takeHeader(bytes, id, isFirst, headerLine.valueStart, headerLine.valueEnd, isRequest, fields);
  }
  if ((seen & (1 << HeaderId.CALL_ID)) === 0) state.defects |= DefectBit.MISSING_CALL_ID;
  if ((seen & (1 << HeaderId.CSEQ)) === 0) state.defects |= DefectBit.MISSING_CSEQ;
  if ((seen & (1 << HeaderId.FROM)) === 0) state.defects |= DefectBit.MISSING_FROM;
  if ((seen & (1 << HeaderId.TO)) === 0) state.defects |= DefectBit.MISSING_TO;
  if ((seen & (1 << HeaderId.VIA)) === 0) state.defects |= DefectBit.MISSING_VIA;
  if (!state.hasDiversion && state.historyEntries >= 2)
    setSlot(fields.at, Slot.DIVERSION_USER, state.historyBeforeStart, state.historyBeforeEnd);
  return bodyStart;
}

function takeStartLine(bytes: Uint8Array, isRequest: boolean, fields: MessageFields): void {
  if (startLine.isBadlySpaced) state.defects |= DefectBit.BAD_START_LINE;
  if (startLine.hasControlCharacters) state.defects |= DefectBit.CONTROL_CHARACTERS;
  if (!startLine.isVersion2) state.defects |= DefectBit.BAD_VERSION;
  if (!isRequest) {
    if (startLine.isBadStatusCode) state.defects |= DefectBit.BAD_STATUS_CODE;
    fields.responseCode = startLine.statusCode;
    setSlot(fields.at, Slot.REASON_PHRASE, startLine.reasonStart, startLine.reasonEnd);
    return;
  }
  setSlot(fields.at, Slot.METHOD, startLine.methodStart, startLine.methodEnd);
  if (bytes[startLine.uriStart] === LESS) {
    // Brackets around a request-URI are wrong, and what is meant is plain (RFC 4475 section 3.1.2.7).
    state.defects |= DefectBit.BAD_REQUEST_URI;
    scanUri(bytes, startLine.uriStart + 1, startLine.uriEnd, UriContext.ANGLE);
  } else {
    scanUri(bytes, startLine.uriStart, startLine.uriEnd, UriContext.WHOLE);
  }
  if (uri.isBad) state.defects |= DefectBit.BAD_REQUEST_URI;
  if (uri.scheme === UriScheme.UNKNOWN) state.defects |= DefectBit.UNKNOWN_SCHEME;
  setSlot(fields.at, Slot.REQUEST_USER, uri.userStart, uri.userEnd);
  setSlot(fields.at, Slot.REQUEST_HOST, uri.hostStart, uri.hostEnd);
}

/** `limit`: without the NULs at the end, which belong to the body only when Content-Length says so. */
function takeBody(bytes: Uint8Array, bodyStart: number, limit: number, end: number, at: Int32Array): void {
  if (state.contentLength < 0) {
    setSlot(at, Slot.BODY, bodyStart, limit);
    return;
  }
  const bodyEnd = bodyStart + state.contentLength;
  if (bodyEnd > end) {
    state.defects |= DefectBit.BODY_SHORTER;
    setSlot(at, Slot.BODY, bodyStart, end);
    return;
  }
  setSlot(at, Slot.BODY, bodyStart, bodyEnd);
  let i = bodyEnd;
  while (i < limit && isFiller(bytes[i]!)) i++;
  if (i < limit && !isPlausibleStart(bytes, i, limit)) state.defects |= DefectBit.BODY_LONGER;
}

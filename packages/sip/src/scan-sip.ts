import type { MessageFields } from '@calliope/model';
import { skipText } from './byte-class.ts';
import { HeaderId, headerIdAt } from './header-id.ts';
import { HeaderLineKind, readHeaderLine } from './header-line.ts';
import { isPlausibleStart } from './plausible-start.ts';
import { newScanCursor, type ScanCursor } from './scan-cursor.ts';
import { DefectBit, Slot } from './scan-slots.ts';
import { scanUri } from './scan-uri.ts';
import { readStartLine, StartLineKind } from './start-line.ts';
import { isFiller, setSlot, takeHeader } from './take-header.ts';
import { UriContext, UriScheme } from './uri-kinds.ts';

/** Header lines that are looked into; those behind are skipped, with the defect `too_many_headers`. */
export const MAX_HEADERS = 1000;

const HTAB = 9;
const LF = 10;
const CR = 13;
const LESS = 60;

// As constants of this module they cost no look-up in the hot path.
const {
  BAD_HEADER_LINE,
  BAD_REQUEST_URI,
  BAD_START_LINE,
  BAD_STATUS_CODE,
  BAD_VERSION,
  BODY_LONGER,
  BODY_SHORTER,
  CONTROL_CHARACTERS,
  DUPLICATE_SINGLE_HEADER,
  MISSING_CALL_ID,
  MISSING_CSEQ,
  MISSING_FROM,
  MISSING_TO,
  MISSING_VIA,
  NOT_SIP,
  NO_END_OF_HEADERS,
  TOO_MANY_HEADERS,
  TRUNCATED,
  UNKNOWN_SCHEME,
} = DefectBit;
const { CALL_ID, CSEQ, FROM, OTHER, TO, VIA } = HeaderId;
const { BAD, END_OF_HEADERS } = HeaderLineKind;
const { NOT_SIP: NO_START_LINE, REQUEST } = StartLineKind;

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
 * Finds every slot of {@link Field} of the SIP message in [start, end) of `bytes`, in place: nothing is allocated, the time is linear.
 * All of `fields` is overwritten. Offsets are absolute in `bytes`. False, and the defect `not_sip` alone, when there is no start line.
 *
 * Tolerated without a defect: CRLFs before the start line, NULs and CRLFs behind the message, LF for CRLF, white space where the grammar
 * allows it, and another message behind the body of a datagram (RFC 3261 section 18.3: discarded). An IPv6 host is without its brackets.
 * Without a usable Content-Length the body reaches to the end (section 18.3, datagrams). Of headers that may stand once, the first counts.
 */
export function scanSip(bytes: Uint8Array, start: number, end: number, fields: MessageFields): boolean {
  return scanMessage(bytes, start, end, fields, scanCursor);
}

const scanCursor = newScanCursor();

/** {@link scanSip} with a cursor of the caller's, who finds in it where the start line and the headers are. */
export function scanMessage(
  bytes: Uint8Array,
  start: number,
  end: number,
  fields: MessageFields,
  cursor: ScanCursor,
): boolean {
  const at = fields.at;
  for (let slot = 0; slot < at.length; slot++) at[slot] = 0;
  fields.bytes = bytes;
  fields.responseCode = 0;
  fields.cseq = 0;
  cursor.defects = 0;
  cursor.contentLength = -1;
  cursor.assertedRank = 0;
  cursor.hasUserAgent = cursor.hasDiversion = false;
  cursor.historyEntries = cursor.historyLastStart = cursor.historyLastEnd = 0;
  cursor.historyBeforeStart = cursor.historyBeforeEnd = 0;
  let limit = end;
  while (limit > start && bytes[limit - 1] === 0) limit--;
  let lineStart = start;
  while (lineStart < limit && (bytes[lineStart] === CR || bytes[lineStart] === LF)) lineStart++;
  let lineEnd = lineStart;
  let hasControlCharacters = false;
  for (;;) {
    lineEnd = skipText(bytes, lineEnd, limit);
    if (lineEnd >= limit || bytes[lineEnd] === LF) break;
    if (bytes[lineEnd] !== HTAB && !(bytes[lineEnd] === CR && (lineEnd + 1 >= limit || bytes[lineEnd + 1] === LF)))
      hasControlCharacters = true;
    lineEnd++;
  }
  const textEnd = lineEnd > lineStart && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
  const kind = readStartLine(bytes, lineStart, textEnd, cursor);
  if (kind === NO_START_LINE) {
    fields.defects = NOT_SIP;
    return false;
  }
  cursor.startLineStart = lineStart;
  cursor.startLineEnd = textEnd;
  cursor.headersStart = lineEnd < limit ? lineEnd + 1 : limit;
  cursor.headersLimit = limit;
  if (lineEnd >= limit) cursor.defects |= TRUNCATED;
  if (hasControlCharacters) cursor.defects |= CONTROL_CHARACTERS;
  const isRequest = kind === REQUEST;
  takeStartLine(bytes, isRequest, fields, cursor);
  const bodyStart = takeHeaders(bytes, cursor.headersStart, limit, isRequest, fields, cursor);
  if (bodyStart < 0) cursor.defects |= NO_END_OF_HEADERS;
  else takeBody(bytes, bodyStart, limit, end, fields.at, cursor);
  fields.defects = cursor.defects;
  return true;
}

/** Start of the body; -1 when the headers do not end. */
function takeHeaders(
  bytes: Uint8Array,
  from: number,
  limit: number,
  isRequest: boolean,
  fields: MessageFields,
  cursor: ScanCursor,
): number {
  let seen = 0;
  let lines = 0;
  let bodyStart = -1;
  let i = from;
  while (i < limit) {
    const kind = readHeaderLine(bytes, i, limit, cursor);
    i = cursor.nextLine;
    if (kind === END_OF_HEADERS) {
      bodyStart = i;
      break;
    }
    if (cursor.isLineCut) cursor.defects |= TRUNCATED;
    if (cursor.lineHasControlCharacters) cursor.defects |= CONTROL_CHARACTERS;
    if (++lines > MAX_HEADERS) {
      cursor.defects |= TOO_MANY_HEADERS;
      continue;
    }
    if (kind === BAD) {
      if (!cursor.isLineCut) cursor.defects |= BAD_HEADER_LINE;
      continue;
    }
    const id = headerIdAt(bytes, cursor.nameStart, cursor.nameEnd);
    if (id === OTHER) continue;
    const bit = 1 << id;
    const isFirst = (seen & bit) === 0;
    seen |= bit;
    if (!isFirst && (SINGLE_HEADERS & bit) !== 0) cursor.defects |= DUPLICATE_SINGLE_HEADER;
    takeHeader(bytes, id, isFirst, cursor.valueStart, cursor.valueEnd, isRequest, fields, cursor);
  }
  if ((seen & (1 << CALL_ID)) === 0) cursor.defects |= MISSING_CALL_ID;
  if ((seen & (1 << CSEQ)) === 0) cursor.defects |= MISSING_CSEQ;
  if ((seen & (1 << FROM)) === 0) cursor.defects |= MISSING_FROM;
  if ((seen & (1 << TO)) === 0) cursor.defects |= MISSING_TO;
  if ((seen & (1 << VIA)) === 0) cursor.defects |= MISSING_VIA;
  if (!cursor.hasDiversion && cursor.historyEntries >= 2)
    setSlot(fields.at, Slot.DIVERSION_USER, cursor.historyBeforeStart, cursor.historyBeforeEnd);
  return bodyStart;
}

function takeStartLine(bytes: Uint8Array, isRequest: boolean, fields: MessageFields, cursor: ScanCursor): void {
  if (cursor.isBadlySpaced) cursor.defects |= BAD_START_LINE;
  if (!cursor.isVersion2) cursor.defects |= BAD_VERSION;
  if (!isRequest) {
    if (cursor.isBadStatusCode) cursor.defects |= BAD_STATUS_CODE;
    fields.responseCode = cursor.statusCode;
    setSlot(fields.at, Slot.REASON_PHRASE, cursor.reasonStart, cursor.reasonEnd);
    return;
  }
  setSlot(fields.at, Slot.METHOD, cursor.methodStart, cursor.methodEnd);
  if (bytes[cursor.requestUriStart] === LESS) {
    // Brackets around a request-URI are wrong, and what is meant is plain (RFC 4475 section 3.1.2.7).
    cursor.defects |= BAD_REQUEST_URI;
    scanUri(bytes, cursor.requestUriStart + 1, cursor.requestUriEnd, UriContext.ANGLE, cursor);
  } else {
    scanUri(bytes, cursor.requestUriStart, cursor.requestUriEnd, UriContext.WHOLE, cursor);
  }
  if (cursor.isUriBad) cursor.defects |= BAD_REQUEST_URI;
  if (cursor.scheme === UriScheme.UNKNOWN) cursor.defects |= UNKNOWN_SCHEME;
  setSlot(fields.at, Slot.REQUEST_USER, cursor.userStart, cursor.userEnd);
  setSlot(fields.at, Slot.REQUEST_HOST, cursor.hostStart, cursor.hostEnd);
}

/** `limit`: without the NULs at the end, which belong to the body only when Content-Length says so. */
function takeBody(
  bytes: Uint8Array,
  bodyStart: number,
  limit: number,
  end: number,
  at: Int32Array,
  cursor: ScanCursor,
): void {
  if (cursor.contentLength < 0) {
    setSlot(at, Slot.BODY, bodyStart, limit);
    return;
  }
  const bodyEnd = bodyStart + cursor.contentLength;
  if (bodyEnd > end) {
    cursor.defects |= BODY_SHORTER;
    setSlot(at, Slot.BODY, bodyStart, end);
    return;
  }
  setSlot(at, Slot.BODY, bodyStart, bodyEnd);
  let i = bodyEnd;
  while (i < limit && isFiller(bytes[i]!)) i++;
  if (i < limit && !isPlausibleStart(bytes, i, limit, cursor)) cursor.defects |= BODY_LONGER;
}

import { type Defect, defectNames, emptyFields, Field, type MessageFields } from '@calliope/model';
import { canonicalHeaderName } from './canonical-header-name.ts';
import { decodeText, rangeDecoder } from './decode-text.ts';
import { HeaderLineKind, readHeaderLine } from './header-line.ts';
import { newScanCursor, type ScanCursor } from './scan-cursor.ts';
import { MAX_HEADERS, scanMessage } from './scan-sip.ts';
import { trimBlanks } from './split-list.ts';
import { readStartLine, StartLineKind } from './start-line.ts';

export interface SipHeader {
  /** As written. */
  name: string;
  /** Long name in its usual spelling: `Via` for `v`. */
  canonicalName: string;
  /** Unfolded: each line end with the white space around it is one space. */
  value: string;
  /** Bytes of the header in the message, from the name to the end of the value, line end not included. */
  start: number;
  end: number;
}

export interface SipMessage {
  /** `unknown`: not SIP; then `body` is everything and there are no headers. */
  kind: 'request' | 'response' | 'unknown';
  startLine: string;
  /** Request method; of a response, the CSeq method; '' when there is none. */
  method: string;
  /** Request-URI as written; '' for a response. */
  requestUri: string;
  /** `SIP/2.0` as written. */
  version: string;
  /** 0 for a request, and where there are not three digits. */
  statusCode: number;
  reasonPhrase: string;
  /** In order. At most {@link MAX_HEADERS}; lines that are no header are left out, with a defect. */
  headers: SipHeader[];
  /** A view, not a copy, bounded by Content-Length when that is sane. */
  body: Uint8Array;
  defects: Defect[];
  /** Branch of the top Via. */
  viaBranch: string;
  /** What {@link scanSip} finds in the same bytes. */
  fields: MessageFields;
}

/**
 * Parses a whole SIP message (RFC 3261 section 7) for display and call logic. Never throws, whatever the bytes are; what is wrong is in
 * `defects`. Lines, fields, body and defects come from the scanners of {@link scanSip}, so that the two cannot disagree.
 */
export function parseSip(bytes: Uint8Array): SipMessage {
  const fields = emptyFields();
  const cursor = newScanCursor();
  const isSip = scanMessage(bytes, 0, bytes.length, fields, cursor);
  const defects = defectNames(fields.defects);
  if (!isSip) {
    return {
      kind: 'unknown',
      startLine: '',
      method: '',
      requestUri: '',
      version: '',
      statusCode: 0,
      reasonPhrase: '',
      headers: [],
      body: bytes,
      defects,
      viaBranch: '',
      fields,
    };
  }
  const textOf = rangeDecoder(bytes, 0, endOfHeaders(bytes, cursor));
  const kind = readStartLine(bytes, cursor.startLineStart, cursor.startLineEnd, cursor);
  const isRequest = kind === StartLineKind.REQUEST;
  return {
    kind: isRequest ? 'request' : 'response',
    startLine: textOf(cursor.startLineStart, cursor.startLineEnd),
    method: fieldText(fields, Field.METHOD),
    requestUri: isRequest ? textOf(cursor.requestUriStart, cursor.requestUriEnd) : '',
    version: textOf(cursor.versionStart, cursor.versionEnd),
    statusCode: fields.responseCode,
    reasonPhrase: fieldText(fields, Field.REASON_PHRASE),
    headers: readHeaders(bytes, cursor, textOf),
    body: bytes.subarray(fields.at[2 * Field.BODY], fields.at[2 * Field.BODY + 1]),
    defects,
    viaBranch: fieldText(fields, Field.VIA_BRANCH),
    fields,
  };
}

/** Text of one slot of {@link Field}; '' when it is absent. */
export function fieldText(fields: MessageFields, field: number): string {
  return decodeText(fields.bytes, fields.at[2 * field], fields.at[2 * field + 1]);
}

function endOfHeaders(bytes: Uint8Array, cursor: ScanCursor): number {
  let i = cursor.headersStart;
  while (i < cursor.headersLimit) {
    const kind = readHeaderLine(bytes, i, cursor.headersLimit, cursor);
    i = cursor.nextLine;
    if (kind === HeaderLineKind.END_OF_HEADERS) break;
  }
  return i;
}

function readHeaders(
  bytes: Uint8Array,
  cursor: ScanCursor,
  textOf: (start: number, end: number) => string,
): SipHeader[] {
  const headers: SipHeader[] = [];
  let i = cursor.headersStart;
  for (let lines = 0; i < cursor.headersLimit && lines < MAX_HEADERS; lines++) {
    const kind = readHeaderLine(bytes, i, cursor.headersLimit, cursor);
    i = cursor.nextLine;
    if (kind === HeaderLineKind.END_OF_HEADERS) break;
    if (kind === HeaderLineKind.BAD) continue;
    const name = textOf(cursor.nameStart, cursor.nameEnd);
    const value = textOf(cursor.valueStart, cursor.valueEnd);
    headers.push({
      name,
      canonicalName: canonicalHeaderName(name),
      value: value.includes('\n') ? unfold(value) : value,
      start: cursor.nameStart,
      end: Math.max(cursor.valueEnd, cursor.nameEnd),
    });
  }
  return headers;
}

/** RFC 3261 section 7.3.1: a folded header is equal to one whose line ends with the white space around them are single spaces. */
function unfold(value: string): string {
  const lines = value.split('\n').map(trimBlanks);
  return lines.filter((line) => line !== '').join(' ');
}

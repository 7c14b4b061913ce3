import { decodeText, encodeText } from './decode-text.ts';
import { HeaderLineKind, readHeaderLine } from './header-line.ts';
import { parseParameters } from './parse-name-address.ts';
import { newScanCursor } from './scan-cursor.ts';

export interface BodyPart {
  /** Content-Type as written; `text/plain` when the part has none (RFC 2046 section 5.1). */
  contentType: string;
  /** Content-Disposition as written, '' when there is none. */
  contentDisposition: string;
  /** A view, not a copy. */
  body: Uint8Array;
}

/** How deep multiparts may lie within each other. What is deeper is left as one part. */
const MAX_DEPTH = 8;

/** Media type in lower case without parameters: `application/sdp`. */
export function mediaTypeOf(contentType: string): string {
  return contentType.split(';', 1)[0]!.trim().toLowerCase();
}

/**
 * The parts of a body that are no multipart themselves, in order (RFC 2046 section 5.1, RFC 5621). A body that is no multipart, or has no
 * boundary, is one part. LF is taken for CRLF, and a last boundary that is missing is tolerated. Never throws.
 */
export function multipartParts(contentType: string, body: Uint8Array): BodyPart[] {
  return leavesOf({ contentType, contentDisposition: '', body }, 0);
}

function leavesOf(part: BodyPart, depth: number): BodyPart[] {
  if (depth >= MAX_DEPTH || !mediaTypeOf(part.contentType).startsWith('multipart/')) return [part];
  const semicolon = part.contentType.indexOf(';');
  const boundary = semicolon < 0 ? '' : (parseParameters(part.contentType.slice(semicolon)).get('boundary') ?? '');
  if (boundary === '') return [part];
  return splitAtBoundary(part.body, encodeText(`--${boundary}`)).flatMap((bytes) =>
    leavesOf(readPart(bytes), depth + 1),
  );
}

function splitAtBoundary(body: Uint8Array, delimiter: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let partStart = -1;
  let lineStart = 0;
  while (lineStart < body.length) {
    const lineFeed = body.indexOf(10, lineStart);
    const lineEnd = lineFeed < 0 ? body.length : lineFeed;
    const after = lineStart + delimiter.length;
    if (startsWith(body, lineStart, lineEnd, delimiter) && isDelimiterEnd(body, after, lineEnd)) {
      // The line end before the delimiter belongs to the delimiter.
      if (partStart >= 0) parts.push(body.subarray(partStart, Math.max(partStart, beforeLineEnd(body, lineStart))));
      partStart = Math.min(lineEnd + 1, body.length);
      if (body[after] === 45 && body[after + 1] === 45) return parts;
    }
    lineStart = lineEnd + 1;
  }
  if (partStart >= 0 && partStart < body.length) parts.push(body.subarray(partStart));
  return parts;
}

function startsWith(bytes: Uint8Array, at: number, end: number, prefix: Uint8Array): boolean {
  if (end - at < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[at + i] !== prefix[i]) return false;
  return true;
}

/** Nothing but `--` and white space stands behind a boundary, which tells it from a longer one. */
function isDelimiterEnd(bytes: Uint8Array, at: number, lineEnd: number): boolean {
  let i = bytes[at] === 45 && bytes[at + 1] === 45 && at + 2 <= lineEnd ? at + 2 : at;
  while (i < lineEnd && (bytes[i] === 32 || bytes[i] === 9 || bytes[i] === 13)) i++;
  return i >= lineEnd;
}

function beforeLineEnd(bytes: Uint8Array, lineStart: number): number {
  const end = lineStart > 0 ? lineStart - 1 : 0;
  return end > 0 && bytes[end - 1] === 13 ? end - 1 : end;
}

function readPart(bytes: Uint8Array): BodyPart {
  const cursor = newScanCursor();
  let contentType = 'text/plain';
  let contentDisposition = '';
  let i = 0;
  while (i < bytes.length) {
    const kind = readHeaderLine(bytes, i, bytes.length, cursor);
    i = cursor.nextLine;
    if (kind === HeaderLineKind.END_OF_HEADERS) break;
    if (kind !== HeaderLineKind.HEADER) continue;
    const name = decodeText(bytes, cursor.nameStart, cursor.nameEnd).toLowerCase();
    if (name === 'content-type' || name === 'c') contentType = decodeText(bytes, cursor.valueStart, cursor.valueEnd);
    if (name === 'content-disposition') contentDisposition = decodeText(bytes, cursor.valueStart, cursor.valueEnd);
  }
  return { contentType, contentDisposition, body: bytes.subarray(i) };
}

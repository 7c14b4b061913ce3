const CR = 13;
const LF = 10;
const CONTENT_LENGTH = new TextEncoder().encode('content-length');
/** Far more than any frame holds. */
const MAX_LENGTH = 0x7fffffff;

/**
 * Length of the SIP message that begins at `start`, by its Content-Length (RFC 3261 section 18.3); {@link Infinity} while its headers do not end. Without
 * a usable Content-Length the message reaches to `end`: in a frame of its own it is taken as it is.
 */
export function sipMessageLength(bytes: Uint8Array, start: number, end: number): number {
  let contentLength = -1;
  let lineStart = start;
  for (;;) {
    // Not indexOf, which would look on through all of a large receive buffer.
    let lineFeed = lineStart;
    while (lineFeed < end && bytes[lineFeed] !== LF) lineFeed++;
    if (lineFeed >= end) return Number.POSITIVE_INFINITY;
    if (lineFeed === lineStart || (lineFeed === lineStart + 1 && bytes[lineStart] === CR)) {
      return contentLength < 0 ? end - start : lineFeed + 1 - start + contentLength;
    }
    const nameEnd = contentLengthNameEnd(bytes, lineStart, lineFeed);
    const value = nameEnd < 0 ? -1 : readValue(bytes, nameEnd, lineFeed);
    if (value >= 0) contentLength = value;
    lineStart = lineFeed + 1;
  }
}

/** Offset behind `Content-Length` or its compact form `l`, -1 for other headers. */
function contentLengthNameEnd(bytes: Uint8Array, lineStart: number, lineEnd: number): number {
  const first = bytes[lineStart]! | 0x20;
  if (first === 0x6c) return lineStart + 1;
  if (first !== 0x63 || lineEnd - lineStart <= CONTENT_LENGTH.length) return -1;
  for (let i = 0; i < CONTENT_LENGTH.length; i++) {
    const byte = bytes[lineStart + i]!;
    if ((byte === 0x2d ? byte : byte | 0x20) !== CONTENT_LENGTH[i]) return -1;
  }
  return lineStart + CONTENT_LENGTH.length;
}

/** ` : 123`; -1 for anything else, also another header that begins with `l`. */
function readValue(bytes: Uint8Array, nameEnd: number, lineEnd: number): number {
  const text = String.fromCharCode(...bytes.subarray(nameEnd, Math.min(lineEnd, nameEnd + 40)));
  const match = /^[ \t]*:[ \t]*(\d{1,10})\s*$/.exec(text);
  const value = match ? Number(match[1]) : -1;
  return value > MAX_LENGTH ? -1 : value;
}

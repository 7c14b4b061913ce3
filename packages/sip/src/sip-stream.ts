import { BYTE_CLASS, ByteClass, decimalNumber } from './byte-class.ts';
import { findStartLine, MAX_START_LINE_BYTES, NO_START, type StartSearch } from './find-start-line.ts';
import { HeaderId, headerIdAt } from './header-id.ts';
import { HeaderLineKind, readHeaderLine } from './header-line.ts';
import { isPlausibleStart } from './plausible-start.ts';
import { newScanCursor } from './scan-cursor.ts';

const { TOKEN } = ByteClass;

/** One whole message: [start, end) of `bytes`, valid only during the call, and the timestamp of the chunk that its first byte came in. */
export type SipStreamCallback = (bytes: Uint8Array, start: number, end: number, timestampUs: number) => void;

export interface SipStreamLimits {
  /** Of one message; a longer one is skipped. Default 1 MiB. The stream holds little more than this. */
  maxMessageBytes?: number;
}

/** One direction of a SIP connection over TCP, TLS or SCTP: bytes in order go in, messages come out. */
export interface SipStream {
  /** Takes the next bytes of the stream. What is needed of them later is copied. */
  push(bytes: Uint8Array, timestampUs: number): void;
  /** Bytes are missing here: what was begun is given up, and the next start line looked for. */
  gap(): void;
  /** No more bytes come: a last message that is whole is handed over, anything else is given up. */
  end(): void;
  /** Bytes that were part of no message and no keep-alive. */
  readonly skippedBytes: number;
  /** CRLF or double CRLF between messages (RFC 5626 section 3.5.1). */
  readonly keepAlives: number;
  /** Bytes held at the moment. */
  readonly pendingBytes: number;
}

const DEFAULT_MAX_MESSAGE_BYTES = 1_048_576;
/** Chunks whose times are kept apart within what is pending; beyond, the oldest behind the first are joined. */
const MAX_TIME_MARKS = 64;

const LF = 10;
const CR = 13;

const State = { BETWEEN: 0, RESYNC: 1, HEADERS: 2, BODY: 3, UNTIL_NEXT: 4 } as const;

/**
 * Finds the messages in a stream by Content-Length (RFC 3261 section 18.3), however the stream is cut into chunks.
 *
 * Content-Length is mandatory in streams. Without it, or with one that is no number, a message without Content-Type ends with its headers,
 * and one with Content-Type reaches to the next plausible start line or to {@link SipStream.end}.
 * After garbage or a gap the next start line that a header line follows is looked for, also in the middle of a line.
 */
export function createSipStream(message: SipStreamCallback, limits: SipStreamLimits = {}): SipStream {
  const maxMessageBytes = limits.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
  const cursor = newScanCursor();
  const search: StartSearch = { at: 0, lineEndFrom: 0, isMidLine: false };
  let state: number = State.BETWEEN;
  /** What is kept for later: [0, held) of `buffer`. */
  let buffer = new Uint8Array(0);
  let held = 0;
  /** Position in the stream of the first byte that is being worked on, and where chunks began. */
  let streamPosition = 0;
  let marks: Array<{ position: number; timestampUs: number }> = [];
  /** Within the message, from its start: where looking goes on, and where it ends. */
  let resumeAt = 0;
  let messageLength = 0;
  let lineEndsInARow = 0;
  let skippedBytes = 0;
  let keepAlives = 0;

  function timestampAt(position: number): number {
    let timestampUs = marks[0]?.timestampUs ?? 0;
    for (const mark of marks) {
      if (mark.position > position) break;
      timestampUs = mark.timestampUs;
    }
    return timestampUs;
  }

  /** Works through [0, end) of `bytes` as far as it goes; gives how much is done with. */
  function consume(bytes: Uint8Array, end: number): number {
    let at = 0;
    for (;;) {
      const before = at;
      const stateBefore = state;
      if (state === State.BETWEEN) at = skipBetween(bytes, at, end);
      else if (state === State.RESYNC) at = resynchronise(bytes, at, end);
      else if (state === State.HEADERS) at = readHeaders(bytes, at, end);
      else if (state === State.BODY) at = readBody(bytes, at, end);
      else at = readUntilNext(bytes, at, end);
      if (at >= end || (at === before && state === stateBefore)) return at;
    }
  }

  function handOver(bytes: Uint8Array, at: number, end: number): number {
    message(bytes, at, end, timestampAt(streamPosition + at));
    state = State.BETWEEN;
    resumeAt = 0;
    lineEndsInARow = 0;
    return end;
  }

  function giveUp(at: number, isMidLine: boolean): void {
    state = State.RESYNC;
    search.at = search.lineEndFrom = at;
    search.isMidLine = isMidLine;
  }

  function skipBetween(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    for (;;) {
      if (at >= end) return at;
      if (bytes[at] === CR && at + 1 >= end) return at;
      const length = bytes[at] === LF ? 1 : bytes[at] === CR && bytes[at + 1] === LF ? 2 : 0;
      if (length === 0) break;
      // A ping is two line ends, a pong is one.
      if (lineEndsInARow % 2 === 0) keepAlives++;
      lineEndsInARow++;
      at += length;
      resumeAt = 0;
    }
    const lineFeed = bytes.indexOf(LF, at + resumeAt);
    if (lineFeed < 0 || lineFeed >= end) {
      resumeAt = end - at;
      const mayBeStart = (BYTE_CLASS[bytes[at]!]! & TOKEN) !== 0 && resumeAt <= MAX_START_LINE_BYTES;
      if (!mayBeStart) giveUp(at, false);
    } else if (isPlausibleStart(bytes, at, end, cursor)) {
      state = State.HEADERS;
      resumeAt = lineFeed - at;
    } else {
      giveUp(at, false);
    }
    return at;
  }

  function resynchronise(bytes: Uint8Array, at: number, end: number): number {
    const start = findStartLine(bytes, end, search, cursor);
    skippedBytes += search.at - at;
    const done = search.at;
    if (start !== NO_START) {
      state = State.HEADERS;
      resumeAt = 0;
    }
    return done;
  }

  function readHeaders(bytes: Uint8Array, at: number, end: number): number {
    for (;;) {
      const lineFeed = bytes.indexOf(LF, at + resumeAt);
      if (lineFeed < 0 || lineFeed >= end) {
        resumeAt = end - at;
        break;
      }
      const next = lineFeed + 1;
      if (next < end && bytes[next] === LF) return measure(bytes, at, next + 1);
      if (next + 1 < end && bytes[next] === CR && bytes[next + 1] === LF) return measure(bytes, at, next + 2);
      if (next >= end || (next + 1 >= end && bytes[next] === CR)) {
        resumeAt = lineFeed - at;
        break;
      }
      resumeAt = next - at;
    }
    // Only the last of it is looked at again, or start lines without an end would cost a megabyte each.
    if (end - at > maxMessageBytes) giveUp(Math.max(at + 1, end - MAX_START_LINE_BYTES), true);
    return at;
  }

  function measure(bytes: Uint8Array, at: number, bodyStart: number): number {
    let contentLength = -1;
    let hasContentType = false;
    let isUsable = true;
    let i = bytes.indexOf(LF, at) + 1;
    while (readHeaderLine(bytes, i, bodyStart, cursor) !== HeaderLineKind.END_OF_HEADERS && i < bodyStart) {
      const id = headerIdAt(bytes, cursor.nameStart, cursor.nameEnd);
      if (id === HeaderId.CONTENT_TYPE) hasContentType = true;
      if (id === HeaderId.CONTENT_LENGTH) {
        const value = decimalNumber(bytes, cursor.valueStart, cursor.valueEnd, 0x7fffffff);
        if (value < 0 || (contentLength >= 0 && value !== contentLength)) isUsable = false;
        contentLength = value;
      }
      i = cursor.nextLine;
    }
    if (contentLength < 0) isUsable = false;
    if (isUsable || !hasContentType) {
      messageLength = bodyStart - at + (isUsable ? contentLength : 0);
      if (messageLength > maxMessageBytes) giveUp(bodyStart, false);
      else state = State.BODY;
      return at;
    }
    state = State.UNTIL_NEXT;
    search.at = search.lineEndFrom = bodyStart;
    search.isMidLine = false;
    return at;
  }

  function readBody(bytes: Uint8Array, at: number, end: number): number {
    return end - at >= messageLength ? handOver(bytes, at, at + messageLength) : at;
  }

  function readUntilNext(bytes: Uint8Array, at: number, end: number): number {
    const start = findStartLine(bytes, end, search, cursor);
    if (start !== NO_START && start - at <= maxMessageBytes) return handOver(bytes, at, start);
    if (end - at > maxMessageBytes) giveUp(search.at, search.isMidLine);
    return at;
  }

  /** Keeps [from, end) of `bytes`, and counts the positions of the search from there on. */
  function keep(bytes: Uint8Array, from: number, end: number): void {
    const length = end - from;
    if (bytes === buffer) {
      if (from > 0) buffer.copyWithin(0, from, end);
    } else {
      reserve(length);
      buffer.set(bytes.subarray(from, end));
    }
    held = length;
    streamPosition += from;
    search.at = Math.max(0, search.at - from);
    search.lineEndFrom = Math.max(0, search.lineEndFrom - from);
    while (marks.length > 1 && marks[1]!.position <= streamPosition) marks.shift();
    // A message of the greatest size must not hold its memory for the rest of the connection.
    if (held === 0 && buffer.length > 65_536) buffer = new Uint8Array(0);
  }

  function reserve(length: number): void {
    if (buffer.length >= length) return;
    const grown = new Uint8Array(Math.max(length, 2 * buffer.length, 4096));
    grown.set(buffer.subarray(0, held));
    buffer = grown;
  }

  function drop(): void {
    streamPosition += held;
    held = 0;
    resumeAt = 0;
    search.at = search.lineEndFrom = 0;
    marks = [];
  }

  return {
    push(bytes, timestampUs) {
      if (bytes.length === 0) return;
      marks.push({ position: streamPosition + held, timestampUs });
      if (marks.length > MAX_TIME_MARKS) marks.splice(1, 1);
      if (held === 0) {
        keep(bytes, consume(bytes, bytes.length), bytes.length);
        return;
      }
      reserve(held + bytes.length);
      buffer.set(bytes, held);
      const end = held + bytes.length;
      keep(buffer, consume(buffer, end), end);
    },
    gap() {
      skippedBytes += held;
      drop();
      giveUp(0, true);
    },
    end() {
      if (state === State.UNTIL_NEXT && held > 0) handOver(buffer, 0, held);
      else skippedBytes += held;
      drop();
      state = State.BETWEEN;
      lineEndsInARow = 0;
    },
    get skippedBytes() {
      return skippedBytes;
    },
    get keepAlives() {
      return keepAlives;
    },
    get pendingBytes() {
      return held;
    },
  };
}

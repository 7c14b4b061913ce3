import { isHep3Magic } from './decode-hep.ts';
import { HEADER_BYTES, MAX_FRAME_BYTES } from './hep-chunk.ts';
import { MAX_INFLATED_BYTES } from './hep-result.ts';
import { INCOMPLETE, readGzipMember } from './inflate-bounded.ts';

export interface HepStreamOptions {
  /** Called for every whole frame, in order, with a range that is valid only during the call. */
  onFrame(bytes: Uint8Array, start: number, end: number): void;
  /** Longest frame taken, 6..65535 bytes; a longer one is skipped as garbage. 65535 when absent. */
  maxFrameBytes?: number;
}

/** HEP 3 frames of one TCP or TLS connection (HEP 1 and 2 say no length and cannot be sent so). */
export interface HepStream {
  /** Takes the next bytes of the connection. Never throws for their content. */
  push(chunk: Uint8Array): void;
  /** Bytes that belonged to no frame: garbage, and what a damaged length led astray. Bytes still awaited are not in it. */
  readonly skippedBytes: number;
  /** Bytes of an unfinished frame. At most 65,535, or 66,560 while it is compressed. */
  readonly bufferedBytes: number;
}

/** A frame of 65,535 bytes that does not compress grows by the header, the trailer and 5 bytes a stored block. */
const MAX_GZIP_BYTES = 66_560;
/**
 * Inflating again at every segment would be quadratic for a sender that trickles. It is done when a trailer may have come (see `mayHoldTrailer`);
 * after this many failures, which only a sender of bad will brings about, once in so many bytes.
 */
const EAGER_ATTEMPTS = 64;
const LAZY_STEP_BYTES = 1024;
const MIN_GZIP_BYTES = 18;
const NOTHING = new Uint8Array(0);
/** Memory that is kept between frames: a connection that once brought a long one and is silent since does not hold more. */
const MAX_IDLE_BYTES = 8192;

/**
 * Cuts a byte stream into frames. Out of step it looks for "HEP3" or "EEP3" whose chunks add up to the announced length, so that
 * the letters within a message do not mislead it. gzip members (heplify 2's `payload_zip`, which are sent without a length) are inflated and
 * the frames within handed over.
 */
export function createHepStream(options: HepStreamOptions): HepStream {
  const maxFrameBytes = Math.min(options.maxFrameBytes ?? MAX_FRAME_BYTES, MAX_FRAME_BYTES);
  let pending = NOTHING;
  let pendingBytes = 0;
  let skippedBytes = 0;
  let inStep = true;
  let failedAttempts = 0;
  let nextAttemptBytes = MIN_GZIP_BYTES;
  /** Bytes of the gzip member at hand that were looked through for a trailer. */
  let searchedBytes = 0;
  /** Bytes of the frame at hand, out of step, at which its chunks are looked at again. */
  let nextCheckBytes = 0;

  /** Handles what is whole in `bytes[start, end)`; returns where the unfinished rest begins. */
  function consume(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      if (at !== start) nextCheckBytes = 0;
      const taken = bytes[at] === 0x1f ? takeGzip(bytes, at, end) : takeFrame(bytes, at, end);
      if (taken === 0) return at;
      if (taken > 0) {
        at += taken;
        inStep = true;
      } else {
        const next = nextCandidate(bytes, at + 1, end);
        skippedBytes += next - at;
        at = next;
        inStep = false;
      }
    }
    return at;
  }

  /** Bytes taken; 0 when more are needed; -1 when no frame begins here. */
  function takeFrame(bytes: Uint8Array, at: number, end: number): number {
    const here = end - at;
    if (here < 4) return isMagicPrefix(bytes, at, end) ? 0 : -1;
    if (!isHep3Magic(bytes, at, end)) return -1;
    if (here < HEADER_BYTES) return 0;
    const length = (bytes[at + 4]! << 8) | bytes[at + 5]!;
    if (length < HEADER_BYTES || length > maxFrameBytes) return -1;
    if (!inStep && here >= Math.min(length, nextCheckBytes)) {
      nextCheckBytes = 2 * here;
      if (!chunksAddUp(bytes, at, Math.min(end, at + length), length)) return -1;
    }
    if (here < length) return 0;
    options.onFrame(bytes, at, at + length);
    return length;
  }

  function takeGzip(bytes: Uint8Array, at: number, end: number): number {
    const here = end - at;
    if (here < 3) return here === 1 || bytes[at + 1] === 0x8b ? 0 : -1;
    const isTooLong = here > MAX_GZIP_BYTES;
    if (here < nextAttemptBytes) return 0;
    const from = Math.max(searchedBytes, MIN_GZIP_BYTES - 1);
    searchedBytes = here;
    if (!isTooLong && !mayHoldTrailer(bytes, at + from, end)) return 0;
    const member = readGzipMember(bytes, at, end);
    if (member === INCOMPLETE && !isTooLong) {
      if (++failedAttempts > EAGER_ATTEMPTS) {
        nextAttemptBytes = Math.min(here + LAZY_STEP_BYTES, MAX_GZIP_BYTES + 1);
        // Then whatever came is tried.
        searchedBytes = MIN_GZIP_BYTES - 1;
      }
      return 0;
    }
    searchedBytes = 0;
    failedAttempts = 0;
    nextAttemptBytes = MIN_GZIP_BYTES;
    if (typeof member !== 'object') return -1;
    emitInflated(member.content);
    return member.end - at;
  }

  /** A member holds one frame; more are taken, gzip within gzip is not. */
  function emitInflated(content: Uint8Array): void {
    let at = 0;
    while (isHep3Magic(content, at, content.length) && at + HEADER_BYTES <= content.length) {
      const length = (content[at + 4]! << 8) | content[at + 5]!;
      if (length < HEADER_BYTES || at + length > content.length) break;
      options.onFrame(content, at, at + length);
      at += length;
    }
    skippedBytes += content.length - at;
  }

  /** Bytes that the beginning in `pending` lacks, at least one. */
  function missingBytes(): number {
    if (pending[0] === 0x1f) return Math.max(1, MAX_GZIP_BYTES + 1 - pendingBytes);
    if (pendingBytes < HEADER_BYTES) return HEADER_BYTES - pendingBytes;
    return Math.max(1, ((pending[4]! << 8) | pending[5]!) - pendingBytes);
  }

  function append(bytes: Uint8Array, start: number, end: number): void {
    const length = pendingBytes + end - start;
    if (length > pending.length) {
      // Doubling, so that a frame that arrives in small pieces is not copied at every one.
      const grown = new Uint8Array(Math.max(length, Math.min(2 * pending.length, MAX_GZIP_BYTES + 1), 1024));
      grown.set(pending.subarray(0, pendingBytes));
      pending = grown;
    }
    pending.set(bytes.subarray(start, end), pendingBytes);
    pendingBytes = length;
  }

  return {
    push(chunk) {
      let from = 0;
      while (pendingBytes > 0 && from < chunk.length) {
        const to = Math.min(chunk.length, from + missingBytes());
        append(chunk, from, to);
        from = to;
        const rest = consume(pending, 0, pendingBytes);
        // Not for nothing: moving all of a long frame at each of its pieces would be quadratic.
        if (rest > 0) pending.copyWithin(0, rest, pendingBytes);
        pendingBytes -= rest;
      }
      if (pendingBytes === 0 && pending.length > MAX_IDLE_BYTES) pending = NOTHING;
      if (from >= chunk.length) return;
      const rest = consume(chunk, from, chunk.length);
      if (rest < chunk.length) append(chunk, rest, chunk.length);
    },
    get skippedBytes() {
      return skippedBytes;
    },
    get bufferedBytes() {
      return pendingBytes;
    },
  };
}

const MAGICS = ['HEP3', 'EEP3', 'EEP1'].map((text) => new TextEncoder().encode(text));

/**
 * Whether a gzip trailer can end in `bytes[from, end)`: its last four bytes are the length of the content, little-endian (RFC 1952 section 2.3.1), which
 * is bounded.
 */
function mayHoldTrailer(bytes: Uint8Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) if (bytes[i] === 0 && bytes[i - 1]! <= MAX_INFLATED_BYTES >> 16) return true;
  return false;
}

/** Whether what little is there can become a frame's magic. */
function isMagicPrefix(bytes: Uint8Array, at: number, end: number): boolean {
  return MAGICS.some((magic) => magic.every((byte, i) => at + i >= end || bytes[at + i] === byte));
}

/** First offset from which a frame or a gzip member could begin, `end` when there is none. */
function nextCandidate(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0x1f) {
      if (at + 1 >= end || bytes[at + 1] === 0x8b) return at;
    } else if ((byte === 0x48 || byte === 0x45) && isMagicPrefix(bytes, at, end)) return at;
  }
  return end;
}

/** Whether the chunks that are there are well formed, and fill the frame exactly when all of it is. */
function chunksAddUp(bytes: Uint8Array, at: number, availableEnd: number, length: number): boolean {
  const frameEnd = at + length;
  let chunkAt = at + HEADER_BYTES;
  while (chunkAt + HEADER_BYTES <= availableEnd) {
    const chunkBytes = (bytes[chunkAt + 4]! << 8) | bytes[chunkAt + 5]!;
    if (chunkBytes < HEADER_BYTES || chunkAt + chunkBytes > frameEnd) return false;
    chunkAt += chunkBytes;
  }
  return availableEnd < frameEnd || chunkAt === frameEnd;
}

import { crc32, inflateRawSync, inflateSync } from 'node:zlib';
import { HepCode, MAX_INFLATED_BYTES } from './hep-result.ts';

/** What came out, or the code of the defect. */
export type Inflated = Uint8Array | typeof HepCode.BAD_COMPRESSION | typeof HepCode.INFLATED_TOO_LARGE;

const BOUND = { maxOutputLength: MAX_INFLATED_BYTES };

function attempt(inflate: () => Uint8Array): Inflated {
  try {
    return inflate();
  } catch (error) {
    const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return tooLarge ? HepCode.INFLATED_TOO_LARGE : HepCode.BAD_COMPRESSION;
  }
}

/** gzip's magic and its only method (RFC 1952 section 2.3.1). Two bytes are enough where nothing else begins so. */
export function isGzip(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 2 <= end && bytes[at] === 0x1f && bytes[at + 1] === 0x8b;
}

/** Chunk 0x0010: the specification says "gzip/inflate", senders write zlib; raw deflate is taken too. Output bounded. */
export function inflatePayload(compressed: Uint8Array): Inflated {
  if (isGzip(compressed, 0, compressed.length)) {
    const member = readGzipMember(compressed, 0, compressed.length);
    if (typeof member === 'object') return member.content;
    return member === INCOMPLETE ? HepCode.BAD_COMPRESSION : member;
  }
  // RFC 1950 section 2.2: method 8, and the first two bytes are a multiple of 31.
  const looksZlib =
    compressed.length > 2 && (compressed[0]! & 0x0f) === 8 && ((compressed[0]! << 8) | compressed[1]!) % 31 === 0;
  if (looksZlib) {
    const inflated = attempt(() => inflateSync(compressed, BOUND));
    if (inflated !== HepCode.BAD_COMPRESSION) return inflated;
  }
  return attempt(() => inflateRawSync(compressed, BOUND));
}

/** A gzip member that is not all there yet. */
export const INCOMPLETE = 'incomplete';

export interface GzipMember {
  content: Uint8Array;
  /** Offset after the member's trailer. */
  end: number;
}

/**
 * The gzip member that begins at `start`, and where it ends: frames of heplify v2's `payload_zip` follow each other
 * on a TCP stream without a length, and only the compressed data itself says where it is over (RFC 1952 section 2.2).
 */
export function readGzipMember(
  bytes: Uint8Array,
  start: number,
  end: number,
): GzipMember | typeof INCOMPLETE | typeof HepCode.BAD_COMPRESSION | typeof HepCode.INFLATED_TOO_LARGE {
  const dataAt = gzipDataAt(bytes, start, end);
  if (typeof dataAt !== 'number') return dataAt;
  if (dataAt < 0) return HepCode.BAD_COMPRESSION;
  try {
    const info = inflateRawSync(bytes.subarray(dataAt, end), { ...BOUND, info: true }) as unknown as {
      buffer: Uint8Array;
      engine: { bytesWritten: number };
    };
    const trailerAt = dataAt + info.engine.bytesWritten;
    if (trailerAt + 8 > end) return INCOMPLETE;
    const expected = new DataView(bytes.buffer, bytes.byteOffset + trailerAt, 4).getUint32(0, true);
    if (crc32(info.buffer) !== expected) return HepCode.BAD_COMPRESSION;
    return { content: info.buffer, end: trailerAt + 8 };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') return HepCode.INFLATED_TOO_LARGE;
    return code === 'Z_BUF_ERROR' ? INCOMPLETE : HepCode.BAD_COMPRESSION;
  }
}

/** Where the deflate data begins, -1 when the header is not gzip's. */
function gzipDataAt(bytes: Uint8Array, start: number, end: number): number | typeof INCOMPLETE {
  if (start + 10 > end) return INCOMPLETE;
  if (!isGzip(bytes, start, end) || bytes[start + 2] !== 8) return -1;
  const flags = bytes[start + 3]!;
  if (flags & 0xe0) return -1;
  let at = start + 10;
  if (flags & 0x04) {
    if (at + 2 > end) return INCOMPLETE;
    at += 2 + (bytes[at]! | (bytes[at + 1]! << 8));
  }
  for (const textFlag of [0x08, 0x10]) {
    if (!(flags & textFlag)) continue;
    const zero = bytes.subarray(0, end).indexOf(0, at);
    if (zero < 0) return INCOMPLETE;
    at = zero + 1;
  }
  if (flags & 0x02) at += 2;
  return at >= end ? INCOMPLETE : at;
}

import type { CapturedPacket } from '@calliope/model';
import { decodeHep3 } from './decode-hep3.ts';
import { decodeLegacyHep } from './decode-legacy-hep.ts';
import { decodeProtobufHep } from './decode-protobuf-hep.ts';
import { HepCode, HepFlag, type HepResult, isHepPacket } from './hep-result.ts';
import { inflatePayload, isGzip } from './inflate-bounded.ts';

/** "HEP3", "EEP3" or "EEP1" at `at`. */
export function isHep3Magic(bytes: Uint8Array, at: number, end: number): boolean {
  if (at + 4 > end || bytes[at + 1] !== 0x45 || bytes[at + 2] !== 0x50) return false;
  if (bytes[at] === 0x48) return bytes[at + 3] === 0x33;
  return bytes[at] === 0x45 && (bytes[at + 3] === 0x33 || bytes[at + 3] === 0x31);
}

/**
 * Fills `packet` from one datagram, or from one frame of a stream, in `bytes[start, end)`: HEP 1, 2 and 3, EEP, heplify's protobuf, and any
 * of them as a whole in gzip. What comes after the announced end is ignored.
 *
 * `receivedUs` is the time of reception in microseconds since 1970: it stands where the sender's time cannot be right.
 * The packet refers to `bytes` (or, where something had to be inflated or put together, to memory of its own) and is valid until
 * either is used again. Never throws for any content. When the result is not ok the packet's content is undefined.
 */
export function decodeHep(
  bytes: Uint8Array,
  start: number,
  end: number,
  packet: CapturedPacket,
  receivedUs: number,
): HepResult {
  if (isGzip(bytes, start, end)) {
    const inflated = inflatePayload(bytes.subarray(start, end));
    if (typeof inflated === 'number') return inflated;
    const result = decodePlain(inflated, 0, inflated.length, packet, receivedUs);
    return isHepPacket(result) ? result | HepFlag.INFLATED : result;
  }
  return decodePlain(bytes, start, end, packet, receivedUs);
}

function decodePlain(
  bytes: Uint8Array,
  start: number,
  end: number,
  packet: CapturedPacket,
  receivedUs: number,
): HepResult {
  if (isHep3Magic(bytes, start, end)) return decodeHep3(bytes, start, end, packet, receivedUs);
  if (start >= end) return HepCode.NOT_HEP;
  const first = bytes[start]!;
  if (first === 1 || first === 2) return decodeLegacyHep(bytes, start, end, packet, receivedUs);
  // Tag of field 1 as a varint: protobuf messages have no magic.
  if (first === 8) return decodeProtobufHep(bytes, start, end, packet, receivedUs);
  return HepCode.NOT_HEP;
}

import type { CapturedPacket } from '@calliope/model';

/** Makes 64-bit fingerprints of packets, as two halves that the next call overwrites. */
export interface FingerprintMaker {
  /** Of the addresses, the ports and every byte of the payload. */
  take(packet: CapturedPacket): void;
  readonly low: number;
  readonly high: number;
}

const PRIME_A = 0x9e3779b1;
const PRIME_B = 0x85ebca77;
const ROUND_BYTES = 16;

/**
 * The same packet gives the same fingerprint wherever it is seen with the same seeds, which are secret so that nobody can make two messages
 * of one fingerprint. What observers tell differently is left out: time, node, capture id, and the IP protocol, for which they write what
 * carried TLS or its marker.
 *
 * Rounds of 16 bytes over a state of four words: each takes in a word by xor or sum, multiply and rotate, then all are mixed, every step one that can be
 * undone. So packets that differ anywhere have different states at that point, in all four words, and collide in what is made of them in the
 * end once in 2^64. Why this and what it costs: `docs/decisions/0005-deduplication.md`.
 */
export function createFingerprintMaker(seedLow: number, seedHigh: number): FingerprintMaker {
  // A receiver hands over the same array again and again: one view of it serves thousands of packets.
  let viewed: Uint8Array = new Uint8Array(0);
  let view = new DataView(viewed.buffer);
  let low = 0;
  let high = 0;

  // The round is written out three times: a function of it would have to give four numbers back.
  function take(packet: CapturedPacket): void {
    const { payload, payloadStart, payloadEnd, head, sourceAt, destinationAt } = packet;
    if (payload !== viewed) {
      viewed = payload;
      view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    }
    const words = view;
    let a = seedLow;
    let b = seedHigh;
    let c = seedLow ^ (payloadEnd - payloadStart);
    let d = seedHigh ^ (packet.sourcePort | (packet.destinationPort << 16));
    const addressBytes = packet.ipVersion === 4 ? 4 : 16;
    for (let i = 0; i < addressBytes; i += 4) {
      a = Math.imul(a ^ wordOf(head, sourceAt + i), PRIME_A);
      b = Math.imul((b + wordOf(head, destinationAt + i)) | 0, PRIME_B);
      c = Math.imul(c, PRIME_A);
      d = Math.imul(d, PRIME_B);
      a = (((a << 13) | (a >>> 19)) + b) | 0;
      d = ((d << 11) | (d >>> 21)) ^ a;
      c = (((c << 7) | (c >>> 25)) + d) | 0;
      b = ((b << 17) | (b >>> 15)) ^ c;
    }
    const last = payloadEnd - ROUND_BYTES;
    for (let at = payloadStart; at < last; at += ROUND_BYTES) {
      a = Math.imul(a ^ words.getInt32(at, true), PRIME_A);
      b = Math.imul((b + words.getInt32(at + 4, true)) | 0, PRIME_B);
      c = Math.imul(c ^ words.getInt32(at + 8, true), PRIME_A);
      d = Math.imul((d + words.getInt32(at + 12, true)) | 0, PRIME_B);
      a = (((a << 13) | (a >>> 19)) + b) | 0;
      d = ((d << 11) | (d >>> 21)) ^ a;
      c = (((c << 7) | (c >>> 25)) + d) | 0;
      b = ((b << 17) | (b >>> 15)) ^ c;
    }
    if (last >= payloadStart) {
      // The last bytes, some of them for the second time: faster than what is left over one by one.
      a = Math.imul(a ^ words.getInt32(last, true), PRIME_A);
      b = Math.imul((b + words.getInt32(last + 4, true)) | 0, PRIME_B);
      c = Math.imul(c ^ words.getInt32(last + 8, true), PRIME_A);
      d = Math.imul((d + words.getInt32(last + 12, true)) | 0, PRIME_B);
    } else {
      for (let at = payloadStart; at < payloadEnd; at++) {
        a = Math.imul(a ^ payload[at]!, PRIME_A);
        b = Math.imul((b + a) | 0, PRIME_B);
      }
    }
    a = (((a << 13) | (a >>> 19)) + b) | 0;
    d = ((d << 11) | (d >>> 21)) ^ a;
    c = (((c << 7) | (c >>> 25)) + d) | 0;
    b = ((b << 17) | (b >>> 15)) ^ c;
    low = finished(a ^ ((c << 7) | (c >>> 25)));
    high = finished((b + ((d << 11) | (d >>> 21))) | 0);
  }

  return {
    take,
    get low() {
      return low;
    },
    get high() {
      return high;
    },
  };
}

function wordOf(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** Spreads every bit over all, as the low ones choose the place in the table (the finalizer of MurmurHash3). */
function finished(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

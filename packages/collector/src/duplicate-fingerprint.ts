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

/**
 * The same packet gives the same fingerprint wherever it is seen with the same seeds, which are secret so that nobody can make two messages
 * of one fingerprint. What observers tell differently is left out: time, node, capture id, and the IP protocol, for which they write what
 * carried TLS or its marker. Four chains of multiply and rotate, each a bijection of its state: every word goes into two of them, so that
 * packets that differ anywhere collide once in 2^64. Why this and what it costs: `docs/decisions/0004-deduplication.md`.
 */
export function createFingerprintMaker(seedLow: number, seedHigh: number): FingerprintMaker {
  // A receiver hands over the same array again and again: one view of it serves thousands of packets.
  let viewed: Uint8Array = new Uint8Array(0);
  let view = new DataView(viewed.buffer);
  let low = 0;
  let high = 0;

  function take(packet: CapturedPacket): void {
    const { payload, payloadStart, payloadEnd, head, sourceAt, destinationAt } = packet;
    if (payload !== viewed) {
      viewed = payload;
      view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    }
    const ports = Math.imul((packet.sourcePort | (packet.destinationPort << 16)) ^ seedLow, PRIME_A);
    let a = ports;
    let b = seedHigh;
    let c = seedLow;
    let d = (ports << 16) | (ports >>> 16);
    const addressBytes = packet.ipVersion === 4 ? 4 : 16;
    for (let i = 0; i < addressBytes; i += 4) {
      const source = wordOf(head, sourceAt + i);
      const destination = wordOf(head, destinationAt + i);
      a = Math.imul(a ^ source, PRIME_A);
      b = Math.imul((b + source) | 0, PRIME_B);
      c = Math.imul(c ^ destination, PRIME_A);
      d = Math.imul((d + destination) | 0, PRIME_B);
    }
    const words = view;
    const last = payloadEnd - 8;
    for (let at = payloadStart; at < last; at += 8) {
      const even = words.getInt32(at, true);
      const odd = words.getInt32(at + 4, true);
      a = Math.imul(a ^ even, PRIME_A);
      a = (a << 13) | (a >>> 19);
      b = Math.imul((b + even) | 0, PRIME_B);
      b = (b << 17) | (b >>> 15);
      c = Math.imul(c ^ odd, PRIME_A);
      c = (c << 13) | (c >>> 19);
      d = Math.imul((d + odd) | 0, PRIME_B);
      d = (d << 17) | (d >>> 15);
    }
    if (last >= payloadStart) {
      // The last eight bytes, some of them for the second time: faster than what is left over one by one.
      const even = words.getInt32(last, true);
      const odd = words.getInt32(last + 4, true);
      a = Math.imul(a ^ even, PRIME_A);
      b = Math.imul((b + even) | 0, PRIME_B);
      c = Math.imul(c ^ odd, PRIME_A);
      d = Math.imul((d + odd) | 0, PRIME_B);
    } else {
      for (let at = payloadStart; at < payloadEnd; at++) {
        a = Math.imul(a ^ payload[at]!, PRIME_A);
        b = Math.imul((b + payload[at]!) | 0, PRIME_B);
      }
    }
    // As a payload with zero bytes before it is another one than that without them.
    const length = payloadEnd - payloadStart;
    low = finished((a + length) ^ ((c << 7) | (c >>> 25)));
    high = finished((b ^ length) + ((d << 11) | (d >>> 21)));
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

import { type CapturedPacket, Field, type MessageFields } from '@calliope/model';
import { DELAY_BOUNDS, DELAY_KINDS, type DelayHistogram, OTHER_TARGET } from './signalling-metrics-report.ts';
import { createSignallingTargets, hostHash } from './signalling-metrics-targets.ts';

/**
 * How long it takes until requests that begin something are answered (RFC 6076), hop by hop: a request and its answer go together when they have
 * the Call-ID and the two hosts in common. What waits for an answer is remembered in a table of fixed size, the oldest go when it is full.
 */
export interface SignallingDelays {
  /** A REGISTER, or an INVITE outside of a dialog. */
  request(isRegister: boolean, packet: CapturedPacket, fields: MessageFields): void;
  /** A response to a REGISTER or an INVITE, but no 100. */
  response(isRegister: boolean, packet: CapturedPacket, fields: MessageFields): void;
  /** Requests that went for lack of room. */
  readonly untimed: number;
  /** Histograms that are not empty. */
  report(): DelayHistogram[];
  /** See `SignallingTargets.rank`. */
  rank(): void;
}

export interface SignallingDelaysOptions {
  /** Requests that may wait for an answer; a power of two. 65,536 when absent: 512 KiB. */
  capacity?: number;
  /** Hosts with histograms of their own; 32 when absent. */
  maxTargets?: number;
}

const WAYS = 4;
const TICKS_PER_SECOND = 10_000;
/** Without an answer for so long, the next request with this Call-ID is one of its own: timers F and C of RFC 3261. */
const REGISTER_TICKS = 32 * TICKS_PER_SECOND;
const INVITE_TICKS = 180 * TICKS_PER_SECOND;
/** Of the Call-ID that are looked at. */
const MAX_CALL_ID = 64;
const [REGISTRATION, SESSION, SESSION_FAILED] = [0, 1, 2];
const BUCKETS = DELAY_BOUNDS.length + 1;
const BOUND_TICKS = Int32Array.from(DELAY_BOUNDS, (seconds) => seconds * TICKS_PER_SECOND);

export function createSignallingDelays(options: SignallingDelaysOptions = {}): SignallingDelays {
  const { capacity = 65_536, maxTargets = 32 } = options;
  const setMask = capacity / WAYS - 1;
  /**
   * Sets of {@link WAYS} keys that end alike, each followed by the times of the same requests, so that both are in one line of the cache. Key 0: free.
   * Times are when the request was on the wire, modulo 2^32 ticks.
   */
  const table = new Int32Array(2 * capacity);
  const targets = createSignallingTargets(maxTargets);
  const rows = DELAY_KINDS.length * (maxTargets + 1);
  const counts = new Float64Array(rows * BUCKETS);
  const sums = new Float64Array(rows);
  let untimed = 0;

  /** Place of the key, or -1. Its time is {@link WAYS} behind. */
  function find(key: number): number {
    const first = (key & setMask) * 2 * WAYS;
    if (table[first] === key) return first;
    if (table[first + 1] === key) return first + 1;
    if (table[first + 2] === key) return first + 2;
    return table[first + 3] === key ? first + 3 : -1;
  }

  /** A free place, else the one that has waited longest. */
  function makeRoom(key: number, now: number): number {
    const first = (key & setMask) * 2 * WAYS;
    let oldest = first;
    let oldestAge = -1;
    for (let i = first; i < first + WAYS; i++) {
      if (table[i] === 0) return i;
      const age = (now - table[i + WAYS]!) | 0;
      if (age > oldestAge) {
        oldestAge = age;
        oldest = i;
      }
    }
    if (oldestAge < INVITE_TICKS) untimed++;
    return oldest;
  }

  function record(kind: number, ticks: number, packet: CapturedPacket): void {
    const row = kind * (maxTargets + 1) + targets.note(packet.head, packet.sourceAt, packet.ipVersion);
    let bucket = 0;
    while (bucket < BUCKETS - 1 && ticks > BOUND_TICKS[bucket]!) bucket++;
    counts[row * BUCKETS + bucket]!++;
    sums[row]! += ticks / TICKS_PER_SECOND;
  }

  return {
    request(isRegister, packet, fields) {
      const key = transactionKey(isRegister, packet.sourceAt, packet.destinationAt, packet, fields);
      const now = ticksOf(packet);
      let place = find(key);
      if (place >= 0) {
        const age = (now - table[place + WAYS]!) | 0;
        // Sent again, or with what the challenge asked for: the first counts.
        if (age >= 0 && age <= (isRegister ? REGISTER_TICKS : INVITE_TICKS)) return;
      } else {
        place = makeRoom(key, now);
        table[place] = key;
      }
      table[place + WAYS] = now;
    },
    response(isRegister, packet, fields) {
      const code = fields.responseCode;
      // A challenge is no end (RFC 6076 sections 4.1 and 4.3.2); a provisional response tells a caller something, but no phone that registers.
      if (code === 401 || code === 402 || code === 407 || (isRegister && code < 200)) return;
      const place = find(transactionKey(isRegister, packet.destinationAt, packet.sourceAt, packet, fields));
      if (place < 0) return;
      table[place] = 0;
      const ticks = (ticksOf(packet) - table[place + WAYS]!) | 0;
      if (ticks < 0 || ticks > (isRegister ? REGISTER_TICKS : INVITE_TICKS)) return;
      if (isRegister) {
        if (code < 300) record(REGISTRATION, ticks, packet);
      } else if (code < 300) record(SESSION, ticks, packet);
      else if (code >= 400) record(SESSION_FAILED, ticks, packet);
    },
    get untimed() {
      return untimed;
    },
    report() {
      const histograms: DelayHistogram[] = [];
      for (let row = 0; row < rows; row++) {
        const slot = row % (maxTargets + 1);
        const inBuckets = [...counts.subarray(row * BUCKETS, (row + 1) * BUCKETS)];
        if (!inBuckets.some((count) => count > 0)) continue;
        histograms.push({
          kind: DELAY_KINDS[Math.floor(row / (maxTargets + 1))]!,
          target: slot === 0 ? OTHER_TARGET : (targets.nameOf(slot) ?? OTHER_TARGET),
          counts: inBuckets,
          sumSeconds: sums[row]!,
        });
      }
      return histograms;
    },
    rank() {
      targets.rank((slot) => {
        for (let row = slot; row < rows; row += maxTargets + 1) {
          counts.fill(0, row * BUCKETS, (row + 1) * BUCKETS);
          sums[row] = 0;
        }
      });
    },
  };
}

function ticksOf({ timestampUs }: CapturedPacket): number {
  return (timestampUs / (1e6 / TICKS_PER_SECOND)) | 0;
}

/** 32 bits, never 0, of the Call-ID and of who asked whom. */
function transactionKey(
  isRegister: boolean,
  askerAt: number,
  askedAt: number,
  packet: CapturedPacket,
  fields: MessageFields,
): number {
  const { bytes, at } = fields;
  const start = at[2 * Field.CALL_ID]!;
  const end = Math.min(at[2 * Field.CALL_ID + 1]!, start + MAX_CALL_ID);
  let hash = isRegister ? 0x811c9dc5 : 0x1b873593;
  let i = start;
  // Four bytes a step.
  for (; i <= end - 4; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  const { head, ipVersion } = packet;
  hash = Math.imul(hash ^ hostHash(head, askerAt, ipVersion), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ hostHash(head, askedAt, ipVersion), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash === 0 ? 1 : hash;
}

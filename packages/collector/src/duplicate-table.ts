import type { CapturedPacket } from '@calliope/model';
import { createFingerprintMaker } from './duplicate-fingerprint.ts';
import { BUCKET_WORDS, type DuplicateMemory } from './duplicate-memory.ts';

/** How copies are recognised. */
export interface DuplicateRules {
  /** Copies of one packet are seen at most so far apart. */
  windowUs: number;
  /** Also what one observer sends twice within the window is a copy. */
  sameObserver: boolean;
}

/** Who saw a packet: an agent. */
export interface Observer {
  /** See `DuplicateMemory.observerOf`; not 0. */
  readonly observer: number;
  /** What is to be added to the agent's times for those of this node. */
  readonly offsetUs: number;
}

/** Packets seen lately, by whom and when. */
export interface DuplicateTable {
  /**
   * True when the packet is a copy of one in the table: the same addresses, ports and payload, from another observer, and no further away than
   * the window either in its own time or in the same on this node's clock. Otherwise it is put there. Atomic among threads; allocates nothing.
   */
  isCopy(packet: CapturedPacket, from: Observer): boolean;
  /** Of the last copy: the time of the packet that was kept, in microseconds. */
  readonly keptUs: number;
  /** Of the last copy: whether its observer had not been noted for that packet. */
  readonly isNewObserver: boolean;
  setRules(rules: DuplicateRules): void;
}

/*
 * A bucket: a lock, whose turn it is to be overwritten, and two entries of seven words:
 *
 *   0 fingerprint, 2 words · 2 time in µs, 2 words · 4 time on this node's clock, in ticks · 5 up to four observers, 16 bits each
 *
 * An entry without an observer is empty.
 */
const NEXT = 1;
const FIRST_ENTRY = 2;
const ENTRY_WORDS = 7;
const LOW = 0;
const HIGH = 1;
const TIME_LOW = 2;
const TIME_HIGH = 3;
const CLOCK = 4;
const OBSERVERS = 5;

const TWO_32 = 0x1_0000_0000;
/** A tick counted in 32 bits comes again after twelve days. */
const TICK_US = 256;
const TICKS_A_US = 1 / TICK_US;

/**
 * A thread's hold of the table: one a pipeline. Bounded: in each bucket the oldest entry is overwritten. When a packet has been seen by more
 * than four observers, the fifth and later ones are told from each other by time alone.
 */
export function openDuplicateTable(memory: DuplicateMemory, rules: DuplicateRules): DuplicateTable {
  const { words, lock, unlock } = memory;
  const fingerprint = createFingerprintMaker(memory.seedLow, memory.seedHigh);
  const mask = memory.buckets - 1;
  let { windowUs, sameObserver } = rules;
  let keptHigh = 0;
  let keptLow = 0;
  let isNewObserver = false;

  function isNoted(entry: number, observer: number): boolean {
    const first = words[entry + OBSERVERS]!;
    const more = words[entry + OBSERVERS + 1]!;
    return (
      (first & 0xffff) === observer ||
      first >>> 16 === observer ||
      (more & 0xffff) === observer ||
      more >>> 16 === observer
    );
  }

  function note(entry: number, observer: number): void {
    for (let i = entry + OBSERVERS; i < entry + ENTRY_WORDS; i++) {
      const noted = words[i]!;
      if ((noted & 0xffff) === 0) words[i] = observer;
      else if (noted >>> 16 === 0) words[i] = noted | (observer << 16);
      else continue;
      return;
    }
  }

  /** The entry that the packet is a copy of, of two the nearer; -1 when there is none. */
  function find(bucket: number, packet: CapturedPacket, clock: number, observer: number): number {
    let found = -1;
    let foundUs = Number.POSITIVE_INFINITY;
    for (let entry = bucket + FIRST_ENTRY; entry < bucket + BUCKET_WORDS; entry += ENTRY_WORDS) {
      if (words[entry + LOW] !== fingerprint.low || words[entry + HIGH] !== fingerprint.high) continue;
      if (words[entry + OBSERVERS] === 0) continue;
      const entryUs = words[entry + TIME_HIGH]! * TWO_32 + (words[entry + TIME_LOW]! >>> 0);
      const byClockUs = Math.abs((clock - words[entry + CLOCK]!) | 0) * TICK_US;
      const us = Math.min(Math.abs(packet.timestampUs - entryUs), byClockUs);
      if (us > windowUs || us >= foundUs || (!sameObserver && isNoted(entry, observer))) continue;
      found = entry;
      foundUs = us;
    }
    return found;
  }

  function noteCopy(entry: number, observer: number): void {
    keptLow = words[entry + TIME_LOW]!;
    keptHigh = words[entry + TIME_HIGH]!;
    isNewObserver = !isNoted(entry, observer);
    if (isNewObserver) note(entry, observer);
  }

  // One function without calls for all but copies: a time handed to another one would be an object on the heap.
  function isCopy(packet: CapturedPacket, from: Observer): boolean {
    fingerprint.take(packet);
    const { low } = fingerprint;
    const { timestampUs } = packet;
    const { observer } = from;
    const clock = ((timestampUs + from.offsetUs) * TICKS_A_US) | 0;
    const bucket = (low & mask) * BUCKET_WORDS;
    lock(bucket);
    if (words[bucket + FIRST_ENTRY] === low || words[bucket + FIRST_ENTRY + ENTRY_WORDS] === low) {
      const copyOf = find(bucket, packet, clock, observer);
      if (copyOf >= 0) {
        noteCopy(copyOf, observer);
        unlock(bucket);
        return true;
      }
    }
    const turn = words[bucket + NEXT]!;
    const entry = bucket + FIRST_ENTRY + turn * ENTRY_WORDS;
    words[bucket + NEXT] = 1 - turn;
    words[entry + LOW] = low;
    words[entry + HIGH] = fingerprint.high;
    words[entry + TIME_LOW] = timestampUs | 0;
    words[entry + TIME_HIGH] = (timestampUs * (1 / TWO_32)) | 0;
    words[entry + CLOCK] = clock;
    words[entry + OBSERVERS] = observer;
    words[entry + OBSERVERS + 1] = 0;
    unlock(bucket);
    return false;
  }

  return {
    isCopy,
    get keptUs() {
      return keptHigh * TWO_32 + (keptLow >>> 0);
    },
    get isNewObserver() {
      return isNewObserver;
    },
    setRules(changed) {
      ({ windowUs, sameObserver } = changed);
    },
  };
}

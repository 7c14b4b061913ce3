import { createHash, randomInt } from 'node:crypto';

/*
 * Memory that the threads of a node share to recognise copies of packets, as 32-bit words: buckets of packets seen lately, a register of observers,
 * a lock for it, and two seeds. Nothing in it outlives the process.
 */

/** A bucket is one cache line, as reaching for memory is most of what a look costs. */
export const BUCKET_WORDS = 16;

/** 131,072 buckets of two packets: 8 MiB, which hold what 100,000 packets/s bring in two and a half seconds. */
const DEFAULT_BUCKETS = 1 << 17;
/** An observer's number is its place in the register, 1 .. this - 1. */
const OBSERVERS = 1 << 16;
const REGISTER_WORDS = 2 * OBSERVERS;
const TAIL_WORDS = REGISTER_WORDS + 3;

const SPINS = 200;
/** Whoever holds a lock so many milliseconds is dead: the longest that a living thread waits for its processor is far less. */
const LOCK_PATIENCE_MS = 200;

export interface DuplicateMemory {
  readonly words: Int32Array;
  /** A power of two. Bucket i begins at word i × {@link BUCKET_WORDS}; its first word is its lock. */
  readonly buckets: number;
  /** Of fingerprints: secret, and the same for all who share the memory. */
  readonly seedLow: number;
  readonly seedHigh: number;
  /** Takes a lock: 0 when free. Waits at most a moment, then takes it over from a thread that died with it. */
  lock(word: number): void;
  unlock(word: number): void;
  /** The number 1..65,535 of an observer, the same in every thread; 0 when there have been too many different ones. Not for every packet. */
  observerOf(identity: Uint8Array): number;
}

/** To be handed to every thread. `buckets` is a power of two. */
export function createDuplicateMemory(buckets: number = DEFAULT_BUCKETS): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(4 * (buckets * BUCKET_WORDS + TAIL_WORDS));
  const words = new Int32Array(shared);
  for (let i = 1; i <= 2; i++) words[words.length - i] = randomInt(2 ** 32) | 0;
  return shared;
}

export function openDuplicateMemory(shared: SharedArrayBuffer): DuplicateMemory {
  const words = new Int32Array(shared);
  const register = words.length - TAIL_WORDS;
  const registerLock = words.length - 3;

  function lock(word: number): void {
    for (let spins = 0; spins < SPINS; spins++) if (Atomics.compareExchange(words, word, 0, 1) === 0) return;
    for (let ms = 0; ms < LOCK_PATIENCE_MS; ms++) {
      // Nobody is woken up: the wait is for the holder to get its processor back.
      Atomics.wait(words, word, 1, 1);
      if (Atomics.compareExchange(words, word, 0, 1) === 0) return;
    }
  }

  function unlock(word: number): void {
    Atomics.store(words, word, 0);
  }

  function place(low: number, high: number): number {
    let number = low & (OBSERVERS - 1);
    for (let tries = 0; tries < OBSERVERS; tries++, number = (number + 1) & (OBSERVERS - 1)) {
      if (number === 0) continue;
      const at = register + 2 * number;
      if (words[at] === low && words[at + 1] === high) return number;
      if (words[at] !== 0 || words[at + 1] !== 0) continue;
      words[at] = low;
      words[at + 1] = high;
      return number;
    }
    return 0;
  }

  return {
    words,
    buckets: register / BUCKET_WORDS,
    seedLow: words[words.length - 2]!,
    seedHigh: words[words.length - 1]!,
    lock,
    unlock,
    observerOf(identity) {
      const digest = createHash('sha256').update(identity).digest();
      lock(registerLock);
      // Not zero, as that is a free place.
      const number = place(digest.readInt32LE(0), digest.readInt32LE(4) | 1);
      unlock(registerLock);
      return number;
    },
  };
}

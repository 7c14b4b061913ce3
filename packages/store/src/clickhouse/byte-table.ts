import { randomBytes } from 'node:crypto';

/**
 * Finds byte strings among those it has seen, by number: a hash table without objects. Strings are kept one after the other in `bytes`.
 * Bounded by its owner, who clears it with each batch.
 */
export interface ByteTable {
  bytes: Uint8Array;
  /** Where string i starts; it ends where the next one starts. */
  starts: Int32Array;
  readonly count: number;
  /** The number of the string of `kind` (0..255) and `source[start, end)`: its first byte is the kind. */
  intern(kind: number, source: Uint8Array, start: number, end: number): number;
  /** Whether string `index` is this one. */
  is(index: number, kind: number, source: Uint8Array, start: number, end: number): boolean;
  clear(): void;
}

const FIRST_SLOTS = 1 << 10;
/** Nobody outside knows it, so that nobody can make texts that all meet in one place. */
const SEED = randomBytes(4).readInt32LE();

export function createByteTable(): ByteTable {
  let slots = new Int32Array(FIRST_SLOTS);
  let hashes = new Int32Array(FIRST_SLOTS / 2);
  let count = 0;
  let length = 0;

  /** Four bytes at a time: the multiplications wait for each other. */
  function hashOf(kind: number, source: Uint8Array, start: number, end: number): number {
    let hash = Math.imul(kind ^ (end - start) ^ SEED, 0x9e3779b1);
    let i = start;
    for (const words = end - 3; i < words; i += 4) {
      const word = source[i]! | (source[i + 1]! << 8) | (source[i + 2]! << 16) | (source[i + 3]! << 24);
      hash = Math.imul(hash ^ word, 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    for (; i < end; i++) hash = Math.imul(hash ^ source[i]!, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
    return hash ^ (hash >>> 13);
  }

  function is(index: number, kind: number, source: Uint8Array, start: number, end: number): boolean {
    const { bytes, starts } = table;
    let at = starts[index]!;
    if (starts[index + 1]! - at !== end - start + 1 || bytes[at++] !== kind) return false;
    for (let i = start; i < end; i++) if (bytes[at++] !== source[i]) return false;
    return true;
  }

  function grow(): void {
    slots = new Int32Array(2 * slots.length);
    const more = new Int32Array(slots.length / 2);
    more.set(hashes);
    hashes = more;
    const starts = new Int32Array(slots.length / 2 + 1);
    starts.set(table.starts);
    table.starts = starts;
    const mask = slots.length - 1;
    for (let index = 0; index < count; index++) {
      let slot = hashes[index]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
  }

  function growBytes(size: number): void {
    const bytes = new Uint8Array(Math.max(2 * table.bytes.length, length + size));
    bytes.set(table.bytes);
    table.bytes = bytes;
  }

  const table: ByteTable = {
    bytes: new Uint8Array(1 << 12),
    starts: new Int32Array(FIRST_SLOTS / 2 + 1),
    get count() {
      return count;
    },
    intern(kind, source, start, end) {
      const hash = hashOf(kind, source, start, end);
      const places = slots;
      const mask = places.length - 1;
      let slot = hash & mask;
      for (;;) {
        const index = places[slot]! - 1;
        if (index < 0) break;
        if (hashes[index] === hash && is(index, kind, source, start, end)) return index;
        slot = (slot + 1) & mask;
      }
      const at = length;
      const size = end - start + 1;
      if (at + size > table.bytes.length) growBytes(size);
      const { bytes } = table;
      bytes[at] = kind;
      for (let i = start, o = at + 1; i < end; i++, o++) bytes[o] = source[i]!;
      length = at + size;
      const index = count;
      places[slot] = index + 1;
      hashes[index] = hash;
      table.starts[index + 1] = length;
      count = index + 1;
      if (2 * (index + 2) > places.length) grow();
      return index;
    },
    is,
    clear() {
      count = 0;
      length = 0;
      slots.fill(0);
    },
  };
  return table;
}

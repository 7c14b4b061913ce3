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
  clear(): void;
}

const FIRST_SLOTS = 1 << 10;

export function createByteTable(): ByteTable {
  let slots = new Int32Array(FIRST_SLOTS);
  let hashes = new Int32Array(FIRST_SLOTS / 2);
  let count = 0;
  let length = 0;

  function hashOf(kind: number, source: Uint8Array, start: number, end: number): number {
    let hash = kind;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ source[i]!, 0x01000193) ^ (hash >>> 15);
    return Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  }

  function isAt(index: number, kind: number, source: Uint8Array, start: number, end: number): boolean {
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
      let slot = (hashes[index]! >>> 1) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
  }

  const table: ByteTable = {
    bytes: new Uint8Array(1 << 12),
    starts: new Int32Array(FIRST_SLOTS / 2 + 1),
    get count() {
      return count;
    },
    intern(kind, source, start, end) {
      const hash = hashOf(kind, source, start, end);
      const mask = slots.length - 1;
      let slot = (hash >>> 1) & mask;
      for (;;) {
        const index = slots[slot]! - 1;
        if (index < 0) break;
        if (hashes[index] === hash && isAt(index, kind, source, start, end)) return index;
        slot = (slot + 1) & mask;
      }
      const size = end - start + 1;
      if (length + size > table.bytes.length) {
        const bytes = new Uint8Array(Math.max(2 * table.bytes.length, length + size));
        bytes.set(table.bytes);
        table.bytes = bytes;
      }
      table.bytes[length] = kind;
      for (let i = start, o = length + 1; i < end; i++) table.bytes[o++] = source[i]!;
      length += size;
      slots[slot] = count + 1;
      hashes[count] = hash;
      table.starts[++count] = length;
      if (2 * (count + 1) > slots.length) grow();
      return count - 1;
    },
    clear() {
      count = 0;
      length = 0;
      slots.fill(0);
    },
  };
  return table;
}

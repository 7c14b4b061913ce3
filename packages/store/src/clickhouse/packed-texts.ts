import { ColumnBuffer } from './column-buffer.ts';

/**
 * A few packed texts for each fragment of a call (see `calls-table.ts`), of which the least or the greatest counts. The time within a text decides in
 * nearly all cases, so that the bytes are compared only when times are equal.
 */
export interface PackedTexts {
  /** Fragments are opened in order, each once. */
  open(fragment: number): void;
  /** Order of the text that counts, +Infinity when there is none. */
  us(fragment: number, kind: number): number;
  least(fragment: number, kind: number, us: number, text: Uint8Array, length: number): void;
  greatest(fragment: number, kind: number, us: number, text: Uint8Array, length: number): void;
  /** The texts of the first `count` fragments; those that are absent are '' or the one byte `absent`. */
  column(kind: number, count: number, absent: number | undefined): Uint8Array[];
  clear(): void;
}

const FIRST_CAPACITY = 1 << 10;

export function createPackedTexts(kinds: number): PackedTexts {
  const texts = new ColumnBuffer(1 << 12);
  let capacity = FIRST_CAPACITY;
  let order = new Float64Array(capacity * kinds);
  let starts = new Int32Array(capacity * kinds);
  let lengths = new Int32Array(capacity * kinds);

  function grow(): void {
    capacity *= 2;
    const grown = [
      new Float64Array(capacity * kinds),
      new Int32Array(capacity * kinds),
      new Int32Array(capacity * kinds),
    ] as const;
    grown[0].set(order);
    grown[1].set(starts);
    grown[2].set(lengths);
    [order, starts, lengths] = grown;
  }

  function set(at: number, us: number, text: Uint8Array, length: number): void {
    order[at] = us;
    starts[at] = texts.length;
    lengths[at] = length;
    texts.raw(text, 0, length);
  }

  /** Below 0 when `text` comes before what is at `at`. */
  function compare(at: number, text: Uint8Array, length: number): number {
    const start = starts[at]!;
    const size = Math.min(length, lengths[at]!);
    for (let i = 0; i < size; i++) {
      const difference = text[i]! - texts.bytes[start + i]!;
      if (difference !== 0) return difference;
    }
    return length - lengths[at]!;
  }

  return {
    open(fragment) {
      if (fragment === capacity) grow();
      const at = fragment * kinds;
      order.fill(Number.POSITIVE_INFINITY, at, at + kinds);
      lengths.fill(0, at, at + kinds);
    },
    us: (fragment, kind) => order[fragment * kinds + kind]!,
    least(fragment, kind, us, text, length) {
      const at = fragment * kinds + kind;
      const current = order[at]!;
      if (us < current || (us === current && compare(at, text, length) < 0)) set(at, us, text, length);
    },
    greatest(fragment, kind, us, text, length) {
      const at = fragment * kinds + kind;
      const current = order[at]!;
      if (current === Number.POSITIVE_INFINITY || us > current || (us === current && compare(at, text, length) > 0)) {
        set(at, us, text, length);
      }
    },
    column(kind, count, absent) {
      const column = new ColumnBuffer(32 * count);
      for (let index = 0; index < count; index++) {
        const at = index * kinds + kind;
        if (order[at] !== Number.POSITIVE_INFINITY) column.text(texts.bytes, starts[at]!, starts[at]! + lengths[at]!);
        else if (absent === undefined) column.u8(0);
        else {
          column.u8(1);
          column.u8(absent);
        }
      }
      return [column.content()];
    },
    clear() {
      texts.length = 0;
    },
  };
}

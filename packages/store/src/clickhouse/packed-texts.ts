import { ColumnBuffer } from './column-buffer.ts';

/**
 * A few packed texts for each fragment of a call (see `calls-table.ts`), of which the least or the greatest counts. The time within a text decides in
 * nearly all cases, so that the bytes are compared only when times are equal.
 */
export interface PackedTexts {
  /** A candidate is appended to this, then given to {@link PackedTexts.least} or {@link PackedTexts.greatest}, which take it off again when it does not count. */
  texts: ColumnBuffer;
  /** Fragments are opened in order, each once. */
  open(fragment: number): void;
  /** Order of the text that counts, +Infinity when there is none. */
  us(fragment: number, kind: number): number;
  /** `start`: where the candidate begins in `texts`, which it ends. */
  least(fragment: number, kind: number, us: number, start: number): void;
  greatest(fragment: number, kind: number, us: number, start: number): void;
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

  function set(at: number, us: number, start: number): void {
    order[at] = us;
    starts[at] = start;
    lengths[at] = texts.length - start;
  }

  /** Below 0 when the candidate comes before what is at `at`. */
  function compare(at: number, start: number): number {
    const { bytes } = texts;
    const length = texts.length - start;
    const other = starts[at]!;
    const size = Math.min(length, lengths[at]!);
    for (let i = 0; i < size; i++) {
      const difference = bytes[start + i]! - bytes[other + i]!;
      if (difference !== 0) return difference;
    }
    return length - lengths[at]!;
  }

  return {
    texts,
    open(fragment) {
      if (fragment === capacity) grow();
      for (let at = fragment * kinds, end = at + kinds; at < end; at++) order[at] = Number.POSITIVE_INFINITY;
    },
    us: (fragment, kind) => order[fragment * kinds + kind]!,
    least(fragment, kind, us, start) {
      const at = fragment * kinds + kind;
      const current = order[at]!;
      if (us < current || (us === current && compare(at, start) < 0)) set(at, us, start);
      else texts.length = start;
    },
    greatest(fragment, kind, us, start) {
      const at = fragment * kinds + kind;
      const current = order[at]!;
      if (current === Number.POSITIVE_INFINITY || us > current || (us === current && compare(at, start) > 0)) {
        set(at, us, start);
      } else texts.length = start;
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

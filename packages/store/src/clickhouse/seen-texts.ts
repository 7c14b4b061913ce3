import { createByteTable } from './byte-table.ts';
import { MOST_SEEN, SEEN } from './calls-table.ts';
import { ColumnBuffer } from './column-buffer.ts';
import { grown } from './grown.ts';

const HOST = SEEN.host.charCodeAt(0);
const KINDS = { node: SEEN.node.charCodeAt(0), userAgent: SEEN.userAgent.charCodeAt(0) } as const;

const FIRST_CAPACITY = 1 << 10;
/** Places of the guesses which text an address or a name is. */
const RECENT = 1 << 10;

/** Hosts, nodes and user agents that the messages of each fragment name, each once (column `seen` of `calls-table.ts`). */
export interface SeenTexts {
  /** Fragments are opened in order, each once. */
  open(fragment: number): void;
  host(fragment: number, head: Uint8Array, at: number, ipVersion: 4 | 6): void;
  /** Nothing when it is empty. */
  name(fragment: number, kind: keyof typeof KINDS, source: Uint8Array, start: number, end: number): void;
  /** Native arrays of the first `count` fragments: where each ends among all values, then the values. */
  column(count: number): Uint8Array[];
  clear(): void;
}

export function createSeenTexts(): SeenTexts {
  const table = createByteTable();
  const v4Mapped = new Uint8Array(16);
  v4Mapped[10] = v4Mapped[11] = 0xff;
  const recentHosts = new Int32Array(RECENT);
  const recentHostTexts = new Int32Array(RECENT).fill(-1);
  const recentNames = new Int32Array(RECENT).fill(-1);
  /** The texts of a fragment: a list through `next`, newest first. */
  let heads = new Int32Array(FIRST_CAPACITY);
  let sizes = new Uint16Array(FIRST_CAPACITY);
  let texts = new Int32Array(4 * FIRST_CAPACITY);
  let next = new Int32Array(4 * FIRST_CAPACITY);
  let used = 0;

  function add(fragment: number, text: number): void {
    for (let i = heads[fragment]!; i !== 0; i = next[i]!) if (texts[i] === text) return;
    if (sizes[fragment]! >= MOST_SEEN) return;
    sizes[fragment]!++;
    if (++used >= texts.length) {
      texts = grown(texts, new Int32Array(2 * texts.length));
      next = grown(next, new Int32Array(2 * next.length));
    }
    texts[used] = text;
    next[used] = heads[fragment]!;
    heads[fragment] = used;
  }

  function hostText(head: Uint8Array, at: number, ipVersion: 4 | 6): number {
    if (ipVersion === 6) return table.intern(HOST, head, at, at + 16);
    const a = head[at]!;
    const b = head[at + 1]!;
    const c = head[at + 2]!;
    const d = head[at + 3]!;
    const address = (a << 24) | (b << 16) | (c << 8) | d;
    const slot = (d ^ (c << 3) ^ (b << 6)) & (RECENT - 1);
    if (recentHosts[slot] === address && recentHostTexts[slot]! >= 0) return recentHostTexts[slot]!;
    v4Mapped[12] = a;
    v4Mapped[13] = b;
    v4Mapped[14] = c;
    v4Mapped[15] = d;
    const text = table.intern(HOST, v4Mapped, 0, 16);
    recentHosts[slot] = address;
    recentHostTexts[slot] = text;
    return text;
  }

  /** Names of agents and nodes are few, so that a guess by their length and last byte is nearly always right. */
  function nameText(kind: number, source: Uint8Array, start: number, end: number): number {
    const slot = (kind ^ (end - start) ^ (source[end - 1]! << 3)) & (RECENT - 1);
    const guess = recentNames[slot]!;
    if (guess >= 0 && table.is(guess, kind, source, start, end)) return guess;
    const text = table.intern(kind, source, start, end);
    recentNames[slot] = text;
    return text;
  }

  return {
    open(fragment) {
      if (fragment >= heads.length) {
        heads = grown(heads, new Int32Array(2 * heads.length));
        sizes = grown(sizes, new Uint16Array(2 * sizes.length));
      }
      heads[fragment] = 0;
      sizes[fragment] = 0;
    },
    host(fragment, head, at, ipVersion) {
      add(fragment, hostText(head, at, ipVersion));
    },
    name(fragment, kind, source, start, end) {
      if (end > start) add(fragment, nameText(KINDS[kind], source, start, end));
    },
    column(count) {
      const ends = new ColumnBuffer(8 * count);
      const values = new ColumnBuffer(64 * count);
      let end = 0;
      for (let index = 0; index < count; index++) {
        end += sizes[index]!;
        ends.i64(end);
        for (let i = heads[index]!; i !== 0; i = next[i]!) {
          const text = texts[i]!;
          values.text(table.bytes, table.starts[text]!, table.starts[text + 1]!);
        }
      }
      return [ends.content(), values.content()];
    },
    clear() {
      used = 0;
      recentHostTexts.fill(-1);
      recentNames.fill(-1);
      table.clear();
    },
  };
}

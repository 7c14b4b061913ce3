import type { ParsedHeader } from '@calliope/model';

export type DiffKind = 'same' | 'changed' | 'removed' | 'added';

/** One line of a comparison; a side is null where the message has no such line. */
export interface DiffLine {
  kind: DiffKind;
  name: string;
  left: string | null;
  right: string | null;
}

export interface ComparedMessage {
  startLine: string;
  headers: readonly ParsedHeader[];
  body: string;
}

/**
 * Compares two messages header by header: values of one header are paired in their order of appearance, so that the second Via
 * is held against the second Via. Header names are listed in the order of the left message, then what only the right one has.
 * Values that are equal but for surrounding white space are the same. The body is compared line by line.
 */
export function headerDiff(left: ComparedMessage, right: ComparedMessage): DiffLine[] {
  const lines: DiffLine[] = [diffLine('', left.startLine, right.startLine)];
  const names: string[] = [];
  for (const header of [...left.headers, ...right.headers]) {
    if (!names.includes(header.canonicalName)) names.push(header.canonicalName);
  }
  for (const name of names) {
    const values = (message: ComparedMessage) =>
      message.headers.filter((header) => header.canonicalName === name).map((header) => header.value.trim());
    const [ours, theirs] = name === 'Via' ? alignedAtEnd(values(left), values(right)) : [values(left), values(right)];
    for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
      lines.push(diffLine(name, ours[i] ?? null, theirs[i] ?? null));
    }
  }
  for (const [ours, theirs] of pairedLines(bodyLines(left.body), bodyLines(right.body))) {
    lines.push(diffLine('body', ours, theirs));
  }
  return lines;
}

/** Each hop puts its Via on top (RFC 3261 section 16.6), so the oldest ones correspond: the shorter list is filled at its head. */
function alignedAtEnd(left: string[], right: string[]): [(string | null)[], (string | null)[]] {
  const size = Math.max(left.length, right.length);
  const filled = (values: string[]) => [...new Array<null>(size - values.length).fill(null), ...values];
  return [filled(left), filled(right)];
}

function diffLine(name: string, left: string | null, right: string | null): DiffLine {
  const kind = left === right ? 'same' : left === null ? 'added' : right === null ? 'removed' : 'changed';
  return { kind, name, left, right };
}

function bodyLines(body: string): string[] {
  const lines = body.split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

const LONGEST_ALIGNED_LINES = 1500;

/** Longest common subsequence; lines between two common ones are paired as changed. Longer bodies are paired by position. */
function pairedLines(left: string[], right: string[]): [string | null, string | null][] {
  if (left.length > LONGEST_ALIGNED_LINES || right.length > LONGEST_ALIGNED_LINES) return zip(left, right);
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        left[i] === right[j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const pairs: [string | null, string | null][] = [];
  let onlyLeft: string[] = [];
  let onlyRight: string[] = [];
  const flush = () => {
    pairs.push(...zip(onlyLeft, onlyRight));
    onlyLeft = [];
    onlyRight = [];
  };
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      flush();
      pairs.push([left[i++]!, right[j++]!]);
    } else if (j >= right.length || (i < left.length && lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!)) {
      onlyLeft.push(left[i++]!);
    } else {
      onlyRight.push(right[j++]!);
    }
  }
  flush();
  return pairs;
}

function zip(left: string[], right: string[]): [string | null, string | null][] {
  const size = Math.max(left.length, right.length);
  return Array.from({ length: size }, (_, index) => [left[index] ?? null, right[index] ?? null]);
}

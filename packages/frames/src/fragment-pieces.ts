/** The fragments of one IP packet that have come, sorted and without overlap. */
export interface FragmentPieces {
  /** Start offset and bytes of each, ascending. */
  starts: number[];
  parts: Uint8Array[];
  /** Bytes in all parts. */
  covered: number;
}

export function createFragmentPieces(): FragmentPieces {
  return { starts: [], parts: [], covered: 0 };
}

/**
 * Copies what `bytes` brings at `offset` that is not there yet: where fragments overlap, the bytes that came first stay.
 * @returns how many bytes were new.
 */
export function addPiece(pieces: FragmentPieces, offset: number, bytes: Uint8Array): number {
  const { starts, parts } = pieces;
  const end = offset + bytes.length;
  // Most fragments come in order, so the place is looked for from the end.
  let index = starts.length;
  while (index > 0 && starts[index - 1]! + parts[index - 1]!.length > offset) index--;
  let added = 0;
  for (let from = offset; from < end; index++) {
    const next = index < starts.length ? starts[index]! : end;
    const to = Math.min(next, end);
    if (from < to) {
      starts.splice(index, 0, from);
      parts.splice(index, 0, bytes.slice(from - offset, to - offset));
      added += to - from;
      index++;
    }
    if (index >= starts.length) break;
    from = starts[index]! + parts[index]!.length;
  }
  pieces.covered += added;
  return added;
}

/** All parts, after `prefix`, in one array of `prefix.length + total` bytes. They must cover 0..total. */
export function joinPieces(pieces: FragmentPieces, prefix: Uint8Array, total: number): Uint8Array {
  const joined = new Uint8Array(prefix.length + total);
  joined.set(prefix, 0);
  for (const [index, part] of pieces.parts.entries()) joined.set(part, prefix.length + pieces.starts[index]!);
  return joined;
}

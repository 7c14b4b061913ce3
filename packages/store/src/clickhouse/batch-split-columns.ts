import { type BatchColumn, MESSAGE_COLUMNS } from './batch-format.ts';
import { nativeHead, nativeTitle } from './native-block.ts';

/** One column of a batch's messages, found in the file's bytes. */
export interface SplitColumn extends BatchColumn {
  /** Bytes of each value; 0 for texts. */
  width: number;
  /** Where each value begins and ends, of texts without the length before it. Of rows past {@link SplitColumn.whole}: nowhere. */
  starts: Int32Array;
  ends: Int32Array;
  /** Of so many rows, from the first on, the value is there. */
  whole: number;
  /** The lengths of its texts do not add up, so that from some row on they are not what was written. */
  isMisaligned: boolean;
}

/** The messages of a batch, as far as they can be found. */
export interface SplitColumns {
  bytes: Buffer;
  rows: number;
  columns: readonly SplitColumn[];
}

const WIDTHS: Record<string, number> = {
  UInt8: 1,
  UInt16: 2,
  UInt32: 4,
  UInt64: 8,
  "DateTime64(6, 'UTC')": 8,
  IPv6: 16,
  String: 0,
};

/** Enums of ours are of one byte. */
const widthOf = (type: string): number => WIDTHS[type] ?? 1;

/**
 * Finds the values of a block of messages that should have so many rows (see `native-block.ts` for the format). The names of the columns that stand between
 * their values are found again when a damaged text has made the count wrong. Never throws for content.
 */
export function splitColumns(bytes: Buffer, rows: number): SplitColumns {
  const columns: SplitColumn[] = [];
  let at = nativeHead(rows, MESSAGE_COLUMNS.length).length;
  let previousStart = at;
  for (const column of MESSAGE_COLUMNS) {
    const title = nativeTitle(column);
    const previous = columns.at(-1);
    if (previous?.width === 0 && !startsWith(bytes, at, title)) {
      const found = bytes.indexOf(title, previousStart);
      if (found >= 0) {
        previous.isMisaligned = true;
        at = found;
        keepWithin(previous, found);
      } else if (previous.whole < rows) {
        // The file was cut within that column.
        at = bytes.length;
      }
      // Else it is the title that is damaged, and it is where it should be.
    }
    at += title.length;
    previousStart = at;
    const split = column.type === 'String' ? splitTexts(column, bytes, at, rows) : splitFixed(column, bytes, at, rows);
    columns.push(split.column);
    at = split.end;
  }
  // Nothing stands after the last one.
  if (at !== bytes.length) columns.at(-1)!.isMisaligned = true;
  return { bytes, rows, columns };
}

function startsWith(bytes: Buffer, at: number, wanted: Buffer): boolean {
  return bytes.subarray(at, at + wanted.length).equals(wanted);
}

function splitFixed(
  column: BatchColumn,
  bytes: Buffer,
  at: number,
  rows: number,
): { column: SplitColumn; end: number } {
  const width = widthOf(column.type);
  const whole = Math.max(0, Math.min(rows, Math.floor((bytes.length - at) / width)));
  const starts = new Int32Array(rows);
  const ends = new Int32Array(rows);
  for (let row = 0; row < whole; row++) {
    starts[row] = at + row * width;
    ends[row] = at + (row + 1) * width;
  }
  return { column: { ...column, width, starts, ends, whole, isMisaligned: false }, end: at + rows * width };
}

function splitTexts(
  column: BatchColumn,
  bytes: Buffer,
  from: number,
  rows: number,
): { column: SplitColumn; end: number } {
  const starts = new Int32Array(rows);
  const ends = new Int32Array(rows);
  let at = from;
  let whole = 0;
  while (whole < rows) {
    let size = 0;
    let scale = 1;
    let o = at;
    // A length has at most five bytes, as no payload is longer than 4 GiB.
    while (o < bytes.length && o < at + 5 && bytes[o]! >= 0x80) {
      size += (bytes[o++]! & 0x7f) * scale;
      scale *= 128;
    }
    if (o >= bytes.length || o === at + 5) break;
    size += bytes[o++]! * scale;
    if (o + size > bytes.length) break;
    starts[whole] = o;
    at = o + size;
    ends[whole++] = at;
  }
  return { column: { ...column, width: 0, starts, ends, whole, isMisaligned: false }, end: at };
}

function keepWithin(column: SplitColumn, end: number): void {
  while (column.whole > 0 && column.ends[column.whole - 1]! > end) {
    column.whole--;
    column.starts[column.whole] = column.ends[column.whole] = 0;
  }
}

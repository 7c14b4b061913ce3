import type { CaptureFileDefect } from './capture-file-defect.ts';
import type { CaptureFrame } from './capture-frame.ts';

/** Where a parser puts what it finds. */
export interface RecordOutput {
  frame(frame: CaptureFrame): void;
  /** Counts a defect that costs one frame. */
  defect(defect: CaptureFileDefect): void;
  /** Counts a defect that ends the reading. */
  stop(defect: CaptureFileDefect): void;
}

/** Reads a file's records one by one from whatever buffer holds them. */
export interface RecordParser {
  /**
   * Looks at the record that begins at `at`; bytes are there up to `end`.
   * @returns positive: how long the record is; when that is more than there is, the rest is of no interest and may be skipped.
   * Negative: how many bytes from `at` must be there before this can say more. 0: it stopped, and said why.
   */
  read(bytes: Uint8Array, at: number, end: number): number;
}

/** A 16 or 32 bit unsigned integer in the byte order of the file. */
export function readU16(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  return littleEndian ? bytes[at]! | (bytes[at + 1]! << 8) : (bytes[at]! << 8) | bytes[at + 1]!;
}

export function readU32(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  return littleEndian
    ? (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
    : ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

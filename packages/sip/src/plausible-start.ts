import type { ScanCursor } from './scan-cursor.ts';
import { readStartLine, StartLineKind } from './start-line.ts';

/** True when a whole start line, line end included, stands at `at`. The start line in `cursor` is overwritten. */
export function isPlausibleStart(bytes: Uint8Array, at: number, end: number, cursor: ScanCursor): boolean {
  // Not `indexOf`, which would go on to the end of the receive buffer, megabytes behind this message.
  let lineEnd = at;
  while (lineEnd < end && bytes[lineEnd] !== 10) lineEnd++;
  if (lineEnd >= end) return false;
  const textEnd = lineEnd > at && bytes[lineEnd - 1] === 13 ? lineEnd - 1 : lineEnd;
  return readStartLine(bytes, at, textEnd, cursor) !== StartLineKind.NOT_SIP;
}

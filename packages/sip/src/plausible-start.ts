import { readStartLine, StartLineKind } from './start-line.ts';

/** True when a whole start line, line end included, stands at `at`. {@link startLine} is overwritten. */
export function isPlausibleStart(bytes: Uint8Array, at: number, end: number): boolean {
  const lineEnd = bytes.indexOf(10, at);
  if (lineEnd < 0 || lineEnd >= end) return false;
  const textEnd = lineEnd > at && bytes[lineEnd - 1] === 13 ? lineEnd - 1 : lineEnd;
  return readStartLine(bytes, at, textEnd) !== StartLineKind.NOT_SIP;
}

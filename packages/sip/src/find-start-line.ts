import { asciiBytes } from './byte-class.ts';
import { startsHeaderLine } from './header-line.ts';
import type { ScanCursor } from './scan-cursor.ts';
import { readStartLine, readStatusLine, StartLineKind } from './start-line.ts';

/** No start line is longer, which bounds the work and the memory that a search takes. */
export const MAX_START_LINE_BYTES = 16_384;

/** What {@link findStartLine} says when there is no start line: all was looked at. */
export const NO_START = -1;

const LF = 10;
const CR = 13;
const SPACE = 32;
const SLASH = 47;

/** IANA SIP parameters, methods. A start line in the middle of a line is believed with one of these only. */
const METHODS = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'REGISTER',
  'OPTIONS',
  'PRACK',
  'SUBSCRIBE',
  'NOTIFY',
  'PUBLISH',
  'INFO',
  'REFER',
  'MESSAGE',
  'UPDATE',
].map(asciiBytes);

/** Where a search stands; the caller keeps it between calls. */
export interface StartSearch {
  /** Start of the line to look at next; after the search the first byte that must be kept. */
  at: number;
  /** From where that line's end is to be looked for: nothing is looked at twice. */
  lineEndFrom: number;
  /** `at` is not known to be the start of a line. */
  isMidLine: boolean;
}

/**
 * Finds a start line that a header line follows, from `search.at` on, where anything may stand before it: at the start of a line with any
 * method, and within a line with a known one or as a status line (a body need not end with a line end).
 * Gives its position, or {@link NO_START}; then everything before `search.at` was looked at and is of no use.
 * Time is linear over all calls of a search.
 */
export function findStartLine(bytes: Uint8Array, end: number, search: StartSearch, cursor: ScanCursor): number {
  while (search.at < end) {
    const lineFeed = bytes.indexOf(LF, Math.max(search.lineEndFrom, search.at));
    if (lineFeed < 0 || lineFeed >= end) {
      search.lineEndFrom = end;
      if (end - search.at > MAX_START_LINE_BYTES) {
        search.at = end;
        search.isMidLine = true;
      }
      return NO_START;
    }
    const start = startInLine(bytes, search.at, lineFeed, search.isMidLine, cursor);
    if (start >= 0) {
      const next = lineFeed + 1;
      if (startsHeaderLine(bytes, next, end)) {
        search.at = start;
        return start;
      }
      // Undecided while the line behind it is not whole.
      const nextEnd = bytes.indexOf(LF, next);
      if ((nextEnd < 0 || nextEnd >= end) && end - next <= MAX_START_LINE_BYTES) {
        search.isMidLine = search.isMidLine || start > search.at;
        search.at = start;
        search.lineEndFrom = lineFeed;
        return NO_START;
      }
    }
    search.at = search.lineEndFrom = lineFeed + 1;
    search.isMidLine = false;
  }
  return NO_START;
}

/** Position in [at, lineFeed) at which a start line begins that reaches to the end of the line; -1 when there is none. */
function startInLine(bytes: Uint8Array, at: number, lineFeed: number, isMidLine: boolean, cursor: ScanCursor): number {
  if (lineFeed - at > MAX_START_LINE_BYTES) return -1;
  const end = lineFeed > at && bytes[lineFeed - 1] === CR ? lineFeed - 1 : lineFeed;
  if (!isMidLine && readStartLine(bytes, at, end, cursor) !== StartLineKind.NOT_SIP) return at;
  // `x SIP/2.0` at the end of the line is what every request line has; without it no method needs to be looked for.
  const hasVersion = endsWithVersion(bytes, at, end);
  for (let i = at; i < end; i++) {
    const byte = bytes[i];
    if (byte === SPACE && hasVersion) {
      const start = methodBefore(bytes, at, i);
      if (start >= 0 && readStartLine(bytes, start, end, cursor) === StartLineKind.REQUEST) return start;
    } else if (byte === SLASH && i - at >= 3) {
      const start = i - 3;
      if (bytes[start] !== 0x53 || bytes[start + 1] !== 0x49 || bytes[start + 2] !== 0x50) continue;
      if (readStatusLine(bytes, start, end, cursor) === StartLineKind.RESPONSE) return start;
    }
  }
  return -1;
}

function endsWithVersion(bytes: Uint8Array, at: number, end: number): boolean {
  // ` SIP/2.0`: the length of the version as all write it.
  const start = end - 8;
  return (
    start > at &&
    bytes[start] === SPACE &&
    bytes[start + 1] === 0x53 &&
    bytes[start + 2] === 0x49 &&
    bytes[start + 3] === 0x50 &&
    bytes[start + 4] === SLASH
  );
}

/** Start of the known method that ends at `end`, -1 when there is none. The longest one: ACK is not taken out of PRACK. */
function methodBefore(bytes: Uint8Array, from: number, end: number): number {
  let best = -1;
  for (const method of METHODS) {
    const start = end - method.length;
    if (start < from || (best >= 0 && start >= best)) continue;
    let i = 0;
    while (i < method.length && bytes[start + i] === method[i]) i++;
    if (i === method.length) best = start;
  }
  return best;
}

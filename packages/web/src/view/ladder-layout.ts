import type { LadderMessageRow, LadderRow } from '@calliope/calls';
import type { TimeMode } from './call-view.ts';
import { formatDeltaUs } from './format-figures.ts';
import { clockText } from './zone-time.ts';

export const LADDER_ROW_PX = 34;
const NARROWEST_GAP_PX = 168;
const WIDEST_GAP_PX = 360;

/** Horizontal places of the lanes' lines, in CSS pixels from the left of the drawing. */
export interface LaneLayout {
  gap: number;
  width: number;
  xOf: (lane: number) => number;
}

/** Spreads the lanes over what is there; with too many of them the drawing gets wider than its window and scrolls. */
export function laneLayout(laneCount: number, availablePx: number): LaneLayout {
  const count = Math.max(1, laneCount);
  const gap = Math.min(WIDEST_GAP_PX, Math.max(NARROWEST_GAP_PX, Math.floor(availablePx / count)));
  return { gap, width: gap * count, xOf: (lane) => gap * (lane + 0.5) };
}

/** What the two time columns say of a row: the chosen time, and beside it the step from the row above (or the clock). */
export function timeTexts(row: LadderRow, mode: TimeMode, zone: string): [string, string] {
  const clock = clockText(row.timestampUs, zone, 6);
  if (mode === 'previous') return [`+${formatDeltaUs(row.sincePreviousUs)}`, clock];
  if (mode === 'first') return [signed(row.sinceFirstUs), clock];
  if (mode === 'mark') return [row.sinceMarkedUs === null ? 'mark one' : signed(row.sinceMarkedUs), clock];
  return [clock, row.sincePreviousUs === 0 ? '' : formatDeltaUs(row.sincePreviousUs)];
}

function signed(us: number): string {
  return us > 0 ? `+${formatDeltaUs(us)}` : formatDeltaUs(us);
}

/** Ids of all messages that a row stands for. */
export function idsOfRow(row: LadderRow): string[] {
  if (row.kind === 'ghost') return [];
  if (row.kind === 'note') return [row.message.id];
  const folded = [...row.retransmissions.flatMap((again) => again.observations), ...row.observations].map(
    (one) => one.messageId,
  );
  return [...new Set([row.message.id, ...folded])];
}

/** Index of the row that shows a message, also when it is folded into another's; -1 when none does. */
export function rowIndexOf(rows: readonly LadderRow[], messageId: string): number {
  if (messageId === '') return -1;
  return rows.findIndex((row) => row.kind !== 'ghost' && idsOfRow(row).includes(messageId));
}

/** The next hop's copy of a message: the first later row that goes out from where this one came in, with the same method, code and CSeq method. */
export function nextHopOf(rows: readonly LadderRow[], at: number): LadderMessageRow | undefined {
  const row = rows[at];
  if (row?.kind !== 'message') return undefined;
  for (let index = at + 1; index < rows.length; index++) {
    const later = rows[index]!;
    if (
      later.kind === 'message' &&
      later.fromLane === row.toLane &&
      later.message.method === row.message.method &&
      later.message.responseCode === row.message.responseCode
    ) {
      return later;
    }
  }
  return undefined;
}

/** Lane keys with one moved to the place of another. */
export function movedLane(keys: readonly string[], key: string, toIndex: number): string[] {
  const without = keys.filter((other) => other !== key);
  without.splice(Math.max(0, Math.min(without.length, toIndex)), 0, key);
  return without;
}

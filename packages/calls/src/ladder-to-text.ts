import type { Ladder, LadderLane, LadderRow } from './ladder.ts';
import { columnsOf, fitRowText, formatDelta, formatTimeUtc, plainLine, rowText } from './ladder-text.ts';

export interface LadderTextOptions {
  /** Columns of the terminal, default 100. Lanes are never closer than 16 columns, so that many of them, and notes, may need more. */
  width?: number;
  /** Lines in plain ASCII; texts stay as they are. */
  ascii?: boolean;
  /** Time of a row; default HH:MM:SS.ffffff in UTC. */
  formatTime?: (timestampUs: number) => string;
}

const UNICODE = { lane: '│', line: '─', ghost: '╌', right: '▶', left: '◀', self: '↺', note: '▪', rule: '━' };
const ASCII = { lane: '|', line: '-', ghost: '.', right: '>', left: '<', self: '@', note: '*', rule: '=' };
/** Between two lanes: room for a short label at least, and no more than a long one needs. */
const MIN_PITCH = 16;
const MAX_PITCH = 44;
/** Left of the first lane and right of the last: half an IPv4 address. */
const EDGE_COLUMNS = 8;
const DELTA_COLUMNS = 10;

/**
 * The ladder for a terminal, a line a row, ending in a line feed:
 *
 *                                  10.0.0.1              10.0.0.2
 *   13:02:10.118000                    │── INVITE (PCMA) ─▶│
 *   13:02:10.119000      +1.000 ms     │◀── 100 Trying ────│
 */
export function ladderToText(ladder: Ladder, options: LadderTextOptions = {}): string {
  const glyphs = options.ascii ? ASCII : UNICODE;
  const formatTime = options.formatTime ?? formatTimeUtc;
  const times = ladder.rows.map((row) => formatTime(row.timestampUs));
  const timeColumns = times.reduce((most, time) => Math.max(most, columnsOf(time)), 0);
  const legColumns = ladder.legs.length > 1 ? String(ladder.legs.length).length + 2 : 0;
  const prefixColumns = timeColumns + 1 + DELTA_COLUMNS + legColumns + 1;
  const pitch = lanePitch((options.width ?? 100) - prefixColumns, ladder.lanes.length);
  const laneX = ladder.lanes.map((_, index) => EDGE_COLUMNS + index * pitch);

  const lines = laneHeader(ladder.lanes, laneX).map((line) => ' '.repeat(prefixColumns) + line);
  for (const [index, row] of ladder.rows.entries()) {
    const delta = index === 0 ? '' : formatDelta(row.sincePreviousUs);
    const leg = legColumns > 0 ? `[${row.leg + 1}]`.padStart(legColumns) : '';
    const prefix = `${times[index]!.padEnd(timeColumns)} ${delta.padStart(DELTA_COLUMNS)}${leg} `;
    lines.push(prefix + drawRow(row, laneX, glyphs));
  }
  if (ladder.legs.length > 1) {
    lines.push('');
    for (const [index, leg] of ladder.legs.entries()) lines.push(`[${index + 1}] ${plainLine(leg.callId)}`);
  }
  if (ladder.hiddenMessageCount > 0) {
    const lanes = ladder.hiddenLanes.map((lane) => plainLine(lane.label)).join(', ');
    lines.push('', `${ladder.hiddenMessageCount} messages not shown, of hidden lanes: ${lanes}`);
  }
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function lanePitch(columns: number, lanes: number): number {
  const fair = Math.trunc((columns - 2 * EDGE_COLUMNS) / Math.max(lanes - 1, 1));
  return Math.min(Math.max(fair, MIN_PITCH), MAX_PITCH);
}

/** Labels centred over their lanes, broken into as many lines as the longest needs (an IPv6 address is 39 characters). */
function laneHeader(lanes: readonly LadderLane[], laneX: readonly number[]): string[] {
  const pieces = lanes.map((lane) => breakText(plainLine(lane.label), 2 * EDGE_COLUMNS - 1));
  const height = pieces.reduce((most, list) => Math.max(most, list.length), 0);
  return Array.from({ length: height }, (_, line) => {
    let text = '';
    for (const [index, list] of pieces.entries()) {
      const piece = list[line - (height - list.length)] ?? '';
      const start = laneX[index]! - Math.trunc(columnsOf(piece) / 2);
      text += ' '.repeat(Math.max(0, start - columnsOf(text))) + piece;
    }
    return text;
  });
}

function breakText(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const character of text) {
    if (columnsOf(line + character) > columns) {
      lines.push(line);
      line = '';
    }
    line += character;
  }
  return [...lines, line];
}

/** Cells of one column each; a wide character's second cell is ''. */
function drawRow(row: LadderRow, laneX: readonly number[], glyphs: typeof UNICODE): string {
  const cells = new Array<string>((laneX.at(-1) ?? 0) + 1).fill(' ');
  for (const x of laneX) cells[x] = glyphs.lane;
  if (row.kind === 'note') {
    const x = row.lane === null ? 0 : laneX[row.lane]! + 2;
    write(cells, x, `${glyphs.note} ${plainLine(rowText(row))}`);
  } else if (row.fromLane === row.toLane) {
    write(cells, laneX[row.fromLane]! + 1, `${glyphs.self} ${plainLine(rowText(row))}`);
  } else {
    const from = laneX[row.fromLane]!;
    const to = laneX[row.toLane]!;
    const [start, end] = from < to ? [from + 1, to - 1] : [to + 1, from - 1];
    cells.fill(row.kind === 'ghost' ? glyphs.ghost : glyphs.line, start, end + 1);
    cells[from < to ? end : start] = from < to ? glyphs.right : glyphs.left;
    // At least a column of line at the tail, the head at the other end, and a blank on both sides of the label.
    const label = fitRowText(row, end - start + 1 - 4);
    const middle = start + Math.ceil((end - start - 1 - columnsOf(label)) / 2);
    write(cells, middle, ` ${label} `);
  }
  return cells.join('');
}

/** Overwrites cells from `x` on; grows to the right when the text is longer. */
function write(cells: string[], x: number, text: string): void {
  let at = x;
  for (const character of text) {
    const columns = columnsOf(character);
    if (columns === 0 && at > 0) {
      cells[at - 1] += character;
      continue;
    }
    cells[at] = character;
    if (columns === 2) cells[at + 1] = '';
    at += columns;
  }
}

import type { LadderMessageRow, LadderRow, SdpChip } from './ladder.ts';

/** `PCMA`, `PCMA hold`, `PCMA recvonly`, `PCMA +1` when there is another medium. */
export function sdpChipText(chip: SdpChip): string {
  const parts = [chip.codec];
  if (chip.hold) parts.push('hold');
  else if (chip.direction !== 'sendrecv') parts.push(chip.direction);
  if (chip.mediaCount > 1) parts.push(`+${chip.mediaCount - 1}`);
  return parts.join(' ');
}

/** The label with everything that stands beside it: SDP, transmissions, how many saw it, and what it shows in folded form. */
export function rowText(row: LadderRow): string {
  if (row.kind !== 'message') return row.kind === 'ghost' ? `(${row.label})` : row.label;
  return [row.label, ...rowMarks(row)].join(' ');
}

/** The same in one line of at most so many columns. The marks are kept as long as four columns are left for the label. */
export function fitRowText(row: LadderRow, columns: number): string {
  const whole = plainLine(rowText(row));
  if (row.kind !== 'message' || columnsOf(whole) <= columns) return fitColumns(whole, columns);
  const marks = plainLine(rowMarks(row).join(' '));
  const room = columns - columnsOf(marks) - 1;
  return marks === '' || room < 4 ? fitColumns(whole, columns) : `${fitColumns(plainLine(row.label), room)} ${marks}`;
}

function rowMarks(row: LadderMessageRow): string[] {
  const marks: string[] = [];
  if (row.sdp) marks.push(`(${sdpChipText(row.sdp)})`);
  if (row.digest === 'credentials') marks.push('+auth');
  if (row.retransmissions.length > 0) marks.push(`×${1 + row.retransmissions.length}`);
  if (row.retransmissionOf !== null) marks.push('(again)');
  if (row.seenBy > 1) marks.push(`seen by ${row.seenBy}`);
  if (row.challenge.length > 0) marks.push('(challenged)');
  if (row.firstFailure) marks.push('✖');
  return marks;
}

/** `13:02:11.482003`, in UTC. */
export function formatTimeUtc(timestampUs: number): string {
  const dayUs = 86_400_000_000;
  const us = ((Math.trunc(timestampUs) % dayUs) + dayUs) % dayUs;
  const two = (value: number): string => String(Math.trunc(value)).padStart(2, '0');
  const fraction = String(us % 1_000_000).padStart(6, '0');
  return `${two(us / 3_600_000_000)}:${two((us / 60_000_000) % 60)}:${two((us / 1_000_000) % 60)}.${fraction}`;
}

/** `+412 µs`, `+3.2 ms`, `+1.204 s`, `+02:13 min`: at most ten characters below a day. */
export function formatDelta(us: number): string {
  const sign = us < 0 ? '-' : '+';
  const value = Math.abs(us);
  if (value < 1_000) return `${sign}${value} µs`;
  if (value < 1_000_000) return `${sign}${trimTo(value / 1_000, 4)} ms`;
  if (value < 120_000_000) return `${sign}${trimTo(value / 1_000_000, 4)} s`;
  const minutes = Math.trunc(value / 60_000_000);
  const seconds = String(Math.trunc(value / 1_000_000) % 60).padStart(2, '0');
  return `${sign}${String(minutes).padStart(2, '0')}:${seconds} min`;
}

/** A number with as many decimals as `digits` leaves room for; never rounded up to the next unit. */
function trimTo(value: number, digits: number): string {
  const decimals = Math.max(0, digits - String(Math.trunc(value)).length);
  const scale = 10 ** decimals;
  return (Math.trunc(value * scale) / scale).toFixed(decimals);
}

/**
 * Text from outside made fit for one line of a terminal or a drawing: control characters (so that nobody's reason phrase can move the cursor), line
 * separators, marks that reverse the direction of writing and lone surrogates become `·`.
 */
export function plainLine(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFD]/gu, '·');
}

/** How many columns of a terminal a text takes: two for East Asian wide characters and emoji, none for combining marks. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += characterColumns(character);
  return columns;
}

/** Cuts a text to so many columns; an ellipsis says so. */
export function fitColumns(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let fitted = '';
  let used = 1;
  for (const character of text) {
    used += characterColumns(character);
    if (used > columns) break;
    fitted += character;
  }
  return columns < 1 ? '' : `${fitted}…`;
}

function characterColumns(character: string): number {
  if (/\p{M}/u.test(character)) return 0;
  return /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u.test(
    character,
  )
    ? 2
    : 1;
}

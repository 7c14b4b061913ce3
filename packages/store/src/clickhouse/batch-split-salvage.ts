import { PayloadType } from '@calliope/model';
import type { SplitColumn, SplitColumns } from './batch-split-columns.ts';

/** What can be used of a batch whose file is not as it was written. */
export interface SalvagedRows {
  /** Numbers of the rows whose payload is there. */
  rows: number[];
  /** Columns of which the values cannot be believed from this row on: they are '' then. The raw message has them still. */
  doubtfulFrom: ReadonlyMap<string, number>;
}

/** Texts that are not in the SIP message, so that nothing says where in a misaligned column the damage is. */
const NOT_IN_PAYLOAD = new Set(['node', 'correlation_id']);
const PERCENT = 0x25;

/**
 * Which rows of a damaged batch are to be kept: all whose payload is there. The texts of a misaligned column are believed as long as the message itself has them.
 * The database's own columns (time, addresses) have no such witness: where they are damaged, the row is stored with what stands there.
 */
export function salvageRows(split: SplitColumns): SalvagedRows {
  const { columns, rows } = split;
  const payload = columnOf(split, 'payload');
  const type = columnOf(split, 'payload_type');
  const callId = columnOf(split, 'call_id');
  const isSip = (row: number): boolean => split.bytes[type.starts[row]!] === PayloadType.SIP;

  const doubtfulFrom = new Map<string, number>();
  for (const column of columns) {
    if (column.width > 0 || column === payload) continue;
    if (column.isMisaligned) doubtfulFrom.set(column.name, believedRows(split, column, payload));
    else if (column.whole < rows) doubtfulFrom.set(column.name, column.whole);
  }

  let usable = payload.whole;
  for (const column of columns) if (column.width > 0) usable = Math.min(usable, column.whole);
  const kept: number[] = [];
  for (let row = 0; row < usable; row++) {
    if (payload.isMisaligned && isSip(row) && !has(split, payload, row, callId, doubtfulFrom)) break;
    kept.push(row);
  }
  return { rows: kept, doubtfulFrom };
}

export function columnOf({ columns }: SplitColumns, name: string): SplitColumn {
  const column = columns.find((candidate) => candidate.name === name);
  if (!column) throw new Error(`messages have no column ${name}`);
  return column;
}

function believedRows(split: SplitColumns, column: SplitColumn, payload: SplitColumn): number {
  if (NOT_IN_PAYLOAD.has(column.name)) return 0;
  const most = Math.min(column.whole, payload.whole);
  let row = 0;
  while (row < most && has(split, payload, row, column, undefined)) row++;
  return row;
}

/** Whether a row's payload has a text: as it is, or with escapes, which users are stored without. */
function has(
  { bytes }: SplitColumns,
  payload: SplitColumn,
  row: number,
  column: SplitColumn,
  doubtfulFrom: ReadonlyMap<string, number> | undefined,
): boolean {
  if (row >= (doubtfulFrom?.get(column.name) ?? column.whole)) return true;
  const text = bytes.subarray(column.starts[row]!, column.ends[row]!);
  if (text.length === 0) return true;
  const whole = bytes.subarray(payload.starts[row]!, payload.ends[row]!);
  return whole.includes(text) || (column.name.endsWith('user') && whole.includes(PERCENT));
}

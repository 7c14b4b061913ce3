import type { DatabaseSession } from './database-session.ts';
import { SLOT_US } from './messages-table.ts';
import { RowReader } from './row-reader.ts';
import { listLiteral, stringLiteral } from './sql-literal.ts';

/** What may be kept. Both bounds count; an absent one does not. */
export interface RetentionBounds {
  maxAgeDays?: number;
  /** Of everything on disk, indexes included. */
  maxBytes?: number;
}

export interface RetentionReport {
  /** Six-hour slots dropped whole, messages, calls and observations together. */
  droppedSlots: number;
  droppedMessages: number;
  freedBytes: number;
  /** What is kept now. */
  keptBytes: number;
}

interface Slot {
  id: string;
  endUs: number;
  messages: number;
  bytes: number;
}

const DAY_US = 86_400_000_000;
const TABLES = ['messages', 'calls', 'observations'];

/**
 * Drops the oldest slots of time: those that ended before the greatest age, and more until the rest fits in `maxBytes`.
 * The newest slot is never dropped, so that a bound set too low still leaves what is being captured.
 */
export async function enforceRetention(
  database: DatabaseSession,
  bounds: RetentionBounds,
  nowUs: number,
): Promise<RetentionReport> {
  const slots = await readSlots(database);
  const report: RetentionReport = {
    droppedSlots: 0,
    droppedMessages: 0,
    freedBytes: 0,
    keptBytes: slots.reduce((sum, slot) => sum + slot.bytes, 0),
  };
  const oldestUs = bounds.maxAgeDays === undefined ? -1 : nowUs - bounds.maxAgeDays * DAY_US;
  for (const slot of slots.slice(0, -1)) {
    const tooOld = slot.endUs <= oldestUs;
    const tooMuch = bounds.maxBytes !== undefined && report.keptBytes > bounds.maxBytes;
    if (!tooOld && !tooMuch) break;
    for (const table of TABLES) {
      await database.execute(`ALTER TABLE calliope.${table} DROP PARTITION ID ${stringLiteral(slot.id)}`);
    }
    report.droppedSlots++;
    report.droppedMessages += slot.messages;
    report.freedBytes += slot.bytes;
    report.keptBytes -= slot.bytes;
  }
  return report;
}

/** Slots of all tables, oldest first. Parts that were merged or dropped are on the disk for two minutes more, and no reason to drop others. */
async function readSlots(database: DatabaseSession): Promise<Slot[]> {
  const row = new RowReader(
    await database.read(`
      SELECT partition_id, toInt64(toUnixTimestamp(any(partition), 'UTC')) AS start,
        sumIf(rows, table = 'messages'), sum(bytes_on_disk)
      FROM system.parts
      WHERE active AND database = 'calliope' AND table IN ${listLiteral(TABLES, stringLiteral)}
      GROUP BY partition_id ORDER BY start`),
  );
  const slots: Slot[] = [];
  while (!row.done) {
    const id = row.text();
    const startUs = row.integer() * 1_000_000;
    slots.push({ id, endUs: startUs + SLOT_US, messages: row.integer(), bytes: row.integer() });
  }
  return slots;
}

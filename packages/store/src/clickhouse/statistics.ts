import type { StoreStatistics } from '@calliope/model';
import { isCallMask } from './calls-table.ts';
import type { DatabaseSession } from './database-session.ts';
import type { MessageSearch } from './message-search.ts';
import { RowReader } from './row-reader.ts';

/** Beyond so many fragments the number of calls is an estimate within about one per cent: counting them all would take seconds. */
const EXACT_FRAGMENTS = 2_000_000;

export async function readStatistics(
  database: DatabaseSession,
  messages: Pick<MessageSearch, 'bounds'>,
): Promise<StoreStatistics> {
  const parts = new RowReader(
    await database.read(`
      SELECT sumIf(rows, table = 'messages'), sumIf(rows, table = 'calls'), sum(bytes_on_disk)
      FROM system.parts WHERE active AND database = 'calliope'`),
  );
  const count = parts.integer();
  const fragments = parts.integer();
  const bytes = parts.integer();
  const distinct = fragments <= EXACT_FRAGMENTS ? 'uniqExact' : 'uniqCombined';
  const calls = new RowReader(
    await database.read(`SELECT ${distinct}(call_id) FROM calliope.calls WHERE ${isCallMask('methods')}`),
  ).integer();
  const bounds = await messages.bounds();
  return { messages: count, calls, bytes, oldestUs: bounds?.firstUs ?? null, newestUs: bounds?.lastUs ?? null };
}

import type { StoreStatistics } from '@calliope/model';
import { isCallMask } from './calls-table.ts';
import type { DatabaseSession } from './database-session.ts';
import type { MessageSearch } from './message-search.ts';
import { RowReader } from './row-reader.ts';

/** Beyond so many fragments the number of calls is an estimate within about one per cent: counting them all would take seconds. */
const EXACT_FRAGMENTS = 2_000_000;

/** A count of the calls is used again for so many times as long as it took: counting then takes at most two per cent of the time, however often it is asked for. */
const REUSE_FACTOR = 50;
const REUSE_AT_MOST_MS = 60_000;
/** A count that is done so fast is done each time. */
const CHEAP_MS = 50;

/**
 * Statistics of what is stored, asked for by every look at the node's health. All but `calls` are read anew each time from what the database
 * knows of its parts; `calls` may be as old as {@link REUSE_FACTOR} says while messages come in, and is exact as soon as they do not.
 */
export function createStatistics(
  database: DatabaseSession,
  messages: Pick<MessageSearch, 'bounds'>,
): () => Promise<StoreStatistics> {
  let counted: { of: string; calls: number; untilMs: number } | undefined;
  let counting: Promise<number> | undefined;

  async function countCalls(fragments: number, of: string): Promise<number> {
    const startedMs = performance.now();
    const distinct = fragments <= EXACT_FRAGMENTS ? 'uniqExact' : 'uniqCombined';
    const calls = new RowReader(
      await database.read(`SELECT ${distinct}(call_id) FROM calliope.calls WHERE ${isCallMask('methods')}`),
    ).integer();
    const nowMs = performance.now();
    const tookMs = nowMs - startedMs;
    const reuseMs = tookMs < CHEAP_MS ? 0 : Math.min(REUSE_FACTOR * tookMs, REUSE_AT_MOST_MS);
    counted = { of, calls, untilMs: nowMs + reuseMs };
    return calls;
  }

  return async () => {
    const parts = new RowReader(
      await database.read(`
      SELECT sumIf(rows, table = 'messages'), sumIf(rows, table = 'calls'), sum(bytes_on_disk)
      FROM system.parts WHERE active AND database = 'calliope'`),
    );
    const count = parts.integer();
    const fragments = parts.integer();
    const bytes = parts.integer();
    let calls: number;
    // Both tables' rows: those of an insert do not become visible at the same moment.
    const of = `${count} ${fragments}`;
    if (counted && (counted.of === of || performance.now() < counted.untilMs)) {
      calls = counted.calls;
    } else {
      counting ??= countCalls(fragments, of).finally(() => {
        counting = undefined;
      });
      calls = await counting;
    }
    const bounds = await messages.bounds();
    return { messages: count, calls, bytes, oldestUs: bounds?.firstUs ?? null, newestUs: bounds?.lastUs ?? null };
  };
}

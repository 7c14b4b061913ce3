import { type SearchRequest, StoreError, type TimeRange, type Total } from '@calliope/model';
import type { DatabaseSession } from './database-session.ts';
import { RowReader } from './row-reader.ts';
import { startSearchClock } from './search-clock.ts';
import { searchWindows } from './search-windows.ts';
import type { Sql } from './sql-literal.ts';

const DEFAULT_COUNT_TIMEOUT_MS = 10_000;
const STEPS = { firstUs: 3_600_000_000, growth: 12, longestUs: Number.MAX_SAFE_INTEGER };

/**
 * Counts from the newest window back, each with one query that `select` writes. When the time is over or more than `limit` were counted,
 * what was counted so far is the answer, and it says that it is not exact.
 */
export async function countInWindows(
  database: DatabaseSession,
  request: SearchRequest,
  limit: number,
  select: (window: TimeRange) => Sql,
): Promise<Total> {
  const clock = startSearchClock(request.timeoutMs ?? DEFAULT_COUNT_TIMEOUT_MS);
  let count = 0;
  let left = request.toUs;
  for (const window of searchWindows(request, false, STEPS)) {
    if (count > limit) return { count, exact: false };
    try {
      count += new RowReader(await database.read(select(window), clock.bounds())).integer();
    } catch (error) {
      // With nothing counted at all there is no answer to give.
      if (error instanceof StoreError && error.code === 'query_timeout' && left < request.toUs) {
        return { count, exact: false };
      }
      throw error;
    }
    left = window.fromUs;
  }
  return { count, exact: true };
}

import { type SearchRequest, StoreError, type TimeRange, type Total } from '@calliope/model';
import type { DatabaseSession } from './database-session.ts';
import { RowReader } from './row-reader.ts';
import type { SearchClock } from './search-clock.ts';
import { searchWindows, type WindowSteps } from './search-windows.ts';
import type { Sql } from './sql-literal.ts';

export const DEFAULT_COUNT_TIMEOUT_MS = 10_000;

export interface CountBounds {
  /** Counting is given up beyond it. */
  limit: number;
  steps: WindowSteps;
  clock: SearchClock;
}

/**
 * Counts from the newest window back, each with one query that `select` writes. When the time is over or more than the limit were counted,
 * what was counted so far is the answer, and it says that it is not exact.
 */
export async function countInWindows(
  database: DatabaseSession,
  request: SearchRequest,
  { limit, steps, clock }: CountBounds,
  select: (window: TimeRange) => Sql,
): Promise<Total> {
  let count = 0;
  let left = request.toUs;
  for (const window of searchWindows(request, false, steps)) {
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

import { StoreError } from '@calliope/model';
import type { QueryBounds } from './database-session.ts';

export const DEFAULT_SEARCH_TIMEOUT_MS = 30_000;

/** The time that the several queries of one search have together. */
export interface SearchClock {
  /** Bounds of the next query. Throws {@link StoreError} `query_timeout` when no time is left. */
  bounds(): QueryBounds;
}

export function startSearchClock(timeoutMs = DEFAULT_SEARCH_TIMEOUT_MS): SearchClock {
  const endMs = performance.now() + timeoutMs;
  return {
    bounds() {
      const leftMs = Math.round(endMs - performance.now());
      if (leftMs > 0) return { timeoutMs: leftMs };
      throw new StoreError('query_timeout', 'The search took too long and was given up.', { retryable: true });
    },
  };
}

import { type SearchRequest, StoreError } from '@calliope/model';

/** Last microsecond of the 32-bit second counter, in February 2106; stored times are kept within 0 and this. */
export const MAX_TIMESTAMP_US = 4_294_967_295_999_999;

/** Most items on one page. */
export const MAX_LIMIT = 10_000;

/** Most buckets of one histogram. */
export const MAX_BUCKETS = 1_000;

/** The time that a message is stored under: its own, cut to what fits. */
export function storedTimestampUs(timestampUs: number): number {
  return timestampUs < 0 ? 0 : Math.min(timestampUs, MAX_TIMESTAMP_US);
}

/** The request with its range cut to what can be stored. Throws {@link StoreError} `query_invalid` for what no caller may ask. */
export function checkedRequest<T extends SearchRequest>(request: T): T {
  if (!Number.isSafeInteger(request.fromUs) || !Number.isSafeInteger(request.toUs)) {
    throw invalid('The range of time must be whole microseconds.');
  }
  checkedLimit(request.limit);
  return {
    ...request,
    fromUs: Math.max(0, request.fromUs),
    toUs: Math.min(MAX_TIMESTAMP_US + 1, request.toUs),
  };
}

export function checkedLimit(limit: number): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw invalid(`The limit must be a whole number from 1 to ${MAX_LIMIT}.`);
  }
  return limit;
}

/** Throws {@link StoreError} `query_invalid` when the buckets are no whole microseconds or would be too many. Buckets start at multiples of their length. */
export function checkBuckets(request: SearchRequest, bucketUs: number): void {
  if (!Number.isSafeInteger(bucketUs) || bucketUs < 1)
    throw invalid('A bucket must be a whole number of microseconds.');
  const buckets = Math.ceil((request.toUs - request.fromUs) / bucketUs);
  if (buckets > MAX_BUCKETS) throw invalid(`At most ${MAX_BUCKETS} buckets: choose longer ones.`);
}

function invalid(message: string): StoreError {
  return new StoreError('query_invalid', message, { retryable: false });
}

/**
 * How far from its beginning, and from where a caller says it is `near`, the messages of a call are looked for when not all of stored time is.
 * Calls longer than this are shown as they stood then.
 */
export const CALL_SPAN_US = 86_400_000_000;

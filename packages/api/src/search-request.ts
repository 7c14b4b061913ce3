import { END_OF_TIME_US, type SearchRequest, type TimeRange } from '@calliope/model';
import { compileQuery, parseTime } from '@calliope/query';
import type { ApiContext } from './api-context.ts';
import { ApiError, type ApiErrorCode } from './api-error.ts';

export type SearchOf = 'messages' | 'calls';

/** The parameters of a search as they came; see `schemas/search-schemas.ts`. An empty one is as an absent one. */
export interface SearchInput {
  q?: string;
  from?: string;
  to?: string;
  tz?: string;
  limit?: number;
  cursor?: string;
  order?: 'desc' | 'asc';
}

export interface PlannedSearch {
  request: SearchRequest;
  /** False when the range holds no time at all, so that there is nothing to ask the store. */
  hasRange: boolean;
  /** True when no start was given, neither as a parameter nor in the expression: all that is stored. */
  openStart: boolean;
  /** True when no end was given: also what a sender with a fast clock dates after now. */
  openEnd: boolean;
  /** Wraps a store's cursor for the answer. */
  wrapCursor(cursor: string): string;
}

const DEFAULT_LIMIT = 100;

/**
 * Makes a store's request of the parameters. The range is what `from` and `to` and the expression's own times have in common.
 * @throws ApiError `query_syntax`, `query_type`, `query_unknown_field`, `invalid_parameter`, `cursor_invalid`
 */
export function planSearch(input: SearchInput, of: SearchOf, context: ApiContext): PlannedSearch {
  const page = input.cursor ? unwrapCursor(input.cursor) : undefined;
  // A page goes on at the clock of the first one: `now-1h` must not move between pages.
  const nowUs = page?.nowUs ?? context.clock.nowUs();
  const timeZone = checkTimeZone(input.tz || 'UTC');
  const compiled = compileQuery(input.q ?? '', {
    of,
    nowUs,
    timeZone,
    ...(context.countryCode === undefined ? {} : { countryCode: context.countryCode }),
  });
  if (!compiled.ok) {
    const { code, message, position, length, expected } = compiled.error;
    throw new ApiError(code as ApiErrorCode, message, { position, length, expected: [...expected] });
  }
  const time = (name: 'from' | 'to') => {
    const text = input[name];
    return text ? readTime(name, text, nowUs, timeZone) : undefined;
  };
  const given = { fromUs: time('from'), toUs: time('to') };
  if (given.fromUs !== undefined && given.toUs !== undefined && given.fromUs > given.toUs) {
    throw new ApiError('invalid_parameter', '"from" is after "to".');
  }
  const own = compiled.range;
  const end = least(given.toUs, own?.toUs);
  const start = greatest(given.fromUs, own?.fromUs);
  const toUs = end ?? END_OF_TIME_US;
  const fromUs = start ?? 0;
  return {
    request: {
      fromUs,
      toUs: Math.max(fromUs, toUs),
      filter: compiled.filter,
      limit: input.limit ?? DEFAULT_LIMIT,
      timeoutMs: context.limits.queryTimeoutMs,
      ascending: input.order === 'asc',
      ...(page ? { cursor: page.cursor } : {}),
    },
    hasRange: fromUs < toUs,
    openStart: start === undefined,
    openEnd: end === undefined,
    wrapCursor: (cursor) => `${nowUs.toString(36)}.${cursor}`,
  };
}

/** The range to look for Call-IDs in; undefined, when neither end is given, for all of stored time. @throws ApiError `invalid_parameter` */
export function nearRange(
  input: { from?: string; to?: string; tz?: string },
  context: ApiContext,
): TimeRange | undefined {
  const timeZone = checkTimeZone(input.tz || 'UTC');
  if (!input.from && !input.to) return undefined;
  const nowUs = context.clock.nowUs();
  const range = {
    fromUs: input.from ? readTime('from', input.from, nowUs, timeZone) : 0,
    toUs: input.to ? readTime('to', input.to, nowUs, timeZone) : END_OF_TIME_US,
  };
  if (range.fromUs > range.toUs) throw new ApiError('invalid_parameter', '"from" is after "to".');
  return range;
}

/** @throws ApiError `invalid_parameter` */
function readTime(name: string, text: string, nowUs: number, timeZone: string): number {
  const time = parseTime(text, { nowUs, timeZone });
  if ('error' in time) {
    const reason = typeof time.error === 'string' ? time.error : (time.error as { message: string }).message;
    throw new ApiError('invalid_parameter', `The parameter "${name}" is no time: ${reason}`);
  }
  if (!Number.isSafeInteger(time.us) || time.us < 0 || time.us > END_OF_TIME_US) {
    throw new ApiError('invalid_parameter', `The parameter "${name}" is a time before 1970 or after 2200.`);
  }
  return time.us;
}

/** @throws ApiError `invalid_parameter` */
export function checkTimeZone(timeZone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return timeZone;
  } catch {
    throw new ApiError('invalid_parameter', `There is no time zone ${JSON.stringify(timeZone)}.`);
  }
}

/** The store's own part of a cursor, and the clock of the first page. @throws ApiError `cursor_invalid` */
export function unwrapCursor(text: string): { nowUs: number; cursor: string } {
  const match = /^([0-9a-z]{1,11})\.(.+)$/s.exec(text);
  const nowUs = match ? Number.parseInt(match[1]!, 36) : Number.NaN;
  if (!match || !Number.isSafeInteger(nowUs)) throw new ApiError('cursor_invalid');
  return { nowUs, cursor: match[2]! };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

function greatest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b);
}

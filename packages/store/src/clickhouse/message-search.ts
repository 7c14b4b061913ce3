import type {
  FacetValue,
  HistogramBucket,
  Message,
  MessageIntegerColumn,
  MessageSummary,
  MessageTextColumn,
  Page,
  SearchRequest,
  TimeRange,
  Total,
} from '@calliope/model';
import { checkFacetColumn, checkFilter } from '../filter-rules.ts';
import { HISTOGRAM_METHODS } from '../histogram-group.ts';
import { type MessagePosition, parseMessageCursor, parseMessageId } from '../message-id.ts';
import { checkBuckets, checkedRequest } from '../search-limits.ts';
import { MESSAGE_ADDRESS, MESSAGE_INTEGER, MESSAGE_TEXT } from './compile-message-filter.ts';
import { countInWindows, DEFAULT_COUNT_TIMEOUT_MS } from './count-in-windows.ts';
import type { DatabaseSession } from './database-session.ts';
import { type FacetKind, readFacet, selectFacet } from './facet-query.ts';
import { readSummary, readWhole, SUMMARY_COLUMNS, WHOLE_COLUMNS } from './message-row.ts';
import { type MessagePlan, planMessages, selectBranches, selectMessages } from './plan-search.ts';
import { RowReader } from './row-reader.ts';
import { startSearchClock } from './search-clock.ts';
import { searchWindows, type WindowSteps } from './search-windows.ts';
import { integerLiteral, listLiteral, type Sql, stringLiteral, timestampLiteral } from './sql-literal.ts';

const HOUR_US = 3_600_000_000;

/** The sort key keeps hours together, so less than one reads no less. */
const SCAN_STEPS: WindowSteps = { firstUs: HOUR_US / 6, growth: 6, longestUs: Number.MAX_SAFE_INTEGER };
const COUNT_STEPS: WindowSteps = { firstUs: HOUR_US, growth: 24, longestUs: Number.MAX_SAFE_INTEGER };
/** What has an index is looked for in a day at once; only beyond that would the many hits of a frequent number cost more than a second look. */
const INDEX_STEPS: WindowSteps = { firstUs: 24 * HOUR_US, growth: 1_000, longestUs: Number.MAX_SAFE_INTEGER };
/** A few Call-IDs have few messages. */
const ONE_STEP: WindowSteps = { firstUs: Number.MAX_SAFE_INTEGER, growth: 1, longestUs: Number.MAX_SAFE_INTEGER };

export interface MessageSearch {
  summaries(request: SearchRequest): Promise<Page<MessageSummary>>;
  whole(request: SearchRequest): Promise<Page<Message>>;
  /** The same for a filter that has few matches and an index. */
  wholeOfFew(request: SearchRequest): Promise<Page<Message>>;
  count(request: SearchRequest): Promise<Total>;
  histogram(request: SearchRequest & { bucketUs: number }): Promise<HistogramBucket[]>;
  facet(request: SearchRequest & { column: string }): Promise<FacetValue[]>;
  /** Time of the first and the last message; undefined when there are none. Read from the parts' headers. */
  bounds(): Promise<{ firstUs: number; lastUs: number } | undefined>;
}

/** Searches over the table of messages. `countLimit`: counting is given up beyond it. */
export function createMessageSearch(database: DatabaseSession, countLimit: number): MessageSearch {
  async function bounds(): Promise<{ firstUs: number; lastUs: number } | undefined> {
    const row = new RowReader(await database.read('SELECT count(), min(ts), max(ts) FROM calliope.messages'));
    if (row.integer() === 0) return undefined;
    return { firstUs: row.integer(), lastUs: row.integer() };
  }

  /** The part of the range that has messages. */
  async function within(range: TimeRange): Promise<TimeRange> {
    const stored = await bounds();
    if (!stored) return { fromUs: 0, toUs: 0 };
    return { fromUs: Math.max(range.fromUs, stored.firstUs), toUs: Math.min(range.toUs, stored.lastUs + 1) };
  }

  async function page<T extends MessageSummary>(
    asked: SearchRequest,
    columns: Sql,
    read: (row: RowReader) => T,
    few = false,
  ): Promise<Page<T>> {
    const request = checkedRequest(asked);
    checkFilter(request.filter, 'messages');
    const ascending = request.ascending ?? false;
    const cursor = request.cursor === undefined ? undefined : parseMessageCursor(request.cursor);
    const plan = planMessages(request.filter);
    const clock = startSearchClock(request.timeoutMs);
    const beyond = cursor ? rangeFrom(cursor, request, ascending) : request;
    const range = few ? beyond : await within(beyond);
    const steps = few ? ONE_STEP : plan.indexed ? INDEX_STEPS : SCAN_STEPS;
    const order = ascending ? 'ORDER BY ts ASC, id ASC' : 'ORDER BY ts DESC, id DESC';
    const items: T[] = [];
    if (plan.branches.length === 0) return { items };
    for (const window of searchWindows(range, ascending, steps)) {
      const wanted = request.limit + 1 - items.length;
      const tail = `${order} LIMIT ${integerLiteral(wanted)}`;
      const selects = selectBranches(plan, window, columns, tail, cursor ? after(cursor, ascending) : '1');
      // Side by side: half of the time of such a query is planning, which uses one processor.
      const left = clock.bounds();
      const results = await Promise.all(selects.map((sql) => database.read(`SELECT * FROM (${sql}) ${order}`, left)));
      items.push(...mergeRows(results, read, ascending).slice(0, wanted));
      if (items.length > request.limit) break;
    }
    if (items.length <= request.limit) return { items };
    items.pop();
    return { items, cursor: items.at(-1)!.id };
  }

  async function planned(asked: SearchRequest): Promise<{ plan: MessagePlan; request: SearchRequest }> {
    const request = checkedRequest(asked);
    checkFilter(request.filter, 'messages');
    return { plan: planMessages(request.filter), request: { ...request, ...(await within(request)) } };
  }

  async function histogram(asked: SearchRequest & { bucketUs: number }): Promise<HistogramBucket[]> {
    checkBuckets(checkedRequest(asked), asked.bucketUs);
    const { plan, request } = await planned(asked);
    if (plan.branches.length === 0 || request.fromUs >= request.toUs) return [];
    const bucket = integerLiteral(asked.bucketUs);
    const source = selectMessages(plan, request, 'ts, method, code', '');
    const sql = `
      SELECT toInt64(intDiv(toUnixTimestamp64Micro(ts), ${bucket}) * ${bucket}) AS start, ${GROUP} AS name, count()
      FROM (${source}) GROUP BY start, name ORDER BY start, name`;
    return readHistogram(await database.read(sql, startSearchClock(request.timeoutMs).bounds()));
  }

  async function facet(asked: SearchRequest & { column: string }): Promise<FacetValue[]> {
    const kind = checkFacetColumn(asked.column, 'messages');
    const { plan, request } = await planned(asked);
    if (plan.branches.length === 0 || request.fromUs >= request.toUs) return [];
    const source = selectMessages(plan, request, `${facetExpression(asked.column, kind)} AS value`, '');
    const sql = selectFacet(kind, `SELECT value FROM (${source})`, request.limit);
    return readFacet(await database.read(sql, startSearchClock(request.timeoutMs).bounds()), kind);
  }

  async function count(asked: SearchRequest): Promise<Total> {
    const { plan, request } = await planned(asked);
    if (plan.branches.length === 0) return { count: 0, exact: true };
    const clock = startSearchClock(asked.timeoutMs ?? DEFAULT_COUNT_TIMEOUT_MS);
    const bounds = { limit: countLimit, steps: plan.indexed ? INDEX_STEPS : COUNT_STEPS, clock };
    return countInWindows(database, request, bounds, (window) => {
      return `SELECT count() FROM (${selectMessages(plan, window, '1', '')})`;
    });
  }

  return {
    summaries: (request) => page(request, SUMMARY_COLUMNS, readSummary),
    whole: (request) => page(request, WHOLE_COLUMNS, readWhole),
    wholeOfFew: (request) => page(request, WHOLE_COLUMNS, readWhole, true),
    count,
    histogram,
    facet,
    bounds,
  };
}

const GROUP: Sql = `multiIf(
  code BETWEEN 100 AND 699, concat(toString(intDiv(code, 100)), 'xx'),
  code = 0 AND method IN ${listLiteral(HISTOGRAM_METHODS, stringLiteral)}, toString(method),
  'other')`;

function facetExpression(column: string, kind: FacetKind): Sql {
  switch (kind) {
    case 'text':
      return `toString(${MESSAGE_TEXT[column as MessageTextColumn]})`;
    case 'integer':
      return `toFloat64(${MESSAGE_INTEGER[column as MessageIntegerColumn]})`;
    case 'address':
      return MESSAGE_ADDRESS[column as keyof typeof MESSAGE_ADDRESS];
  }
}

/** Rows of (bucket's start, group, count), ordered by start. */
export function readHistogram(bytes: Buffer): HistogramBucket[] {
  const buckets: HistogramBucket[] = [];
  const row = new RowReader(bytes);
  while (!row.done) {
    const startUs = row.integer();
    let bucket = buckets.at(-1);
    if (bucket?.startUs !== startUs) {
      bucket = { startUs, counts: {} };
      buckets.push(bucket);
    }
    bucket.counts[row.text()] = row.integer();
  }
  return buckets;
}

/** Rows of several results in one order. */
function mergeRows<T extends MessageSummary>(
  results: readonly Buffer[],
  read: (row: RowReader) => T,
  ascending: boolean,
): T[] {
  const rows: T[] = [];
  for (const bytes of results) for (const row = new RowReader(bytes); !row.done; ) rows.push(read(row));
  if (results.length === 1) return rows;
  const sign = ascending ? 1 : -1;
  return rows.sort((a, b) => sign * (a.timestampUs - b.timestampUs || compareIds(a.id, b.id)));
}

function compareIds(a: string, b: string): number {
  const [x, y] = [parseMessageId(a)!.id, parseMessageId(b)!.id];
  return x < y ? -1 : x > y ? 1 : 0;
}

function rangeFrom(cursor: MessagePosition, range: TimeRange, ascending: boolean): TimeRange {
  return ascending
    ? { fromUs: Math.max(range.fromUs, cursor.timestampUs), toUs: range.toUs }
    : { fromUs: range.fromUs, toUs: Math.min(range.toUs, cursor.timestampUs + 1) };
}

/** Beyond the cursor; the range has cut off all that is on the wrong side in time. */
function after({ timestampUs, id }: MessagePosition, ascending: boolean): Sql {
  return `(ts != ${timestampLiteral(timestampUs)} OR id ${ascending ? '>' : '<'} ${integerLiteral(id)})`;
}

export function messageIdCondition(position: MessagePosition): Sql {
  return `ts = ${timestampLiteral(position.timestampUs)} AND id = ${integerLiteral(position.id)}`;
}

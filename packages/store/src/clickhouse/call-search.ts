import type {
  CallIntegerColumn,
  CallRecord,
  FacetValue,
  HistogramBucket,
  Page,
  SearchRequest,
  TimeRange,
  Total,
} from '@calliope/model';
import { checkFacetColumn, checkFilter } from '../filter-rules.ts';
import { type CallPosition, formatCallCursor, parseCallCursor } from '../message-id.ts';
import { CALL_SPAN_US, checkBuckets, checkedRequest, MAX_TIMESTAMP_US } from '../search-limits.ts';
import { CALL_COLUMNS, readCall, selectCalls } from './call-row.ts';
import { NEVER } from './calls-table.ts';
import {
  CALL_ADDRESSES,
  CALL_FRACTIONS,
  CALL_INTEGERS,
  CALL_SETS,
  CALL_TEXT,
  CALL_TIMES,
  compileCallFilter,
  fragmentCondition,
} from './compile-call-filter.ts';
import { countInWindows, DEFAULT_COUNT_TIMEOUT_MS } from './count-in-windows.ts';
import type { DatabaseSession } from './database-session.ts';
import { type FacetKind, readFacet, selectFacet } from './facet-query.ts';
import { readHistogram } from './message-search.ts';
import { SLOT_US } from './messages-table.ts';
import { FALSE, joinAnd } from './predicate-sql.ts';
import { RowReader } from './row-reader.ts';
import { type SearchClock, startSearchClock } from './search-clock.ts';
import { searchWindows, type WindowSteps } from './search-windows.ts';
import { integerLiteral, listLiteral, type Sql, stringLiteral } from './sql-literal.ts';

const PAGE_STEPS: WindowSteps = { firstUs: SLOT_US / 36, growth: 6, longestUs: Number.MAX_SAFE_INTEGER };
const COUNT_STEPS: WindowSteps = { firstUs: 4 * SLOT_US, growth: 6, longestUs: Number.MAX_SAFE_INTEGER };
const ONE_STEP: WindowSteps = { firstUs: Number.MAX_SAFE_INTEGER, growth: 1, longestUs: Number.MAX_SAFE_INTEGER };

/** With up to so many calls that a filter could be true of, these are looked at one by one, wherever they are. */
const FEW_CALLS = 5_000;
/** Their Call-IDs are part of the queries' text, which this bounds. */
const FEW_CALLS_BYTES = 1 << 20;

/** A search with what was found out before it: where it looks, and at which calls. */
interface Prepared<T extends SearchRequest> {
  request: T & { spanUs: number };
  condition: Sql;
  /** Call-IDs, as a list for IN, among which are those of all matches, when they are few. */
  few: Sql | undefined;
}

export interface CallSearch {
  page(request: SearchRequest): Promise<Page<CallRecord>>;
  count(request: SearchRequest): Promise<Total>;
  histogram(request: SearchRequest & { bucketUs: number }): Promise<HistogramBucket[]>;
  facet(request: SearchRequest & { column: string }): Promise<FacetValue[]>;
  call(callId: string, near: TimeRange | undefined): Promise<CallRecord | undefined>;
}

export interface CallSearchOptions {
  /** Counting is given up beyond it. */
  countLimit: number;
  /**
   * With up to so many fragments stored, all of a call's are merged however far apart they are; with more, those within a day of the searched
   * time. Only calls that last longer look different then.
   */
  unboundedFragments: number;
}

/** Searches over calls, by the time they began. */
export function createCallSearch(database: DatabaseSession, options: CallSearchOptions): CallSearch {
  const { countLimit, unboundedFragments } = options;

  /** The part of the range that has calls, to the slot, and how far around it fragments of its calls are looked for. */
  async function within(range: TimeRange): Promise<TimeRange & { spanUs: number }> {
    const row = new RowReader(await database.read('SELECT count(), min(slot), max(slot) FROM calliope.calls'));
    const fragments = row.integer();
    if (fragments === 0) return { fromUs: 0, toUs: 0, spanUs: 0 };
    const firstUs = row.u32() * 1_000_000;
    const endUs = row.u32() * 1_000_000 + SLOT_US;
    const spanUs = fragments <= unboundedFragments ? Number.POSITIVE_INFINITY : CALL_SPAN_US;
    return { fromUs: Math.max(range.fromUs, firstUs), toUs: Math.min(range.toUs, endUs), spanUs };
  }

  async function prepare<T extends SearchRequest>(asked: T, clock: SearchClock): Promise<Prepared<T>> {
    const checked = checkedRequest(asked);
    checkFilter(checked.filter, 'calls');
    const condition = compileCallFilter(checked.filter, checked).yes;
    const request = { ...checked, ...(await within(checked)) };
    const could = couldMatch(request);
    if (condition === FALSE.yes || could === undefined) return { request, condition, few: undefined };
    const sql = `${could} LIMIT ${integerLiteral(FEW_CALLS + 1)}`;
    const bytes = await database.read(sql, clock.bounds());
    if (bytes.length > FEW_CALLS_BYTES) return { request, condition, few: undefined };
    const row = new RowReader(bytes);
    const callIds: Uint8Array[] = [];
    while (!row.done) callIds.push(row.bytes());
    if (callIds.length === 0) return { request, condition: FALSE.yes, few: undefined };
    return { request, condition, few: callIds.length <= FEW_CALLS ? listLiteral(callIds, stringLiteral) : undefined };
  }

  async function page(asked: SearchRequest): Promise<Page<CallRecord>> {
    const cursor = asked.cursor === undefined ? undefined : parseCallCursor(asked.cursor);
    const clock = startSearchClock(asked.timeoutMs);
    const prepared = await prepare(asked, clock);
    const { request, condition, few } = prepared;
    const ascending = request.ascending ?? false;
    const range = cursor ? rangeFrom(cursor, request, ascending) : request;
    const direction = ascending ? 'ASC' : 'DESC';
    const rows: Array<ReturnType<typeof readCall>> = [];
    if (condition === FALSE.yes) return { items: [] };
    for (const window of searchWindows(range, ascending, few ? ONE_STEP : PAGE_STEPS)) {
      const wanted = integerLiteral(request.limit + 1 - rows.length);
      // First which calls, from their times and what the filter looks at alone; the sets of hosts and names, which make a merged call
      // large, are then read for the page only. 300,000 calls of one window took more than a search may have when merged whole.
      const which = `
        SELECT call_id FROM (${candidates(prepared, window)})
        WHERE ${joinAnd([startsWithin(window), condition, cursor ? after(cursor, ascending) : '1'])}
        ORDER BY start_us ${direction}, call_id ${direction} LIMIT ${wanted}`;
      const sql = `
        SELECT ${CALL_COLUMNS} FROM (${selectCalls(`${slotsAround(window, request.spanUs)} AND call_id IN (${which})`)})
        ORDER BY start_us ${direction}, call_id ${direction}`;
      const row = new RowReader(await database.read(sql, clock.bounds()));
      while (!row.done) rows.push(readCall(row));
      if (rows.length > request.limit) break;
    }
    const items = rows.slice(0, request.limit).map(({ call }) => call);
    if (rows.length <= request.limit) return { items };
    const last = rows[request.limit - 1]!;
    return { items, cursor: formatCallCursor({ startUs: last.startUs, callId: last.call.callId }) };
  }

  async function count(asked: SearchRequest): Promise<Total> {
    const clock = startSearchClock(asked.timeoutMs ?? DEFAULT_COUNT_TIMEOUT_MS);
    const prepared = await prepare(asked, clock);
    const { request, condition, few } = prepared;
    if (condition === FALSE.yes) return { count: 0, exact: true };
    const bounds = { limit: countLimit, steps: few ? ONE_STEP : COUNT_STEPS, clock };
    return countInWindows(database, request, bounds, (window) => {
      return `SELECT count() FROM (${candidates(prepared, window)}) WHERE ${joinAnd([startsWithin(window), condition])}`;
    });
  }

  async function histogram(asked: SearchRequest & { bucketUs: number }): Promise<HistogramBucket[]> {
    checkBuckets(checkedRequest(asked), asked.bucketUs);
    const clock = startSearchClock(asked.timeoutMs);
    const prepared = await prepare(asked, clock);
    const { request, condition } = prepared;
    if (condition === FALSE.yes || request.fromUs >= request.toUs) return [];
    const bucket = integerLiteral(asked.bucketUs);
    const sql = `
      SELECT toInt64(intDiv(start_us, ${bucket}) * ${bucket}) AS start, outcome, count()
      FROM (${candidates(prepared, request)}) WHERE ${joinAnd([startsWithin(request), condition])}
      GROUP BY start, outcome ORDER BY start, outcome`;
    return readHistogram(await database.read(sql, clock.bounds()));
  }

  async function facet(asked: SearchRequest & { column: string }): Promise<FacetValue[]> {
    const kind = checkFacetColumn(asked.column, 'calls');
    const clock = startSearchClock(asked.timeoutMs);
    const prepared = await prepare(asked, clock);
    const { request, condition } = prepared;
    if (condition === FALSE.yes || request.fromUs >= request.toUs) return [];
    const source = `SELECT ${facetExpression(asked.column, kind)} AS value
      FROM (${candidates(prepared, request)}) WHERE ${joinAnd([startsWithin(request), condition])}`;
    const bytes = await database.read(selectFacet(kind, source, request.limit), clock.bounds());
    return readFacet(bytes, kind);
  }

  async function call(callId: string, near: TimeRange | undefined): Promise<CallRecord | undefined> {
    const fragments = joinAnd([near ? slotsAround(near, CALL_SPAN_US) : '1', `call_id = ${stringLiteral(callId)}`]);
    const row = new RowReader(await database.read(`SELECT ${CALL_COLUMNS} FROM (${selectCalls(fragments)})`));
    return row.done ? undefined : readCall(row).call;
  }

  return { page, count, histogram, facet, call };
}

/** Merged calls among which are all matches that began in the window. */
function candidates({ request, few }: Prepared<SearchRequest>, window: TimeRange): Sql {
  const around = slotsAround(window, request.spanUs);
  if (few) return selectCalls(joinAnd([around, `(call_id IN ${few})`]));
  // For a long window the set of its Call-IDs would cost more than it saves.
  if (window.toUs - window.fromUs > SLOT_US) return selectCalls(around);
  const began = `if(invite_us != ${NEVER}, invite_us, first_us)`;
  const inside = [`${began} >= ${integerLiteral(window.fromUs)}`, `${began} < ${integerLiteral(window.toUs)}`];
  return selectCalls(joinAnd([around, haveFragment(joinAnd([slots(window), ...inside]))]));
}

/** Call-IDs with a fragment for each thing that the filter wants to be true of one; undefined when it wants none. */
function couldMatch(request: SearchRequest & { spanUs: number }): Sql | undefined {
  const [first, ...others] = fragmentCondition(request.filter);
  if (first === undefined) return undefined;
  const around = slotsAround(request, request.spanUs);
  const where = joinAnd([around, first, ...others.map((condition) => haveFragment(joinAnd([around, condition])))]);
  return `SELECT DISTINCT call_id FROM calliope.calls WHERE ${where}`;
}

function haveFragment(condition: Sql): Sql {
  return `(call_id IN (SELECT call_id FROM calliope.calls WHERE ${condition}))`;
}

function slots({ fromUs, toUs }: TimeRange): Sql {
  const start = (us: number): Sql =>
    `toDateTime(${integerLiteral((Math.floor(us / SLOT_US) * SLOT_US) / 1_000_000)}, 'UTC')`;
  return `(slot >= ${start(Math.max(0, fromUs))} AND slot <= ${start(Math.max(0, toUs - 1))})`;
}

function slotsAround({ fromUs, toUs }: TimeRange, spanUs: number): Sql {
  if (spanUs === Number.POSITIVE_INFINITY) return '1';
  return slots({ fromUs: fromUs - spanUs, toUs: Math.min(toUs + spanUs, MAX_TIMESTAMP_US + 1) });
}

function startsWithin({ fromUs, toUs }: TimeRange): Sql {
  return `(start_us >= ${integerLiteral(fromUs)} AND start_us < ${integerLiteral(toUs)})`;
}

function rangeFrom(cursor: CallPosition, range: TimeRange, ascending: boolean): TimeRange {
  return ascending
    ? { fromUs: Math.max(range.fromUs, cursor.startUs), toUs: range.toUs }
    : { fromUs: range.fromUs, toUs: Math.min(range.toUs, cursor.startUs + 1) };
}

function after({ startUs, callId }: CallPosition, ascending: boolean): Sql {
  return `(start_us != ${integerLiteral(startUs)} OR call_id ${ascending ? '>' : '<'} ${stringLiteral(callId)})`;
}

function facetExpression(column: string, kind: FacetKind): Sql {
  const set = CALL_SETS[column];
  if (set) return `arrayJoin(${set})`;
  if (kind === 'text') return CALL_TEXT[column as keyof typeof CALL_TEXT];
  if (kind === 'address') return CALL_ADDRESSES[column as keyof typeof CALL_ADDRESSES];
  const integer = column as CallIntegerColumn;
  const fraction = CALL_FRACTIONS[integer];
  if (fraction) return fraction;
  const time = CALL_TIMES[integer];
  return time ? `if(${time} = ${NEVER}, NULL, toFloat64(${time}))` : `toFloat64(${CALL_INTEGERS[integer]})`;
}

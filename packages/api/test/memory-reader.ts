import { completeCallRecord, foldMessage, isCall, type RawCallRecord } from '@calliope/calls';
import {
  type CallRecord,
  type Message,
  type MessageReader,
  type MessageSummary,
  type Observation,
  type Page,
  type SearchRequest,
  StoreError,
} from '@calliope/model';
import { matchFilter } from './match-filter.ts';

export interface MemoryReader extends MessageReader {
  /** Added to what is found from then on. */
  add(messages: Message[]): void;
  /** Somebody else saw a message. */
  observe(id: string, observation: Observation): void;
  /** Thrown by the next call of any method. */
  failNext(error: unknown): void;
  /** Requests that were made, newest last. */
  readonly requests: Partial<SearchRequest>[];
}

/** Reads an array, by the contract of {@link MessageReader}. */
export function createMemoryReader(initial: Message[]): MemoryReader {
  const messages = [...initial];
  const requests: Partial<SearchRequest>[] = [];
  const observations = new Map<string, Observation[]>();
  let failure: unknown;

  const enter = (request: Partial<SearchRequest> = {}) => {
    requests.push(request);
    const error = failure;
    failure = undefined;
    if (error !== undefined) throw error;
  };
  const messagesOf = (callId: string) => messages.filter((message) => message.callId === callId);
  const recordOf = (callId: string): CallRecord | undefined => {
    let raw: RawCallRecord | undefined;
    for (const message of messagesOf(callId)) raw = foldMessage(raw, message);
    return raw && isCall(raw) ? completeCallRecord(raw) : undefined;
  };
  const calls = () =>
    [...new Set(messages.map(({ callId }) => callId))]
      .map(recordOf)
      .filter((record): record is CallRecord => record !== undefined);
  const startOf = (call: CallRecord) => call.inviteUs ?? call.firstUs;

  function find<T extends Message | CallRecord>(request: SearchRequest, rows: T[], timeOf: (row: T) => number): T[] {
    return rows
      .filter((row) => timeOf(row) >= request.fromUs && timeOf(row) < request.toUs)
      .filter((row) => matchFilter(request.filter, row, messagesOf))
      .sort((a, b) => (request.ascending ? timeOf(a) - timeOf(b) : timeOf(b) - timeOf(a)));
  }
  function pageOf<T>(rows: T[], limit: number, cursor: string | undefined): Page<T> {
    if (!(limit >= 1 && limit <= 10_000)) throw new Error(`limit ${limit} is outside of the contract`);
    const at = cursor === undefined ? 0 : Number(/^at:(\d+)$/.exec(cursor)?.[1]);
    if (Number.isNaN(at))
      throw new StoreError('query_invalid', 'The cursor is not of this search.', { retryable: false });
    const end = at + limit;
    return { items: rows.slice(at, end), ...(end < rows.length ? { cursor: `at:${end}` } : {}) };
  }
  const foundMessages = (request: SearchRequest) => find(request, messages, ({ timestampUs }) => timestampUs);
  const foundCalls = (request: SearchRequest) => find(request, calls(), startOf);

  return {
    requests,
    observe: (id, observation) => void observations.set(id, [...(observations.get(id) ?? []), observation]),
    add: (more) => void messages.push(...more),
    failNext: (error) => {
      failure = error;
    },
    async searchMessages(request) {
      enter(request);
      const page = pageOf(foundMessages(request), request.limit, request.cursor);
      return { ...page, items: page.items.map(({ payload: _, ...summary }): MessageSummary => summary) };
    },
    async searchMessagesWhole(request) {
      enter(request);
      return pageOf(foundMessages(request), request.limit, request.cursor);
    },
    async countMessages(request) {
      enter(request);
      return { count: foundMessages(request).length, exact: true };
    },
    async searchCalls(request) {
      enter(request);
      return pageOf(foundCalls(request), request.limit, request.cursor);
    },
    async countCalls(request) {
      enter(request);
      return { count: foundCalls(request).length, exact: true };
    },
    async message(id) {
      enter();
      return messages.find((message) => message.id === id);
    },
    async observations(of) {
      enter();
      return new Map(of.flatMap(({ id }) => (observations.has(id) ? [[id, observations.get(id)!]] : [])));
    },
    async messagesOfCalls(callIds, { near, limit = 10_000, cursor } = {}) {
      enter(near);
      const rows = messages
        .filter(({ callId }) => callIds.includes(callId))
        .filter(({ timestampUs }) => !near || (timestampUs >= near.fromUs && timestampUs < near.toUs))
        .sort((a, b) => a.timestampUs - b.timestampUs);
      return pageOf(rows, limit, cursor);
    },
    async call(callId) {
      enter();
      return recordOf(callId);
    },
    async histogram(request) {
      enter(request);
      if ((request.toUs - request.fromUs) / request.bucketUs > 1000) throw new Error('too many buckets');
      const buckets = new Map<number, Record<string, number>>();
      const rows: [number, string][] =
        request.of === 'calls'
          ? foundCalls(request).map((call) => [startOf(call), call.outcome])
          : foundMessages(request).map(({ timestampUs, method, responseCode }) => [
              timestampUs,
              responseCode ? `${Math.floor(responseCode / 100)}xx` : method,
            ]);
      for (const [timeUs, group] of rows) {
        const startUs = Math.floor(timeUs / request.bucketUs) * request.bucketUs;
        const counts = buckets.get(startUs) ?? {};
        counts[group] = (counts[group] ?? 0) + 1;
        buckets.set(startUs, counts);
      }
      return [...buckets].sort(([a], [b]) => a - b).map(([startUs, counts]) => ({ startUs, counts }));
    },
    async facet(request) {
      enter(request);
      const counts = new Map<string, number>();
      for (const row of request.of === 'calls' ? foundCalls(request) : foundMessages(request)) {
        const value = (row as unknown as Record<string, unknown>)[request.column];
        for (const one of Array.isArray(value) ? value : [value])
          counts.set(String(one), (counts.get(String(one)) ?? 0) + 1);
      }
      return [...counts]
        .map(([value, count]) => ({ value, count }))
        .sort((a, b) => b.count - a.count)
        .slice(0, request.limit);
    },
    async statistics() {
      enter();
      const times = messages.map(({ timestampUs }) => timestampUs).sort((a, b) => a - b);
      return {
        messages: messages.length,
        calls: calls().length,
        bytes: 0,
        oldestUs: times[0] ?? null,
        newestUs: times.at(-1) ?? null,
      };
    },
  };
}

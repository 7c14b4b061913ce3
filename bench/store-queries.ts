import { type Filter, type MessageReader, parseAddress, type SearchRequest } from '@calliope/model';
import { callOf, MESSAGES_PER_CALL } from './store-traffic.ts';

const RUNS = 20;

/** Prints how long the searches that people make take: the middle and the slowest of 20, each with other values. */
export async function measureQueries(
  reader: MessageReader,
  rows: number,
  startUs: number,
  spanUs: number,
): Promise<void> {
  const calls = Math.round(rows / MESSAGES_PER_CALL);
  const day = { fromUs: startUs, toUs: startUs + spanUs + 3_600_000_000 };
  const ask = (filter: Filter, limit = 100): SearchRequest => ({ ...day, filter, limit, timeoutMs: 120_000 });
  const text = (column: string, match: string, value: string): Filter =>
    ({ kind: 'text', column, match, values: [value], ignoreCase: false }) as Filter;
  const anyUser = (suffix: string): Filter => ({
    kind: 'or',
    filters: ['fromUser', 'assertedUser', 'toUser', 'requestUser', 'diversionUser'].map((column) =>
      text(column, 'endsWith', suffix),
    ),
  });
  const all: Filter = { kind: 'and', filters: [] };
  const someCall = (run: number) => callOf(Math.floor((calls * (run + 0.5)) / RUNS));
  const network = (run: number): Filter => ({
    kind: 'address',
    column: 'sourceIp',
    low: parseAddress(`10.${run % 19}.${run}.0`)!.bytes,
    high: parseAddress(`10.${run % 19}.${run}.255`)!.bytes,
  });

  const measure = async (label: string, run: (index: number) => Promise<number>): Promise<void> => {
    const times: number[] = [];
    let found = 0;
    await run(0);
    for (let index = 0; index < RUNS; index++) {
      const before = performance.now();
      found += await run(index);
      times.push(performance.now() - before);
    }
    times.sort((a, b) => a - b);
    const at = (part: number): string => times[Math.min(RUNS - 1, Math.floor(part * RUNS))]!.toFixed(1).padStart(8);
    console.log(`${label.padEnd(52)} p50 ${at(0.5)} ms   p95 ${at(0.95)} ms   found ${(found / RUNS).toFixed(1)}`);
  };
  const search = async (filter: Filter): Promise<number> => (await reader.searchMessages(ask(filter))).items.length;

  await measure(
    'Call-ID, all of time',
    async (run) => (await reader.messagesOfCalls([someCall(run).callId])).items.length,
  );
  await measure('Call-ID as a search, newest first, 24 h', (run) =>
    search(text('callId', 'equals', someCall(run).callId)),
  );
  await measure('7 digits at the end of any user, 24 h, hit', (run) => search(anyUser(someCall(run).toUser.slice(-7))));
  await measure('7 digits at the end of any user, 24 h, miss', (run) => search(anyUser(`${run}x45678`.slice(-7))));
  await measure('7 digits at the end of the called user, 24 h', (run) =>
    search(text('toUser', 'endsWith', someCall(run).toUser.slice(-7))),
  );
  await measure('newest 100', () => search(all));
  await measure('newest 100 of method BYE', () => search(text('method', 'equals', 'BYE')));
  await measure('newest 100 of responses >= 500', () =>
    search({ kind: 'integer', column: 'responseCode', op: '>=', value: 500 }),
  );
  await measure('newest 100 from a network (/24)', (run) => search(network(run)));
  await measure('total of all', async () => (await reader.countMessages(ask(all))).count);
  await measure('total of responses >= 500', async () => {
    return (await reader.countMessages(ask({ kind: 'integer', column: 'responseCode', op: '>=', value: 500 }))).count;
  });
  await measure('histogram of messages by hour', async () => {
    return (await reader.histogram({ ...ask(all), of: 'messages', bucketUs: 3_600_000_000 })).length;
  });
  const searchCalls = async (filter: Filter): Promise<number> => (await reader.searchCalls(ask(filter))).items.length;
  await measure('newest 100 calls', () => searchCalls(all));
  await measure('newest 100 calls with outcome busy', () => searchCalls(text('outcome', 'equals', 'busy')));
  await measure('newest 100 calls with outcome no_answer (none)', () =>
    searchCalls(text('outcome', 'equals', 'no_answer')),
  );
  await measure('calls by 7 digits of the called user', (run) =>
    searchCalls(text('toUser', 'endsWith', someCall(run).toUser.slice(-7))),
  );
  await measure('total of calls', async () => (await reader.countCalls(ask(all))).count);
  await measure('histogram of calls by hour', async () => {
    return (await reader.histogram({ ...ask(all), of: 'calls', bucketUs: 3_600_000_000 })).length;
  });
  await measure('text in the payload, one hour', async (run) => {
    const fromUs = startUs + (run % 24) * 3_600_000_000;
    const filter = text('payload', 'contains', someCall(run).branch);
    return (await reader.searchMessages({ ...ask(filter), fromUs, toUs: fromUs + 3_600_000_000 })).items.length;
  });
}

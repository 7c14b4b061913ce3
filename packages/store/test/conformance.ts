import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type CallRecord,
  type Filter,
  MATCH_ALL,
  type Message,
  type MessageReader,
  type MessageSummary,
  type Page,
  type SearchRequest,
  StoreError,
} from '@calliope/model';
import { createMemoryStore } from '@calliope/store';
import fc from 'fast-check';
import { callFilters, messageFilters } from './generated-filters.ts';
import {
  type Append,
  type AppendCopy,
  appendCopyTo,
  appendTo,
  BASE_US,
  END_US,
  type GeneratedMessage,
  generateMessages,
  plainMessage,
} from './generated-messages.ts';

/** A store under test. */
export interface TestedStore {
  append: Append;
  appendCopy: AppendCopy;
  /** Everything appended can be read. Called after every few messages, so that they arrive in several batches. */
  settle(): Promise<void>;
  reader: MessageReader;
  stop(): Promise<void>;
}

const RUNS = Number(process.env.CALLIOPE_PROPERTY_RUNS ?? 30);
const HOUR_US = 3_600_000_000;
const ALL: SearchRequest = { fromUs: 0, toUs: END_US + HOUR_US, filter: MATCH_ALL, limit: 10_000 };

const withoutId = ({
  id: _,
  ...rest
}: MessageSummary | Message): Omit<Message, 'id' | 'payload'> & { payload?: Uint8Array } => rest;

async function readAll<T>(request: SearchRequest, search: (request: SearchRequest) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await search({ ...request, ...(cursor === undefined ? {} : { cursor }) });
    assert.ok(page.items.length <= request.limit);
    assert.ok(page.cursor === undefined || page.items.length === request.limit, 'a page with more after it is full');
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}

const OBSERVERS = ['edge-a', 'edge-b', "o'bs", ''] as const;

/** Who else saw the message at `index`: nobody, one or two. */
function copiesOf(message: GeneratedMessage, index: number): { copy: GeneratedMessage; sender: string }[] {
  return [index % 3 === 0, index % 7 === 0].flatMap((isSeen, which) => {
    if (!isSeen) return [];
    const node = Buffer.from(OBSERVERS[(index + which) % OBSERVERS.length]!);
    const copy = { ...message, node, captureId: 0, timestampUs: message.timestampUs + 1 + 1000 * which };
    return [{ copy, sender: which === 0 ? '192.0.2.77' : '2001:db8::77' }];
  });
}

/** What every store must do, on a store that `create` gives, empty. The answers are those of the reference in memory. */
export function testStore(name: string, create: () => Promise<TestedStore>): void {
  describe(`${name} as a store of messages`, () => {
    const messages = generateMessages(20_260_203, 360);
    const reference = createMemoryStore();
    let store: TestedStore;

    before(async () => {
      store = await create();
      for (const [index, message] of messages.entries()) {
        appendTo(store.append, message);
        appendTo(reference.sink.append, message);
        for (const { copy, sender } of copiesOf(message, index)) {
          appendCopyTo(store.appendCopy, copy, message.timestampUs, sender);
          appendCopyTo(reference.sink.appendCopy!, copy, message.timestampUs, sender);
        }
        if (index % 50 === 49) await store.settle();
      }
      await store.settle();
    });
    after(() => store?.stop());

    const compareMessages = async (request: SearchRequest): Promise<void> => {
      const found = await readAll(request, store.reader.searchMessages);
      const expected = await readAll(request, reference.reader.searchMessages);
      assert.deepEqual(found.map(withoutId), expected.map(withoutId));
      assert.deepEqual(await store.reader.countMessages(request), { count: expected.length, exact: true });
    };
    const compareCalls = async (request: SearchRequest): Promise<void> => {
      const found: CallRecord[] = await readAll(request, store.reader.searchCalls);
      assert.deepEqual(found, await readAll(request, reference.reader.searchCalls));
      assert.deepEqual(await store.reader.countCalls(request), { count: found.length, exact: true });
    };
    const range = fc
      .tuple(
        fc.constantFrom(0, BASE_US, BASE_US + HOUR_US, BASE_US + 6 * HOUR_US),
        fc.constantFrom(1, HOUR_US, 8 * HOUR_US, 100 * HOUR_US),
      )
      .map(([fromUs, lengthUs]) => ({ fromUs, toUs: fromUs + (fromUs === 0 ? END_US : lengthUs) }));
    const requests = (filters: fc.Arbitrary<Filter>): fc.Arbitrary<SearchRequest> =>
      fc
        .record({ filter: filters, range, limit: fc.constantFrom(25, 200, 1_000, 10_000), ascending: fc.boolean() })
        .map(({ range: of, ...rest }) => ({ ...of, ...rest }));

    test('gives back whole messages as they were, payloads byte by byte', async () => {
      const found = await readAll(ALL, store.reader.searchMessagesWhole);
      const expected = await readAll(ALL, reference.reader.searchMessagesWhole);
      assert.equal(found.length, messages.length);
      assert.deepEqual(found.map(withoutId), expected.map(withoutId));
    });

    test('finds one message by its id, and nothing by another', async () => {
      const [first] = (await store.reader.searchMessages({ ...ALL, limit: 1 })).items;
      const found = await store.reader.message(first!.id);
      const { payload: _, ...summary } = found!;
      assert.deepEqual(summary, first);
      assert.match(first!.id, /^[0-9a-zA-Z._~-]+$/);
      for (const id of ['', 'x', `${first!.id}0`, '1-1', "'-'", 'zzzzzzzzzzz-zzzzzzzzzzzzz'])
        assert.equal(await store.reader.message(id), undefined);
      const ids = (await store.reader.searchMessages(ALL)).items.map(({ id }) => id);
      assert.equal(new Set(ids).size, messages.length);
    });

    test('answers every filter over messages as the reference does, in pages, with the true total', async () => {
      await fc.assert(fc.asyncProperty(requests(messageFilters), compareMessages), { numRuns: RUNS });
    });

    test('answers every filter over calls as the reference does, in pages, with the true total', async () => {
      await fc.assert(fc.asyncProperty(requests(callFilters), compareCalls), { numRuns: Math.ceil(RUNS / 2) });
    });

    test('counts by time and group as the reference does', async () => {
      for (const subject of ['messages', 'calls'] as const) {
        for (const bucketUs of [HOUR_US, 7_777_777_777]) {
          const request = { ...ALL, fromUs: BASE_US, of: subject, bucketUs };
          assert.deepEqual(await store.reader.histogram(request), await reference.reader.histogram(request));
        }
      }
    });

    test('counts values as the reference does', async () => {
      const columns = {
        messages: [
          'method',
          'fromUser',
          'requestUser',
          'transport',
          'userAgent',
          'sourceIp',
          'responseCode',
          'timestampUs',
          'size',
        ],
        calls: [
          'outcome',
          'toUser',
          'hosts',
          'methods',
          'nodes',
          'sourceIp',
          'responseCode',
          'pddMs',
          'durationMs',
          'inviteUs',
        ],
      } as const;
      for (const subject of ['messages', 'calls'] as const) {
        for (const column of columns[subject]) {
          const request = { ...ALL, limit: 12, of: subject, column };
          assert.deepEqual(
            await store.reader.facet(request),
            await reference.reader.facet(request),
            `${subject} ${column}`,
          );
        }
      }
    });

    test('gives all messages of calls, oldest first, and what other protocols say of them', async () => {
      const callIds = ["quo'te\\", '😀@example', 'call-3@10.0.0.0', 'call-4@10.0.0.1', 'nobody'];
      for (const options of [
        {},
        { limit: 5 },
        { near: { fromUs: BASE_US + 79 * HOUR_US, toUs: BASE_US + 80 * HOUR_US } },
      ]) {
        const read = (reader: MessageReader) =>
          readAll({ ...ALL, limit: 10_000, ...options }, ({ cursor }) =>
            reader.messagesOfCalls(callIds, { ...options, ...(cursor === undefined ? {} : { cursor }) }),
          );
        const found = await read(store.reader);
        assert.ok(found.length > 0);
        assert.deepEqual(found.map(withoutId), (await read(reference.reader)).map(withoutId));
      }
      assert.deepEqual(await store.reader.messagesOfCalls([]), { items: [] });
    });

    test('knows who else saw a message, and nothing of what nobody else saw', async () => {
      const found = await readAll(ALL, store.reader.searchMessages);
      const expected = await readAll(ALL, reference.reader.searchMessages);
      const byStore = await store.reader.observations(found);
      const byReference = await reference.reader.observations(expected);
      assert.deepEqual(
        found.map(({ id }) => byStore.get(id)),
        expected.map(({ id }) => byReference.get(id)),
      );
      assert.ok(byStore.size > messages.length / 4 && byStore.size < messages.length);
      assert.deepEqual(await store.reader.observations([]), new Map());
    });

    test('takes in copies also when no message comes with them, or before it', async () => {
      const texts = { CALL_ID: Buffer.from('seen@elsewhere'), METHOD: Buffer.from('INVITE') };
      const message = plainMessage({ timestampUs: BASE_US + 5, texts });
      const copy = { ...message, node: Buffer.from('elsewhere'), timestampUs: BASE_US - 700 };
      appendCopyTo(reference.sink.appendCopy!, copy, message.timestampUs, '192.0.2.7');
      appendTo(reference.sink.append, message);
      appendCopyTo(store.appendCopy, copy, message.timestampUs, '192.0.2.7');
      await store.settle();
      assert.equal(await store.reader.call('seen@elsewhere'), undefined);
      appendTo(store.append, message);
      await store.settle();
      const { items } = await store.reader.messagesOfCalls(['seen@elsewhere']);
      assert.deepEqual(
        [...(await store.reader.observations(items)).values()],
        [[{ node: 'elsewhere', senderIp: '192.0.2.7', timestampUs: BASE_US - 700 }]],
      );
      assert.deepEqual((await store.reader.call('seen@elsewhere'))!.nodes, ['elsewhere', 'receiver']);
    });

    test('gives a call by its Call-ID', async () => {
      for (const callId of ["quo'te\\", 'call-3@10.0.0.0', 'nobody', '']) {
        assert.deepEqual(await store.reader.call(callId), await reference.reader.call(callId));
      }
    });

    test('says what is stored', async () => {
      const [found, expected] = [await store.reader.statistics(), await reference.reader.statistics()];
      assert.deepEqual({ ...found, bytes: 0 }, { ...expected, bytes: 0 });
      assert.ok(found.bytes > 0);
    });

    test('refuses what nobody may ask', async () => {
      const filter = (change: object): Filter =>
        ({ kind: 'text', column: 'method', match: 'equals', values: ['x'], ignoreCase: false, ...change }) as Filter;
      const bad: Array<() => Promise<unknown>> = [
        () => store.reader.searchMessages({ ...ALL, limit: 0 }),
        () => store.reader.searchMessages({ ...ALL, limit: 10_001 }),
        () => store.reader.searchMessages({ ...ALL, cursor: 'no cursor' }),
        () => store.reader.searchCalls({ ...ALL, cursor: '?' }),
        () => store.reader.searchMessages({ ...ALL, filter: filter({ column: 'outcome' }) }),
        () => store.reader.searchCalls({ ...ALL, filter: filter({ column: 'payload' }) }),
        () => store.reader.searchMessages({ ...ALL, filter: filter({ match: 'contains', values: [] }) }),
        () => store.reader.searchMessages({ ...ALL, filter: filter({ match: 'matches', values: ['('] }) }),
        () => store.reader.searchMessages({ ...ALL, filter: { kind: 'hasMessage', filter: MATCH_ALL } }),
        () => store.reader.histogram({ ...ALL, of: 'messages', bucketUs: 1 }),
        () => store.reader.facet({ ...ALL, of: 'messages', column: 'payload' }),
        () => store.reader.facet({ ...ALL, of: 'calls', column: 'slot' }),
      ];
      for (const ask of bad)
        await assert.rejects(
          ask,
          (error) => error instanceof StoreError && error.code === 'query_invalid' && !error.retryable,
        );
    });

    test('shows nothing twice and skips nothing when newer messages arrive between pages', async () => {
      const before = await readAll(ALL, store.reader.searchMessages);
      const first = await store.reader.searchMessages({ ...ALL, limit: 100 });
      for (const offset of [1, 2]) {
        const late = plainMessage({
          timestampUs: END_US + offset,
          texts: { CALL_ID: Buffer.from('late'), METHOD: Buffer.from('INFO') },
        });
        appendTo(store.append, late);
        appendTo(reference.sink.append, late);
      }
      await store.settle();
      const rest = await readAll({ ...ALL, limit: 100 }, (request) =>
        store.reader.searchMessages({ ...request, cursor: request.cursor ?? first.cursor! }),
      );
      assert.deepEqual(
        [...first.items, ...rest].map(({ id }) => id),
        before.map(({ id }) => id),
      );
      const [newest] = (await store.reader.searchMessages({ ...ALL, limit: 1 })).items;
      assert.equal(newest!.timestampUs, END_US + 2);
    });

    test('keeps times that do not fit at the ends of what fits', async () => {
      for (const timestampUs of [-5, Number.MAX_SAFE_INTEGER]) {
        const message = plainMessage({
          timestampUs,
          texts: { CALL_ID: Buffer.from('far'), METHOD: Buffer.from('OPTIONS') },
        });
        appendTo(store.append, message);
        appendTo(reference.sink.append, message);
      }
      await store.settle();
      const { items } = await store.reader.messagesOfCalls(['far']);
      assert.deepEqual(
        items.map(({ timestampUs }) => timestampUs),
        [0, 4_294_967_295_999_999],
      );
      await compareMessages({ ...ALL, limit: 10_000, toUs: Number.MAX_SAFE_INTEGER });
    });
  });
}

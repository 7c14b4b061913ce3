import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import {
  type BatchInserter,
  type InsertedRows,
  type InsertRowsOptions,
  type Message,
  type SpoolBatch,
  type SpoolGroup,
  StoreError,
} from '@calliope/model';
import { createSpoolDrainer, type SpoolDrainer } from '../src/index.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'calliope-spool-rows-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const corrupt = (): StoreError => new StoreError('batch_corrupt', 'a constraint is violated', { retryable: false });
const doubtful = (): StoreError => new StoreError('internal', 'nobody knows', { retryable: true });
const memory = (): StoreError => new StoreError('query_memory', 'too large', { retryable: true });

function writeBatch(id: string, messages = 5, bytes = 100): SpoolBatch {
  const path = join(directory, `${id}.${messages}.batch`);
  writeFileSync(path, 'x'.repeat(bytes));
  return { id, path, messages, bytes };
}

interface PretendDatabase extends BatchInserter {
  /** What was asked, in order: `a`, `[a b]` for a group, `a:rows`, and `a:rows!` when the world is well. */
  asked: string[];
  /** Which tokens are in, with the batches that each brought. */
  tokens: Map<string, string[]>;
  /** How often each batch is in: more than once is a fault. */
  stored(): Record<string, number>;
}

interface Behaviour {
  fails?: (batches: readonly SpoolBatch[]) => Error | undefined;
  rows?: (batch: SpoolBatch, options: InsertRowsOptions) => Promise<InsertedRows>;
}

/** As the database does it: the same token again adds nothing, another with the same batch doubles it. */
function pretendDatabase({ fails = () => undefined, rows }: Behaviour): PretendDatabase {
  const asked: string[] = [];
  const tokens = new Map<string, string[]>();
  async function insertGroup({ id, batches }: SpoolGroup): Promise<void> {
    asked.push(batches.length > 1 ? `[${batches.map((batch) => batch.id).join(' ')}]` : batches[0]!.id);
    await new Promise((resolve) => setImmediate(resolve));
    const error = fails(batches);
    if (error) throw error;
    const ids = batches.map((batch) => batch.id);
    tokens.set(id, ids);
  }
  return {
    asked,
    tokens,
    stored() {
      const times: Record<string, number> = {};
      for (const ids of tokens.values()) for (const id of ids) times[id] = (times[id] ?? 0) + 1;
      return times;
    },
    insert: (batch) => insertGroup({ id: batch.id, batches: [batch] }),
    insertGroup,
    async insertRows(batch, options) {
      asked.push(`${batch.id}:rows${options.isWorldWell ? '!' : ''}`);
      await new Promise((resolve) => setImmediate(resolve));
      if (rows) return rows(batch, options);
      tokens.set(batch.id, [batch.id]);
      return { stored: batch.messages, rejected: 0 };
    },
  };
}

function drainer(inserter: BatchInserter, limitBytes = 1e9): SpoolDrainer {
  return createSpoolDrainer({
    ...{ directory, inserter, limitBytes, policy: 'drop-oldest' },
    ...{ retryAfterMs: 1, retryAtMostMs: 2 },
  });
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let round = 0; !condition(); round++) {
    if (round > 2000) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const message: Message = {
  id: 'x-1',
  timestampUs: 1_770_000_000_123_456,
  node: 'edge-1',
  payloadType: 1,
  transport: 'udp',
  ipVersion: 4,
  sourceIp: '192.0.2.1',
  sourcePort: 5060,
  destinationIp: '192.0.2.2',
  destinationPort: 5061,
  callId: 'bad@example',
  method: 'INVITE',
  responseCode: 0,
  reasonPhrase: '',
  cseq: 1,
  fromUser: 'alice',
  fromHost: 'example.net',
  fromTag: '1',
  toUser: 'bob',
  toHost: 'example.net',
  toTag: '',
  requestUser: 'bob',
  requestHost: 'example.net',
  assertedUser: '',
  diversionUser: '',
  userAgent: '',
  correlationId: '',
  defects: [],
  size: 9,
  payload: Buffer.from('INVITE é!'),
};

test('a batch that was tried alone before a crash is not repeated together with others', async () => {
  const database = pretendDatabase({});
  {
    // The insert passed, but the server was killed before the batch was removed.
    const killed = pretendDatabase({});
    const spool = drainer({
      ...killed,
      insert: async (batch) => {
        await killed.insert(batch);
        await new Promise(() => {});
      },
    });
    await spool.start();
    spool.add(writeBatch('a'));
    await until(() => killed.tokens.has('a'), 'the insert');
    for (const [token, ids] of killed.tokens) database.tokens.set(token, ids);
  }
  for (const id of ['b', 'c']) writeBatch(id);
  const next = drainer(database);
  await next.start();
  await next.idle();
  await next.stop();
  assert.deepEqual(database.asked, ['a', '[b c]']);
  assert.deepEqual(database.stored(), { a: 1, b: 1, c: 1 });
  assert.deepEqual(readdirSync(directory), []);
});

test('a row that is refused is set aside in a form that can be read, and its batch and group are stored', async () => {
  const database = pretendDatabase({
    fails: (batches) => (batches.some(({ id }) => id === 'b') ? corrupt() : undefined),
    rows: async (batch, { onRejected }) => {
      database.tokens.set(batch.id, [batch.id]);
      if (batch.id !== 'b') return { stored: batch.messages, rejected: 0 };
      onRejected({ row: 3, reason: 'a constraint is violated', message });
      onRejected({ row: 4, reason: 'damaged', message: undefined });
      const payload = new Uint8Array([0xff, 0xfe]);
      onRejected({ row: 5, reason: 'no text', message: { ...message, payload } });
      return { stored: 4, rejected: 3 };
    },
  });
  const spool = drainer(database);
  await spool.start();
  const outcomes: string[] = [];
  // The first goes in alone, and the others wait for it.
  for (const id of ['first', 'a', 'b', 'c']) {
    spool.add(writeBatch(id, 7), (outcome, rejected) => outcomes.push(`${id} ${outcome} ${rejected}`));
  }
  await spool.idle();
  await spool.stop();
  assert.deepEqual(database.asked, ['first', '[a b c]', 'a:rows', 'b:rows', 'c:rows']);
  assert.deepEqual(outcomes, ['first stored 0', 'a stored 0', 'b stored 3', 'c stored 0']);
  const { insertedMessages, rejectedMessages, rejectedBatches, lastError } = spool.report();
  assert.deepEqual([insertedMessages, rejectedMessages, rejectedBatches, lastError], [25, 3, 1, undefined]);
  assert.deepEqual(readdirSync(directory), ['rejected']);
  const [first, second, third, ...more] = readFileSync(join(directory, 'rejected', 'b.rows.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(more, []);
  assert.match(first.time, /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(
    [first.reason, first.row, first.capturedAt, first.sourceIp, first.destinationPort, first.text],
    ['a constraint is violated', 3, '2026-02-02T02:40:00.123Z', '192.0.2.1', 5061, 'INVITE é!'],
  );
  assert.deepEqual([second.row, second.reason, second.callId], [4, 'damaged', undefined]);
  assert.equal(third.payloadBase64, '//4=');
});

test('a batch that somebody took away keeps nobody up', async () => {
  const database = pretendDatabase({
    fails: (batches) => (batches.some(({ id }) => id === 'gone') ? corrupt() : undefined),
    rows: async (batch) => {
      throw batch.id === 'gone' ? corrupt() : new Error('not this one');
    },
  });
  const spool = drainer(database);
  await spool.start();
  const outcomes: string[] = [];
  for (const id of ['gone', 'good']) {
    const batch = writeBatch(id);
    if (id === 'gone') rmSync(batch.path);
    spool.add(batch, (outcome) => outcomes.push(`${id} ${outcome}`));
  }
  await spool.idle();
  await spool.stop();
  assert.deepEqual(outcomes, ['gone rejected', 'good stored']);
  assert.equal(spool.report().spool.bytes, 0);
});

test('of very many refused rows the first are kept, and how many more there were', async () => {
  const database = pretendDatabase({
    fails: () => corrupt(),
    rows: async (batch, { onRejected }) => {
      for (let row = 0; row < batch.messages; row++) onRejected({ row, reason: 'bad', message });
      return { stored: 0, rejected: batch.messages };
    },
  });
  const spool = drainer(database);
  await spool.start();
  spool.add(writeBatch('many', 5000));
  await spool.idle();
  await spool.stop();
  const lines = readFileSync(join(directory, 'rejected', 'many.rows.jsonl'), 'utf8')
    .trim()
    .split('\n');
  assert.equal(lines.length, 1001);
  assert.deepEqual(JSON.parse(lines.at(-1)!), { batch: 'many', furtherRows: 4000 });
  assert.equal(spool.report().rejectedMessages, 5000);
});

test('a group that was being taken apart at a crash goes in row by row, all of it', async () => {
  for (const id of ['a', 'c']) writeBatch(id);
  writeFileSync(join(directory, 'b.5.rows'), 'x');
  writeFileSync(join(directory, 'g.dissolved'), JSON.stringify(['a.5.batch', 'b.5.batch', 'c.5.batch']));
  writeBatch('d');
  const database = pretendDatabase({});
  const spool = drainer(database);
  await spool.start();
  await spool.idle();
  await spool.stop();
  assert.deepEqual(database.asked.sort(), ['a:rows', 'b:rows', 'c:rows', 'd']);
  assert.deepEqual(database.stored(), { a: 1, b: 1, c: 1, d: 1 });
  assert.deepEqual(readdirSync(directory), []);
});

test('an error that nobody knows is a batch’s own when others go in, and is then looked for in its rows', async () => {
  const database = pretendDatabase({
    fails: (batches) => (batches.some(({ id }) => id === 'odd') ? doubtful() : undefined),
  });
  const spool = drainer(database);
  await spool.start();
  spool.add(writeBatch('odd'));
  await until(() => spool.report().lastError !== undefined, 'the error');
  spool.add(writeBatch('good'));
  await spool.idle();
  await spool.stop();
  assert.deepEqual([...new Set(database.asked)], ['odd', 'good', 'odd:rows!']);
  assert.deepEqual(database.stored(), { odd: 1, good: 1 });
});

test('an error that nobody knows and that all batches have is the world’s: nothing is set aside, all wait', async () => {
  let isBroken = true;
  const database = pretendDatabase({ fails: () => (isBroken ? doubtful() : undefined) });
  const spool = drainer(database);
  await spool.start();
  spool.add(writeBatch('a'));
  await until(() => database.asked.length > 0, 'the first try');
  for (const id of ['b', 'c']) spool.add(writeBatch(id));
  await until(() => database.asked.length > 100, 'many tries');
  assert.equal(spool.report().spool.batches, 3);
  assert.ok(!database.asked.some((ask) => ask.includes('rows')));
  isBroken = false;
  await spool.idle();
  await spool.stop();
  assert.deepEqual(database.stored(), { a: 1, b: 1, c: 1 });
  assert.deepEqual(readdirSync(directory), []);
});

test('a load that needs too much memory again and again is made smaller', async () => {
  const database = pretendDatabase({ fails: (batches) => (batches.length > 1 ? memory() : undefined) });
  for (const id of ['a', 'b']) writeBatch(id);
  const spool = drainer(database);
  await spool.start();
  await spool.idle();
  await spool.stop();
  assert.deepEqual(database.asked, ['[a b]', '[a b]', '[a b]', 'a:rows', 'b:rows']);
});

test('large batches make it nearly full earlier, so that there is room for those on their way', async () => {
  const spool = drainer(pretendDatabase({ fails: () => doubtful() }), 1000);
  await spool.start();
  spool.add(writeBatch('small', 1, 10));
  assert.equal(spool.isNearlyFull, false);
  for (const id of ['a', 'b', 'c']) spool.add(writeBatch(id, 1, 200));
  assert.equal(spool.isNearlyFull, true);
  await spool.stop();
});

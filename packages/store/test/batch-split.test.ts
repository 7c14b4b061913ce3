import assert from 'node:assert/strict';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type BatchInserter,
  type CallRecord,
  MATCH_ALL,
  type MessageReader,
  type RejectedRow,
  type SpoolBatch,
  StoreError,
} from '@calliope/model';
import { createBatchWriter } from '@calliope/store';
import { SECTIONS } from '../src/clickhouse/batch-format.ts';
import { createBatchInserter } from '../src/clickhouse/batch-inserter.ts';
import { createEngine, type Engine } from '../src/clickhouse/engine.ts';
import { createMessageReader } from '../src/clickhouse/message-reader.ts';
import { migrateSchema } from '../src/clickhouse/schema.ts';
import { appendTo, BASE_US, plainMessage } from './generated-messages.ts';
import { temporaryDirectory } from './spooled-store.ts';

const SLOT_US = 6 * 3_600_000_000;
const EVERYTHING = { fromUs: 0, toUs: BASE_US + 100 * SLOT_US, filter: MATCH_ALL, limit: 10_000 };

const directory = temporaryDirectory();
let engine: Engine;
let inserter: BatchInserter;
let reader: MessageReader;
before(async () => {
  engine = await createEngine({ directory: join(directory, 'engine'), memoryBytes: 1 << 29, prepare: migrateSchema });
  inserter = createBatchInserter(engine);
  reader = createMessageReader(engine);
});
after(async () => {
  await engine.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  await execute('ALTER TABLE calliope.messages DROP CONSTRAINT IF EXISTS refusal');
  await execute('ALTER TABLE calliope.messages DROP INDEX IF EXISTS refusal');
  for (const table of ['messages', 'calls']) await execute(`TRUNCATE TABLE calliope.${table}`);
});

async function execute(sql: string): Promise<void> {
  await persistently(() => engine.execute(sql));
}

/** Again and again while the database says that trying again may help. */
async function persistently<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'unavailable') || attempt > 100) throw error;
      await delay(100);
    }
  }
}

/** A batch of INVITEs, each with its own Call-ID, spread over some partitions; those whose number is in `bad` have a Call-ID that begins with "bad". */
function writeBatch(count: number, bad: readonly number[] = [], slots = 1): SpoolBatch {
  const batches: SpoolBatch[] = [];
  const spool = join(directory, 'spool');
  const writer = createBatchWriter({ directory: spool, nodeName: 'n', worker: 0, onBatch: (b) => batches.push(b) });
  for (let row = 0; row < count; row++) {
    const callId = `${bad.includes(row) ? 'bad' : 'good'}-${row}`;
    const texts = { CALL_ID: Buffer.from(callId), METHOD: Buffer.from('INVITE'), FROM_USER: Buffer.from('a%2541') };
    const timestampUs = BASE_US + row + (row % slots) * SLOT_US;
    appendTo(writer.append, plainMessage({ timestampUs, texts, payload: Buffer.from(`INVITE ${callId}`) }));
  }
  writer.flush();
  return batches[0]!;
}

async function insertRows(
  batch: SpoolBatch,
  isWorldWell = false,
): Promise<{ stored: number; rejected: number; rows: RejectedRow[] }> {
  const rows: RejectedRow[] = [];
  const result = await inserter.insertRows!(batch, { onRejected: (row) => rows.push(row), isWorldWell });
  return { ...result, rows };
}

const calls = async (): Promise<CallRecord[]> => (await reader.searchCalls(EVERYTHING)).items;
const messageCount = async (): Promise<number> => (await reader.countMessages(EVERYTHING)).count;
const refuseBad = (): Promise<void> =>
  execute("ALTER TABLE calliope.messages ADD CONSTRAINT refusal CHECK NOT startsWith(call_id, 'bad')");

/** Each stored message once, and counted once in its call. */
async function assertStored(messages: number, callCount = messages): Promise<void> {
  assert.equal(await messageCount(), messages);
  const records = await calls();
  assert.equal(records.length, callCount);
  for (const { callId, messageCount } of records) assert.equal(messageCount, 1, callId);
}

test('a row that the database refuses is set aside alone, with the reason and all that it is', async () => {
  await refuseBad();
  const batch = writeBatch(300, [7, 8, 250]);
  await assert.rejects(inserter.insert(batch), { code: 'batch_corrupt', retryable: false });
  assert.equal(await messageCount(), 0);
  const { stored, rejected, rows } = await insertRows(batch);
  assert.deepEqual([stored, rejected], [297, 3]);
  assert.deepEqual(rows.map(({ row }) => row).sort(), [250, 7, 8]);
  const [first] = rows.sort((a, b) => a.row - b.row);
  assert.match(first!.reason, /Constraint.*refusal/);
  const { callId, sourceIp, destinationPort, fromUser, timestampUs, payload } = first!.message!;
  assert.deepEqual(
    [callId, sourceIp, destinationPort, fromUser, timestampUs, Buffer.from(payload).toString()],
    ['bad-7', '10.0.0.1', 5060, 'a%41', BASE_US + 7, 'INVITE bad-7'],
  );
  // Their calls are there all the same: they were seen.
  await assertStored(297, 300);
});

test('what a crash left half done is completed, and nothing is repeated', async () => {
  await refuseBad();
  const batch = writeBatch(400, [3, 399]);
  await assert.rejects(inserter.insert(batch), { code: 'batch_corrupt' });
  const inserting = insertRows(batch).catch((error: StoreError) => error);
  for (const pauseMs of [40, 40, 40]) {
    await delay(pauseMs);
    if (engine.pid !== undefined) process.kill(engine.pid, 'SIGKILL');
  }
  await inserting;
  const { stored, rejected } = await persistently(() => insertRows(batch));
  assert.deepEqual([stored, rejected], [398, 2]);
  await assertStored(398, 400);
  const again = await insertRows(batch);
  assert.deepEqual([again.stored, again.rejected], [398, 2]);
  await assertStored(398, 400);
});

test('an insert that took some partitions before it failed is not repeated for these', async () => {
  await execute("ALTER TABLE calliope.messages ADD INDEX refusal throwIf(startsWith(call_id, 'bad')) TYPE minmax");
  // Whether and how many go in before the one that fails is the database's matter.
  const batch = writeBatch(90, [89], 30);
  await assert.rejects(inserter.insert(batch), { code: 'batch_corrupt' });
  const { stored, rejected } = await insertRows(batch);
  assert.deepEqual([stored, rejected], [89, 1]);
  await assertStored(89, 90);
});

test('a table that refuses everything is no reason to set anything aside, unless it takes other batches', async () => {
  await refuseBad();
  const batch = writeBatch(3, [0, 1, 2]);
  await assert.rejects(insertRows(batch), { code: 'internal', retryable: true });
  const { stored, rejected } = await insertRows(batch, true);
  assert.deepEqual([stored, rejected], [0, 3]);
});

test('of a batch that was cut all rows before the cut are stored, with their calls', async () => {
  const batch = writeBatch(100);
  const file = join(batch.path, SECTIONS.messages);
  // The payloads are last, and all of one length but for the digits of their number.
  truncateSync(file, sizeOf(batch) - 30 * 'XINVITE good-00'.length + 4);
  await assert.rejects(inserter.insert(batch), { code: 'batch_corrupt' });
  const { stored, rejected, rows } = await insertRows(batch);
  assert.deepEqual([stored, rejected], [70, 30]);
  assert.ok(rows.every(({ message, reason }) => message === undefined && /damaged/.test(reason)));
  await assertStored(70);
});

test('a batch without its file of calls has them made anew', async () => {
  const batch = writeBatch(20);
  writeFileSync(join(batch.path, SECTIONS.calls), '');
  const { stored, rejected } = await insertRows(batch);
  assert.deepEqual([stored, rejected], [20, 0]);
  await assertStored(20);
  assert.equal((await calls())[0]!.fromUser, 'a%41');
});

test('a batch that went in whole before is not repeated, and one without content is refused whole', async () => {
  const batch = writeBatch(20);
  await inserter.insert(batch);
  assert.deepEqual(await insertRows(batch), { stored: 20, rejected: 0, rows: [] });
  await assertStored(20);
  const empty = writeBatch(20);
  writeFileSync(join(empty.path, SECTIONS.messages), '');
  await assert.rejects(insertRows(empty), { code: 'batch_corrupt', retryable: false });
  await assert.rejects(insertRows({ ...empty, path: `${empty.path}.gone` }), { code: 'batch_corrupt' });
  await assert.rejects(insertRows({ ...empty, id: '99_a_b_1_1' }), { code: 'batch_corrupt' });
});

function sizeOf(batch: SpoolBatch): number {
  return readFileSync(join(batch.path, SECTIONS.messages)).length;
}

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { type SpoolBatch, StoreError } from '@calliope/model';
import { createBatchWriter, parseBatchFileName } from '@calliope/store';
import { parseBatchId } from '../src/clickhouse/batch-format.ts';
import { appendTo, generateMessages, plainMessage } from './generated-messages.ts';
import { temporaryDirectory } from './spooled-store.ts';

const root = temporaryDirectory();
after(() => rmSync(root, { recursive: true, force: true }));
let directories = 0;
const newDirectory = (): string => join(root, `spool-${directories++}`);

test('a batch is a directory whose name says what is in it', () => {
  const directory = newDirectory();
  const batches: SpoolBatch[] = [];
  const writer = createBatchWriter({ directory, nodeName: 'n', worker: 0, onBatch: (batch) => batches.push(batch) });
  for (const message of generateMessages(5, 30)) appendTo(writer.append, message);
  assert.equal(writer.pending, 30);
  writer.flush();
  writer.flush();
  assert.equal(writer.pending, 0);
  assert.equal(batches.length, 1);
  const [batch] = batches;
  assert.deepEqual(readdirSync(directory), [`${batch!.id}.30.batch`]);
  assert.deepEqual(readdirSync(batch!.path).sort(), ['calls.native', 'messages.native']);
  const content = Buffer.concat(
    ['messages.native', 'calls.native'].map((name) => readFileSync(join(batch!.path, name))),
  );
  assert.equal(content.length, batch!.bytes);
  const { version, bytes, crc32: checksum } = parseBatchId(batch!.id);
  assert.deepEqual([version, bytes, checksum], [2, content.length, crc32(content)]);
  assert.deepEqual(parseBatchFileName(`${batch!.id}.30.batch`), { id: batch!.id, messages: 30 });
  for (const name of [`${batch!.id}.30.tmp`, 'x', '.batch', '../a.1.batch', ''])
    assert.equal(parseBatchFileName(name), undefined);
});

test('a batch is closed by messages and by bytes', () => {
  const sizes = (options: { maxMessages?: number; maxBytes?: number }): number[] => {
    const found: number[] = [];
    const writer = createBatchWriter({
      directory: newDirectory(),
      nodeName: 'n',
      worker: 0,
      onBatch: ({ messages }) => found.push(messages),
      ...options,
    });
    for (let index = 0; index < 10; index++) appendTo(writer.append, plainMessage({ payload: Buffer.alloc(1_000) }));
    writer.flush();
    return found;
  };
  assert.deepEqual(sizes({ maxMessages: 4 }), [4, 4, 2]);
  assert.deepEqual(sizes({ maxBytes: 3_000 }), [3, 3, 3, 1]);
  assert.deepEqual(sizes({}), [10]);
});

test('ids of batches differ, also between writers that began at the same time', () => {
  const ids = new Set<string>();
  const directory = newDirectory();
  for (let round = 0; round < 20; round++) {
    const writer = createBatchWriter({ directory, nodeName: 'n', worker: round % 2, onBatch: ({ id }) => ids.add(id) });
    for (let index = 0; index < 5; index++) {
      appendTo(writer.append, plainMessage({}));
      writer.flush();
    }
  }
  assert.equal(ids.size, 100);
});

test('a large message fits, however small the buffer began', () => {
  const batches: SpoolBatch[] = [];
  const writer = createBatchWriter({
    directory: newDirectory(),
    nodeName: 'n',
    worker: 0,
    onBatch: (batch) => batches.push(batch),
  });
  const texts = {
    CALL_ID: Buffer.alloc(60_000, 'c'),
    FROM_USER: Buffer.alloc(60_000, '%41'),
    USER_AGENT: Buffer.alloc(300, 'u'),
  };
  for (let index = 0; index < 40; index++)
    appendTo(writer.append, plainMessage({ texts, payload: Buffer.alloc(65_000, 'p') }));
  writer.flush();
  assert.ok(batches[0]!.bytes > 40 * (60_000 + 20_000 + 65_000));
});

test('a batch that cannot be written is counted as lost and the next one is tried', () => {
  const directory = newDirectory();
  const lost: number[] = [];
  const batches: SpoolBatch[] = [];
  const writer = createBatchWriter({
    directory,
    nodeName: 'n',
    worker: 0,
    onBatch: (batch) => batches.push(batch),
    onLost: (messages) => lost.push(messages),
  });
  appendTo(writer.append, plainMessage({}));
  rmSync(directory, { recursive: true });
  writer.flush();
  mkdirSync(directory);
  appendTo(writer.append, plainMessage({}));
  writer.flush();
  assert.deepEqual([lost, batches.length, writer.pending], [[1], 1, 0]);
});

test('ids of batches of other versions are told apart from nonsense', () => {
  assert.throws(
    () => parseBatchId('3_a_b_1_1'),
    (error: StoreError) => error.code === 'batch_corrupt' && /format 3/.test(error.message),
  );
  for (const id of ['', '2', 'a_b_c_d_e', '0_a_b_1_1', '1_a_b_1_1', '2_a_b_1', '2_a_b_1_1_', '2_a_b_-1_1'])
    assert.throws(() => parseBatchId(id), StoreError);
});

test('a worker out of range is refused', () => {
  for (const worker of [-1, 64, 0.5]) {
    assert.throws(
      () => createBatchWriter({ directory: newDirectory(), nodeName: 'n', worker, onBatch: () => {} }),
      RangeError,
    );
  }
});

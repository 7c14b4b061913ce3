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

test('a batch that cannot be written for a moment is kept, and written with what came meanwhile', () => {
  const directory = newDirectory();
  const lost: number[] = [];
  const delays: string[] = [];
  const batches: SpoolBatch[] = [];
  const writer = createBatchWriter({
    ...{ directory, nodeName: 'n', worker: 0, maxMessages: 10 },
    onBatch: (batch) => batches.push(batch),
    onLost: (messages) => lost.push(messages),
    onDelayed: (error) => delays.push(error.message),
  });
  rmSync(directory, { recursive: true });
  appendTo(writer.append, plainMessage({ payload: Buffer.from('before') }));
  writer.flush();
  assert.equal(writer.pending, 1);
  appendTo(writer.append, plainMessage({ payload: Buffer.from('meanwhile') }));
  writer.flush();
  assert.deepEqual([lost, delays.length, batches.length], [[], 2, 0]);
  assert.match(delays[0]!, /ENOENT/);
  mkdirSync(directory);
  writer.flush();
  assert.deepEqual([lost, writer.pending, batches.length, batches[0]!.messages], [[], 0, 1, 2]);
  const content = readFileSync(join(batches[0]!.path, 'messages.native')).toString('latin1');
  assert.ok(content.includes('before') && content.includes('meanwhile'));
  // Of what cannot be written for long, memory is not filled: from half of a full batch on it is lost.
  rmSync(directory, { recursive: true });
  for (let index = 0; index < 7; index++) {
    appendTo(writer.append, plainMessage({}));
    writer.flush();
  }
  assert.deepEqual([lost, writer.pending], [[5], 2]);
});

test('tries that fail leave no trace in the batch that is written in the end', () => {
  const calls = (failing: boolean): Buffer => {
    const directory = newDirectory();
    const batches: SpoolBatch[] = [];
    const writer = createBatchWriter({
      ...{ directory, nodeName: 'n', worker: 0 },
      onBatch: (batch) => batches.push(batch),
      onDelayed: () => {},
    });
    if (failing) rmSync(directory, { recursive: true });
    for (const [index, message] of generateMessages(8, 300).entries()) {
      appendTo(writer.append, message);
      if (failing && index % 20 === 0) writer.flush();
    }
    mkdirSync(directory, { recursive: true });
    writer.flush();
    assert.equal(batches[0]!.messages, 300);
    return readFileSync(join(batches[0]!.path, 'calls.native'));
  };
  assert.ok(calls(true).equals(calls(false)));
});

test('ids of batches of other versions are told apart from nonsense', () => {
  assert.throws(
    () => parseBatchId('3_a_b_1_1'),
    (error: StoreError) => error.code === 'batch_corrupt' && /format 3/.test(error.message),
  );
  assert.throws(
    () => parseBatchId('1_a_b_1_1'),
    (error: StoreError) => error.code === 'batch_corrupt' && /format 1, of an earlier program/.test(error.message),
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

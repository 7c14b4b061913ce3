import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { SpoolBatch } from '@calliope/model';
import {
  createSpoolDrainer,
  createUdpReceiver,
  createUdpWorkerReceiver,
  loadLibc,
  type UdpWorkerReceiverOptions,
} from '../src/index.ts';
import { createFileSink, readBatch, type StoredMessage } from './file-sink.ts';
import { hepFrame, optionsRequest, parseEndpoint, sendUdp, until } from './hep-senders.ts';

const libc = loadLibc();
const skip = 'reason' in libc ? libc.reason : false;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'calliope-worker-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const workerReceiver = (options: Pick<UdpWorkerReceiverOptions, 'deliver'> & Partial<UdpWorkerReceiverOptions>) =>
  createUdpWorkerReceiver({
    nodeName: 'here',
    address: '127.0.0.1',
    port: 0,
    workerUrl: new URL('./udp-test-worker.ts', import.meta.url),
    workerData: { directory },
    ...options,
  });

test('from the wire through the spool into the database, and every counter adds up', { skip }, async () => {
  const stored: StoredMessage[] = [];
  const inserter = {
    async insert(batch: SpoolBatch) {
      stored.push(...readBatch(batch));
    },
  };
  const spool = createSpoolDrainer({ directory, inserter, limitBytes: 1e9, policy: 'drop-oldest' });
  await spool.start();
  const receiver = workerReceiver({ deliver: spool.add, keys: ['k'] });
  await receiver.start();
  const { port } = parseEndpoint(receiver.address);
  const good = Array.from({ length: 300 }, (_, i) => hepFrame(optionsRequest(`c${i}`), { key: 'k' }));
  await sendUdp('127.0.0.1', port, [
    ...good,
    Buffer.from('garbage'),
    hepFrame(optionsRequest(), { key: 'wrong' }),
    hepFrame('\r\n', { key: 'k' }),
    hepFrame('no SIP at all', { key: 'k' }),
    hepFrame('{}', { key: 'k', payloadType: 5, correlationId: 'c0' }),
  ]);
  await receiver.stop();
  await spool.idle();
  await spool.stop();
  const report = receiver.report();
  assert.deepEqual(report, {
    name: `udp 127.0.0.1:${port}`,
    received: 304,
    stored: 302,
    duplicates: 0,
    refused: 1,
    undecodable: 1,
    dropped: { kernel: 0, queue: 0, spool: 0 },
    pending: 0,
    keepAlives: 1,
  });
  assert.equal(stored.length, 302);
  assert.deepEqual(stored.at(-2)!.defects, ['not_sip']);
  assert.deepEqual([stored.at(-1)!.isSip, stored.at(-1)!.correlationId], [false, 'c0']);
});

test('counts what the kernel dropped since its buffer was full', { skip }, async () => {
  let slow = true;
  const receiver = workerReceiver({
    deliver: (_, onSettled) => onSettled('stored'),
    receiveBufferBytes: 4096,
    workerData: { directory, maxMessages: 1 },
  });
  await receiver.start();
  const { port } = parseEndpoint(receiver.address);
  // A batch a message makes the worker slow, and the buffer is of the smallest: some are lost sooner or later.
  let sent = 0;
  while (slow && sent < 50_000) {
    const burst = Array.from({ length: 500 }, () => hepFrame(`x${'y'.repeat(1000)}`));
    await sendUdp('127.0.0.1', port, burst);
    sent += burst.length;
    await receiver.flush();
    slow = receiver.report().dropped.kernel === 0;
  }
  await receiver.stop();
  const report = receiver.report();
  assert.ok(report.dropped.kernel! > 0);
  assert.equal(report.received, sent);
  assert.equal(report.stored + report.dropped.kernel!, sent);
});

test('warns of a receive buffer that is smaller than asked for', { skip }, async () => {
  const receiver = workerReceiver({ deliver: () => {}, receiveBufferBytes: 0x7fffffff });
  await receiver.start();
  const problems = receiver.problems();
  await receiver.stop();
  assert.ok(problems.length === 0 || /net\.core\.rmem_max/.test(problems[0]!));
});

test('a worker that fails is started again on the same port, and what it had not written is counted', {
  skip,
}, async () => {
  const batches: SpoolBatch[] = [];
  const receiver = workerReceiver({
    batch: { maxAgeMs: 3_600_000 },
    deliver: (batch, onSettled) => {
      batches.push(batch);
      onSettled('stored');
    },
  });
  await receiver.start();
  const { port } = parseEndpoint(receiver.address);
  await sendUdp('127.0.0.1', port, [hepFrame(), hepFrame()]);
  await until(() => receiver.report().pending === 2, 'two pending');
  await receiver.flush();
  assert.equal(batches.length, 1);
  await sendUdp('127.0.0.1', port, [hepFrame(), hepFrame(), hepFrame()]);
  await until(() => receiver.report().pending === 3, 'three pending');
  await sendUdp('127.0.0.1', port, [hepFrame(optionsRequest().replace('sip:bob@', 'sip:crash@'))]);
  await until(() => receiver.report().dropped.queue! >= 3, 'the loss to be counted');
  assert.match(receiver.problems().join(), /does not receive: the worker fails, as the test asked for/);
  await until(() => !receiver.problems().join().includes('does not receive'), 'the worker to be back');
  assert.equal(parseEndpoint(receiver.address).port, port);
  await sendUdp('127.0.0.1', port, [hepFrame()]);
  await until(() => receiver.report().pending === 1, 'one pending');
  await receiver.stop();
  const report = receiver.report();
  assert.equal(report.stored, 3);
  assert.equal(report.pending, 0);
  assert.equal(report.received, report.stored + report.dropped.queue!);
});

test('several workers share a port when told to', { skip }, async () => {
  let stored = 0;
  const deliver = (batch: SpoolBatch, onSettled: (outcome: 'stored') => void) => {
    stored += batch.messages;
    onSettled('stored');
  };
  const first = workerReceiver({ deliver, reusePort: true });
  await first.start();
  const second = workerReceiver({ deliver, reusePort: true, port: parseEndpoint(first.address).port });
  await second.start();
  for (let i = 0; i < 20; i++) await sendUdp('127.0.0.1', parseEndpoint(first.address).port, [hepFrame()]);
  await first.stop();
  await second.stop();
  assert.equal(first.address, second.address);
  assert.equal(stored, 20);
});

test('stopping twice, and flushing when stopped, do no harm', { skip }, async () => {
  const receiver = workerReceiver({ deliver: () => {} });
  await receiver.start();
  await receiver.stop();
  await receiver.stop();
  await receiver.flush();
});

test('the fast receiver is chosen where it can be had', () => {
  const { receiver, note } = createUdpReceiver({
    nodeName: 'here',
    deliver: () => {},
    workerUrl: new URL('./udp-test-worker.ts', import.meta.url),
    createSink: (events) => createFileSink(directory, 'x', events),
  });
  assert.equal(receiver.name, 'udp [::]:9060');
  assert.equal(note === undefined, skip === false);
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import {
  createDgramReceiver,
  createTcpReceiver,
  createUdpWorkerReceiver,
  loadLibc,
  type Receiver,
} from '../src/index.ts';
import { createFileSink } from './file-sink.ts';
import { hepFrame, optionsRequest, parseEndpoint, sendTcp, sendUdp, until } from './hep-senders.ts';

const libc = loadLibc();
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'calliope-reconfigure-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const shared = () =>
  ({
    nodeName: 'here',
    address: '127.0.0.1',
    port: 0,
    keys: ['old'],
    deliver: (_: unknown, onSettled: (outcome: 'stored') => void) => onSettled('stored'),
    createSink: (events: Parameters<typeof createFileSink>[2]) => createFileSink(directory, 'x', events),
  }) as const;

const worker = () =>
  createUdpWorkerReceiver({
    ...shared(),
    workerUrl: new URL('./udp-test-worker.ts', import.meta.url),
    workerData: { directory },
  });

const KINDS: [name: string, skip: string | false, create: () => Receiver, send: typeof sendUdp][] = [
  ['udp worker', 'reason' in libc ? libc.reason : false, worker, sendUdp],
  ['udp dgram', false, () => createDgramReceiver(shared()), sendUdp],
  ['tcp', false, () => createTcpReceiver(shared()), sendTcp],
];

for (const [name, skip, create, send] of KINDS) {
  test(`${name}: another key, then another network, from the moment it is promised`, { skip }, async () => {
    const receiver = create();
    await receiver.start();
    const { port } = parseEndpoint(receiver.address);
    const one = (key: string) => send('127.0.0.1', port, [hepFrame(optionsRequest(), { key })]);
    const counted = (received: number) => until(() => receiver.report().received === received, `${received} received`);
    await one('old');
    await one('new');
    await counted(2);
    await receiver.reconfigure({ keys: ['new'] });
    await one('old');
    await one('new');
    await counted(4);
    assert.equal(receiver.report().refused, 2);
    await receiver.reconfigure({ networks: ['192.0.2.0/24'] });
    await one('new');
    await counted(5);
    assert.equal(receiver.report().refused, 3);
    await receiver.reconfigure({ keys: [], networks: [] });
    await one('whatever');
    await counted(6);
    await receiver.stop();
    const report = receiver.report();
    assert.deepEqual([report.stored, report.refused, report.pending], [3, 3, 0]);
  });

  test(`${name}: a network that is none changes nothing`, { skip }, async () => {
    const receiver = create();
    await receiver.start();
    const { port } = parseEndpoint(receiver.address);
    await assert.rejects(receiver.reconfigure({ keys: ['new'], networks: ['nowhere'] }), RangeError);
    await send('127.0.0.1', port, [hepFrame(optionsRequest(), { key: 'old' })]);
    await until(() => receiver.report().received === 1, 'one received');
    await receiver.stop();
    assert.equal(receiver.report().stored, 1);
  });
}

test('a worker that is started again after a fault knows the new keys', {
  skip: 'reason' in libc ? libc.reason : false,
}, async () => {
  const receiver = worker();
  await receiver.start();
  const { port } = parseEndpoint(receiver.address);
  await receiver.reconfigure({ keys: ['new'] });
  await sendUdp('127.0.0.1', port, [hepFrame(optionsRequest().replace('sip:bob@', 'sip:crash@'), { key: 'new' })]);
  await until(() => receiver.problems().join().includes('does not receive'), 'the fault');
  await until(() => !receiver.problems().join().includes('does not receive'), 'the worker to be back');
  await sendUdp('127.0.0.1', port, [hepFrame(optionsRequest(), { key: 'old' })]);
  await until(() => receiver.report().refused === 1, 'one refused');
  await receiver.stop();
});

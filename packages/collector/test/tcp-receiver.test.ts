import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createTcpReceiver, type Receiver, type TcpReceiverOptions } from '../src/index.ts';
import { createFileSink } from './file-sink.ts';
import { hepFrame, parseEndpoint, sendTcp, until } from './hep-senders.ts';

let directory: string;
let receiver: Receiver | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'calliope-tcp-'));
});
afterEach(async () => {
  await receiver?.stop();
  receiver = undefined;
  rmSync(directory, { recursive: true });
});

async function started(options: Partial<TcpReceiverOptions>): Promise<{ receiver: Receiver; port: number }> {
  receiver = createTcpReceiver({
    nodeName: 'here',
    address: '127.0.0.1',
    port: 0,
    deliver: (_, onSettled) => onSettled('stored'),
    createSink: (events) => createFileSink(directory, 'tcp', events),
    ...options,
  });
  await receiver.start();
  return { receiver, port: parseEndpoint(receiver.address).port };
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

/** Resolves when the other side has closed it. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()).resume());
}

test('frames are found whatever pieces they come in', async () => {
  const { receiver, port } = await started({});
  const wire = Buffer.concat(Array.from({ length: 20 }, () => hepFrame()));
  const pieces: Buffer[] = [];
  for (let at = 0, size = 1; at < wire.length; at += size, size = (size * 7) % 391)
    pieces.push(wire.subarray(at, at + size));
  await sendTcp('127.0.0.1', port, pieces);
  await until(() => receiver.report().received === 20, 'all frames');
  await receiver.stop();
  assert.equal(receiver.report().stored, 20);
  assert.equal(receiver.report().undecodable, 0);
});

test('each stretch of garbage, and a frame cut by the end, count as one undecodable message', async () => {
  const { receiver, port } = await started({});
  const frame = hepFrame();
  await sendTcp('127.0.0.1', port, [Buffer.from('garbage '), Buffer.from('and more'), frame, frame.subarray(0, 100)]);
  await until(() => receiver.report().received === 3, 'the cut frame');
  await until(() => receiver.report().undecodable === 2, 'what they left unfinished');
});

test('at the bound, the oldest connection that never sent HEP makes room, and the receiver says so', async () => {
  const { receiver, port } = await started({ maxConnections: 2 });
  const sender = await connected(port);
  sender.write(hepFrame());
  await until(() => receiver.report().received === 1, 'what the first sends');
  const silent = await connected(port);
  await until(() => receiver.report().connections!.open === 2, 'the silent one');
  const third = await connected(port);
  await closed(silent);
  assert.match(receiver.problems()[0]!, /1 silent connections were closed/);
  third.write(hepFrame());
  sender.write(hepFrame());
  await until(() => receiver.report().received === 3, 'what both send');
  assert.deepEqual(receiver.report().connections, { open: 2, accepted: 3, closed: { evicted: 1 } });

  const fourth = await connected(port);
  await closed(fourth);
  assert.match(receiver.problems()[0]!, /1 connections were refused .* raise hep.tcpConnections/);
  await receiver.reconfigure({ maxConnections: 3 });
  const fifth = await connected(port);
  fifth.write(hepFrame());
  await until(() => receiver.report().received === 4, 'what the fifth sends');
  for (const socket of [sender, third, fifth]) socket.destroy();
  await until(() => receiver.report().connections!.open === 0, 'the end of all');
});

test('a sender that is turned away, or sends garbage, is none that must be kept', async () => {
  const { receiver, port } = await started({ maxConnections: 2, keys: ['right'] });
  const sender = await connected(port);
  sender.write(hepFrame(undefined, { key: 'right' }));
  const wrong = await connected(port);
  wrong.write(Buffer.concat([hepFrame(undefined, { key: 'wrong' }), Buffer.from('garbage')]));
  await until(() => receiver.report().received === 3, 'all three');
  const third = await connected(port);
  await closed(wrong);
  assert.deepEqual(receiver.report().connections!.closed, { evicted: 1 });
  third.destroy();
  sender.destroy();
});

test('unfinished frames hold a bounded amount of memory', async () => {
  const { receiver, port } = await started({ maxBufferedBytes: 100_000, idleMs: 2000 });
  const sender = await connected(port);
  const start = hepFrame('x'.repeat(60_000)).subarray(0, 40_000);
  sender.write(Buffer.concat([hepFrame(), start]));
  await until(() => receiver.report().received === 1, 'the first frame');
  const hostile = await Promise.all([connected(port), connected(port)]);
  for (const socket of hostile) socket.write(start);
  await Promise.all(hostile.map(closed));
  assert.deepEqual(receiver.report().connections!.closed, { memory: 2 });
  await until(() => receiver.report().undecodable === 2, 'what they left unfinished');
  assert.equal(receiver.report().connections!.open, 1);
  sender.destroy();
});

test('closes a connection that brings nothing', async () => {
  const { receiver, port } = await started({ idleMs: 30 });
  const socket = await connected(port);
  await closed(socket);
  assert.deepEqual(receiver.report().connections, { open: 0, accepted: 1, closed: { idle: 1 } });
});

test('keeps senders waiting while the spool is nearly full, and loses nothing', async () => {
  let isFull = true;
  const { receiver, port } = await started({ shouldPause: () => isFull });
  await until(() => receiver.problems().length === 1, 'the pause');
  assert.match(receiver.problems()[0]!, /senders are kept waiting/);
  const socket = await connected(port);
  const frames = Array.from({ length: 2000 }, () => hepFrame(`x${'y'.repeat(20_000)}`));
  for (const frame of frames) socket.write(frame);
  // More than the system buffers on the way, so the sender must wait.
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(receiver.report().received, 0);
  assert.ok(socket.writableLength > 0);
  isFull = false;
  await until(() => receiver.report().received === frames.length, 'all frames');
  socket.destroy();
});

test('a connection that is reset does no harm', async () => {
  const { receiver, port } = await started({});
  const socket = await connected(port);
  socket.write(hepFrame());
  await until(() => receiver.report().received === 1, 'the frame');
  socket.resetAndDestroy();
  await sendTcp('127.0.0.1', port, [hepFrame()]);
  await until(() => receiver.report().received === 2, 'the next frame');
});

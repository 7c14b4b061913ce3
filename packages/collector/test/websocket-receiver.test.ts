import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createWebSocketReceiver, type Receiver, type WebSocketReceiverOptions } from '../src/index.ts';
import { createFileSink } from './file-sink.ts';
import { hepFrame, parseEndpoint, sendTcp, until } from './hep-senders.ts';
import { makeTestCertificates, opensslSkip } from './test-certificates.ts';
import { connectWebSocket, sendWebSocket, trusting } from './tls-senders.ts';

let directory: string;
let receiver: Receiver;
let url: string;
let port: number;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'calliope-websocket-'));
});
afterEach(async () => {
  await receiver.stop();
  rmSync(directory, { recursive: true });
});

async function start(options: Partial<WebSocketReceiverOptions> = {}): Promise<void> {
  receiver = createWebSocketReceiver({
    nodeName: 'here',
    address: '127.0.0.1',
    port: 0,
    deliver: (_, onSettled) => onSettled('stored'),
    createSink: (events) => createFileSink(directory, 'ws', events),
    ...options,
  });
  await receiver.start();
  ({ port } = parseEndpoint(receiver.address));
  url = `ws://127.0.0.1:${port}`;
}

const closedFor = () => receiver.report().connections!.closed;

test('a message may be a frame, several, a piece of one, or come in fragments', async () => {
  await start();
  const wire = Buffer.concat(Array.from({ length: 20 }, () => hepFrame()));
  const pieces: Buffer[] = [];
  for (let at = 0, size = 1; at < wire.length; at += size, size = (size * 7) % 391)
    pieces.push(wire.subarray(at, at + size));
  await sendWebSocket(`${url}/any/path`, [wire, ...pieces]);
  const webSocket = await connectWebSocket(url);
  webSocket.send(wire.subarray(0, 1000), { fin: false });
  webSocket.send(wire.subarray(1000), { fin: true });
  await until(() => receiver.report().received === 60, 'all frames');
  webSocket.terminate();
  assert.equal(receiver.report().undecodable, 0);
});

test('a text message counts as undecodable, and the connection goes on', async () => {
  await start();
  const webSocket = await connectWebSocket(url);
  webSocket.send('HEP3');
  webSocket.send(hepFrame());
  webSocket.ping();
  await new Promise((resolve) => webSocket.once('pong', resolve));
  await until(() => receiver.report().received === 2, 'both');
  assert.equal(receiver.report().undecodable, 1);
  webSocket.close();
  await until(() => receiver.report().connections!.open === 0, 'the end');
  assert.deepEqual(closedFor(), {});
});

test('a message that is too long, and what is no WebSocket frame, end the connection and are counted', async () => {
  await start();
  const webSocket = await connectWebSocket(url);
  webSocket.on('error', () => {});
  webSocket.send(Buffer.alloc(200_000));
  await until(() => closedFor().protocol === 1, 'the long message');
  const raw = connect(port, '127.0.0.1').on('error', () => {});
  raw.write(
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await new Promise((resolve) => raw.once('data', resolve));
  raw.write(Buffer.alloc(10, 0xff));
  await until(() => closedFor().protocol === 2, 'the wrong frame');
  assert.equal(receiver.report().undecodable, 2);
  assert.match(receiver.report().connections!.lastFailure!, /WS_ERR_/);
});

test('other HTTP requests are told so; what is no HTTP, or says nothing, is closed', async () => {
  await start({ handshakeMs: 200 });
  const status = await new Promise((resolve) =>
    get(`http://127.0.0.1:${port}/`, (response) => resolve(response.statusCode)),
  );
  assert.equal(status, 426);
  await sendTcp('127.0.0.1', port, [hepFrame()]).catch(() => {});
  await sendTcp('127.0.0.1', port, [Buffer.from(`GET / HTTP/1.1\r\nX: ${'y'.repeat(20_000)}`)]).catch(() => {});
  const noVersion = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  await sendTcp('127.0.0.1', port, [Buffer.from(noVersion)]).catch(() => {});
  await until(() => closedFor().handshake === 4, 'all four');
  const slow = connect(port, '127.0.0.1').on('error', () => {});
  slow.write('GET / HTTP/1.1\r\n');
  await until(() => closedFor().handshake_timeout === 1, 'the slow one');
  slow.destroy();
  await sendWebSocket(url, [hepFrame()]);
  await until(() => receiver.report().received === 1, 'a good sender');
});

test('messages that are not finished hold a bounded amount of memory', async () => {
  await start({ maxBufferedBytes: 150_000, idleMs: 500 });
  const hostile = await Promise.all([connectWebSocket(url), connectWebSocket(url)]);
  for (const webSocket of hostile) webSocket.on('error', () => {}).send(Buffer.alloc(100_000), { fin: false });
  await until(() => (closedFor().memory ?? 0) >= 1, 'the end of one');
  for (const webSocket of hostile) webSocket.terminate();
});

test('keeps senders waiting while the spool is nearly full, and loses nothing', async () => {
  let isFull = true;
  await start({ shouldPause: () => isFull });
  await until(() => receiver.problems().length === 1, 'the pause');
  const webSocket = await connectWebSocket(url);
  const frames = Array.from({ length: 2000 }, () => hepFrame(`x${'y'.repeat(20_000)}`));
  for (const frame of frames) webSocket.send(frame);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(receiver.report().received, 0);
  assert.ok(webSocket.bufferedAmount > 0);
  isFull = false;
  await until(() => receiver.report().received === frames.length, 'all frames');
  webSocket.terminate();
});

test('wss asks for certificates of senders where a CA is given', { skip: opensslSkip }, async () => {
  using certificates = makeTestCertificates();
  const { server, ca, client, stranger } = certificates;
  await start({ tls: { ...server, clientCa: ca.cert } });
  url = `wss://127.0.0.1:${port}`;
  assert.match(receiver.name, /^wss /);
  await sendWebSocket(url, [hepFrame()], trusting(certificates, client));
  await assert.rejects(connectWebSocket(url, trusting(certificates)));
  await assert.rejects(connectWebSocket(url, trusting(certificates, stranger)));
  await until(() => closedFor().certificate === 2, 'both refusals');
  assert.equal(receiver.report().received, 1);
  receiver.reload!(certificates.make('other', 365, ca));
  await sendWebSocket(url, [hepFrame()], trusting(certificates));
  await until(() => receiver.report().received === 2, 'without a certificate');
});

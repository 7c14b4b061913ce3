import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { createHepStreamConnections, type HepStreamConnection } from '../src/hep-stream-connections.ts';
import type { HepStreamFeed } from '../src/hep-stream-feed.ts';

let port = 0;

/** As much of an accepted socket as matters. */
function fakeSocket(): Socket & { isDestroyed: boolean } {
  const socket = {
    remoteAddress: '192.0.2.1',
    remotePort: ++port,
    localAddress: '192.0.2.2',
    isDestroyed: false,
    destroy() {
      socket.isDestroyed = true;
    },
  };
  return socket as unknown as Socket & { isDestroyed: boolean };
}

function tableOf(maxConnections: number) {
  const time = { ms: 0 };
  const connections = createHepStreamConnections({
    maxConnections,
    idleMs: 1000,
    handshakeMs: 100,
    maxBufferedBytes: 1000,
    nowMs: () => time.ms,
  });
  const opened = (bufferedBytes = 0): HepStreamConnection => {
    const connection = connections.accept(fakeSocket())!;
    connection.feed = { bufferedBytes } as HepStreamFeed;
    return connection;
  };
  const isClosed = ({ socket }: HepStreamConnection) => (socket as Socket & { isDestroyed: boolean }).isDestroyed;
  return { time, connections, opened, isClosed };
}

test('room is made by those who never sent, the oldest first', () => {
  const { connections, opened, isClosed } = tableOf(3);
  const [first, sender, third] = [opened(), opened(), opened()];
  connections.noteFrame(sender);
  opened();
  assert.deepEqual([first, sender, third].map(isClosed), [true, false, false]);
  opened();
  assert.deepEqual([sender, third].map(isClosed), [false, true]);
  assert.deepEqual(connections.report(), { open: 3, accepted: 5, closed: { evicted: 2 } });
});

test('when all have sent, the one silent for longest makes room, but not within a minute', () => {
  const { time, connections, opened, isClosed } = tableOf(2);
  const [first, second] = [opened(), opened()];
  connections.noteFrame(first);
  time.ms = 1;
  connections.noteFrame(second);
  time.ms = 59_999;
  const refused = fakeSocket();
  assert.equal(connections.accept(refused), undefined);
  assert.equal(refused.isDestroyed, true);
  assert.equal(connections.isRecent('limit'), true);
  time.ms = 60_000;
  assert.ok(opened());
  assert.deepEqual([first, second].map(isClosed), [true, false]);
  time.ms = 700_000;
  assert.equal(connections.isRecent('limit'), false);
});

test('while nothing is read nobody makes room, and silence is nobody’s fault', () => {
  const { time, connections, opened, isClosed } = tableOf(1);
  const waiting = opened();
  connections.setPaused(true);
  time.ms = 5000;
  assert.equal(connections.accept(fakeSocket()), undefined);
  connections.sweep();
  connections.setPaused(false);
  connections.sweep();
  assert.equal(isClosed(waiting), false);
  time.ms = 6001;
  connections.sweep();
  assert.equal(isClosed(waiting), true);
  assert.deepEqual(connections.report().closed, { limit: 1, idle: 1 });
});

test('a handshake has its time; one that breaks off is counted once', () => {
  const { time, connections, isClosed } = tableOf(10);
  const [slow, broken, failed] = [0, 1, 2].map(() => connections.accept(fakeSocket())!) as [
    HepStreamConnection,
    HepStreamConnection,
    HepStreamConnection,
  ];
  connections.noteClosed(broken);
  connections.close(failed, 'certificate', 'not trusted');
  connections.noteClosed(failed);
  time.ms = 101;
  connections.sweep();
  connections.noteClosed(slow);
  assert.equal(isClosed(slow), true);
  assert.deepEqual(connections.report(), {
    open: 0,
    accepted: 3,
    closed: { handshake: 1, certificate: 1, handshake_timeout: 1 },
    lastFailure: '192.0.2.1: not trusted',
  });
});

test('memory is released by those who hold some and never sent first, down to half of the bound', () => {
  const { connections, opened, isClosed } = tableOf(10);
  const [sender, empty, first, second, third] = [opened(400), opened(), opened(400), opened(300), opened(300)];
  connections.noteFrame(sender);
  connections.sweep();
  assert.deepEqual([sender, empty, first, second, third].map(isClosed), [false, false, true, true, true]);
  assert.deepEqual(connections.report().closed, { memory: 3 });
});

test('a socket that is gone already takes no place; one that follows it from the same port does', () => {
  const { connections } = tableOf(10);
  const gone = fakeSocket();
  Object.assign(gone, { remoteAddress: undefined });
  assert.equal(connections.accept(gone), undefined);
  const [one, again] = [fakeSocket(), fakeSocket()];
  Object.assign(again, { remotePort: one.remotePort });
  const [first, second] = [connections.accept(one)!, connections.accept(again)!];
  connections.noteClosed(first);
  assert.equal(connections.of(again), second);
  assert.equal(connections.size, 1);
});

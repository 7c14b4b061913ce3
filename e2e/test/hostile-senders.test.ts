// Senders with a wrong key, garbage, a port scan, slow clients and ten thousand idle connections neither stop nor slow capture: while they are at it,
// steady senders over UDP, TCP and TLS go on, new ones come, and all that they send is stored, once.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { HealthReport, ReceiverReport } from '@calliope/model';
import { makeTestCertificates } from '../../packages/collector/test/test-certificates.ts';
import {
  assertStoredOnce,
  type CalliopeNode,
  freePorts,
  hepFrameOf,
  numberedPayload,
  openIdleConnections,
  poll,
  skipReason,
  startCalliope,
  startHostileSenders,
  startNumberedTraffic,
  withTemporaryDirectory,
} from '../src/index.ts';

const KEY = 'right';
const PER_SECOND = 200;
const IDLE = { tcp: 8000, tls: 2000 };
const SOURCES = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'];
const LATE_MESSAGES = 100;
const HOSTILE_AT_LEAST_MS = 8000;

async function health(node: CalliopeNode): Promise<HealthReport & { of(scheme: string): ReceiverReport }> {
  const report = await node.get<HealthReport>('health');
  return { ...report, of: (scheme) => report.receivers.find(({ name }) => name.startsWith(`${scheme} `))! };
}

/** Resolves when the other side has read all and closed; rejects with the error that ended it before. */
async function ended(socket: Socket, what: string): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    socket
      .once('error', (error) => reject(new Error(what, { cause: error })))
      .once('close', () => resolve())
      .resume()
      .end(),
  );
}

/** One who comes while the bound of connections is reached: sends `LATE_MESSAGES` and closes. */
async function sendLate(socket: Socket, from: number): Promise<void> {
  for (let number = from; number < from + LATE_MESSAGES; number++)
    socket.write(hepFrameOf(numberedPayload('late-', number), KEY));
  await ended(socket, 'the late sender');
}

/** A real sender behind a bad line: a frame, then another of which a few bytes come at a time. */
async function sendSlowly(port: number, from: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  let failure: Error | undefined;
  socket.on('error', (error) => {
    failure = new Error('the slow sender was cut off', { cause: error });
  });
  await once(socket, 'connect');
  socket.write(hepFrameOf(numberedPayload('late-', from), KEY));
  const frame = hepFrameOf(numberedPayload('late-', from + 1), KEY);
  for (let at = 0; at < frame.length; at += 4) {
    socket.write(frame.subarray(at, at + 4));
    await delay(50);
    if (failure) throw failure;
  }
  await ended(socket, 'the slow sender');
}

test('hostile senders cost no message of the others', { skip: skipReason('openssl') }, (t) =>
  withTemporaryDirectory(async (directory) => {
    using certificates = makeTestCertificates();
    const [hep, tls, websocket] = (await freePorts(3)) as [number, number, number];
    await using node = await startCalliope({
      directory,
      hepPort: hep,
      args: [
        ...['--hep-keys', KEY, '--hep-websocket', `[::]:${websocket}`, '--hep-tls', `[::]:${tls}`],
        ...['--hep-tls-cert', certificates.server.cert, '--hep-tls-key', certificates.server.key],
      ],
    });
    const secure = async () => {
      const socket = connectTls({ port: tls, host: '127.0.0.1', ca: readFileSync(certificates.ca.cert) });
      await once(socket, 'secureConnect');
      return socket;
    };
    const key = () => KEY;
    const plainFlow = await startNumberedTraffic({ port: hep, prefix: 'plain-', perSecond: 2 * PER_SECOND, key });
    const tlsFlow = await startNumberedTraffic({
      port: tls,
      prefix: 'tls-',
      perSecond: PER_SECOND,
      tcpShare: 1,
      connectStream: secure,
      key,
    });

    const hostile = startHostileSenders({ hep, tls, websocket });
    // Also when the test fails, or it would not end.
    await using _senders = {
      async [Symbol.asyncDispose]() {
        await Promise.allSettled([hostile.stop(), plainFlow.stop(), tlsFlow.stop()]);
      },
    };
    const hostileUntil = delay(HOSTILE_AT_LEAST_MS);
    const slow = sendSlowly(hep, 2 * LATE_MESSAGES);
    await using idle = await openIdleConnections({ port: hep, count: IDLE.tcp, sources: SOURCES });
    await using idleTls = await openIdleConnections({ port: tls, count: IDLE.tls, sources: SOURCES });
    const crowded = await health(node);
    const { open, closed } = crowded.of('tcp').connections!;
    assert.ok(open <= 4096, `${open} connections`);
    assert.ok(closed.evicted! >= IDLE.tcp - 4096);

    // Who comes now finds room.
    await sendLate(connect(hep, '127.0.0.1'), 0);
    await sendLate(await secure(), LATE_MESSAGES);
    // What has been sent so far is found while the others are still at it.
    const sentSoFar = plainFlow.sent + tlsFlow.sent + 2 * LATE_MESSAGES;
    const caughtUp = await poll(
      () => health(node),
      ({ receivers }) => receivers.reduce((sum, { stored }) => sum + stored, 0) >= sentSoFar,
      20_000,
    );
    assert.ok(caughtUp.receivers.reduce((sum, { stored }) => sum + stored, 0) >= sentSoFar, 'storing goes on');
    await slow;
    await hostileUntil;
    const { connected, closed: idleClosed } = await idle.report();
    assert.equal(connected, IDLE.tcp);
    assert.ok(idleClosed >= IDLE.tcp - 4096);
    assert.equal((await idleTls.report()).connected, IDLE.tls);
    const memory = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${node.serverPid}/status`, 'utf8'))?.[1];
    t.diagnostic(`memory of the server while crowded: ${Number(memory) >> 10} MiB`);

    const tally = await hostile.stop();
    const sentPlain = await plainFlow.stop();
    const sentTls = await tlsFlow.stop();
    const sentUdp = sentPlain - plainFlow.sentOverTcp;
    const stored = sentPlain + sentTls + 2 * LATE_MESSAGES + 2;
    const settled = await poll(
      () => health(node),
      ({ receivers }) =>
        receivers.reduce((sum, receiver) => sum + receiver.stored, 0) >= stored &&
        receivers.every(({ pending }) => pending === 0),
      20_000,
    );

    const counts = Object.fromEntries(
      settled.receivers.map(({ name, connections, ...rest }) => [name.split(' ')[0], rest]),
    );
    t.diagnostic(JSON.stringify({ ...tally, ...Object.fromEntries(settled.receivers.map((r) => [r.name, r])) }));
    for (const { name, dropped, ...receiver } of settled.receivers) {
      assert.deepEqual(
        Object.values(dropped).filter((count) => count > 0),
        [],
        `${name} dropped ${JSON.stringify(dropped)}`,
      );
      const { received, duplicates, refused, undecodable, pending } = receiver;
      assert.equal(received, receiver.stored + duplicates + refused + undecodable + pending, name);
    }
    const { udp, tcp } = counts as Record<string, (typeof counts)[string]>;
    assert.deepEqual(
      { stored: udp!.stored, refused: udp!.refused, undecodable: udp!.undecodable },
      { stored: sentUdp, refused: tally.wrongKeys, undecodable: tally.garbageDatagrams },
    );
    assert.equal(tcp!.stored, plainFlow.sentOverTcp + LATE_MESSAGES + 2);
    assert.ok(tcp!.refused > 0 && tcp!.undecodable > 0);
    assert.equal(counts.tls!.stored, sentTls + LATE_MESSAGES);
    assert.equal(counts.ws!.stored, 0);
    for (const scheme of ['tls', 'ws']) assert.ok(settled.of(scheme).connections!.closed.handshake! > 0, scheme);

    await assertStoredOnce(node, { prefix: 'plain-', sent: sentPlain, stored: sentPlain });
    await assertStoredOnce(node, { prefix: 'tls-', sent: sentTls, stored: sentTls });
    const late = 2 * LATE_MESSAGES + 2;
    await assertStoredOnce(node, { prefix: 'late-', sent: late, stored: late });
  }),
);

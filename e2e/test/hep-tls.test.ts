// HEP over TLS and WebSocket, as plain HEP: what is sent arrives whole, byte for byte, also while certificates are exchanged.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { encodeHep3 } from '@calliope/hep';
import type { HealthReport, MessagesResponse } from '@calliope/model';
import { makeTestCertificates, type TestCertificates } from '../../packages/collector/test/test-certificates.ts';
import { sendWebSocket, trusting } from '../../packages/collector/test/tls-senders.ts';
import {
  assertStoredOnce,
  freePorts,
  numberedPayload,
  poll,
  runCalliope,
  settledAccounts,
  skipReason,
  startCalliope,
  startNumberedTraffic,
  withTemporaryDirectory,
} from '../src/index.ts';

const skip = skipReason('openssl');
const OVER_TLS = 6000;
const OVER_EACH_WEBSOCKET = 500;

/** Messages `from` to `to` of a run, each with a HEP frame of its own. */
function frames(prefix: string, from: number, to: number, protocol = 17): Uint8Array[] {
  return Array.from(
    { length: to - from },
    (_, i) =>
      encodeHep3({
        timestampUs: Date.now() * 1000,
        sourceIp: '192.0.2.1',
        destinationIp: '192.0.2.2',
        sourcePort: 5060,
        destinationPort: 5060,
        protocol,
        payload: numberedPayload(prefix, from + i),
      })!,
  );
}

async function connectSecurely(port: number, certificates: TestCertificates, own?: { cert: string; key: string }) {
  const socket = connectTls({ port, host: '127.0.0.1', ...trusting(certificates, own) });
  await once(socket, 'secureConnect');
  return socket;
}

/** Writes all in pieces that have nothing to do with frames, and waits until the other side has read them. */
async function sendInPieces(socket: Socket, wire: Buffer): Promise<void> {
  for (let at = 0, size = 1; at < wire.length; at += size, size = 1 + ((size * 7919) % 20_011)) {
    if (!socket.write(wire.subarray(at, at + size))) await once(socket, 'drain');
  }
  const closed = once(socket, 'close');
  socket.resume().end();
  await closed;
}

test('thousands of messages over TLS with certificates on both sides, ws and wss arrive whole', { skip }, () =>
  withTemporaryDirectory(async (directory) => {
    using certificates = makeTestCertificates();
    const { server, client, ca } = certificates;
    const [tls, ws, wss] = (await freePorts(3)) as [number, number, number];
    await using node = await startCalliope({
      directory,
      args: [
        ...['--hep-tls', `127.0.0.1:${tls}`, '--hep-websocket', `127.0.0.1:${ws}`, '--hep-wss', `127.0.0.1:${wss}`],
        ...['--hep-tls-cert', server.cert, '--hep-tls-key', server.key, '--hep-tls-client-ca', ca.cert],
      ],
    });
    const half = OVER_TLS / 2;
    const total = OVER_TLS + 2 * OVER_EACH_WEBSOCKET;
    const all = frames('secure-', 0, total);
    const [first, second] = await Promise.all([
      connectSecurely(tls, certificates, client),
      connectSecurely(tls, certificates, client),
    ]);
    await Promise.all([
      sendInPieces(first, Buffer.concat(all.slice(0, half))),
      sendInPieces(second, Buffer.concat(all.slice(half, OVER_TLS))),
      sendWebSocket(`ws://127.0.0.1:${ws}`, all.slice(OVER_TLS, OVER_TLS + OVER_EACH_WEBSOCKET)),
      sendWebSocket(
        `wss://127.0.0.1:${wss}`,
        all.slice(OVER_TLS + OVER_EACH_WEBSOCKET),
        trusting(certificates, client),
      ),
    ]);
    const accounts = await settledAccounts(node, total);
    assert.deepEqual(
      { ...accounts, dropped: {} },
      { received: total, stored: total, duplicates: 0, refused: 0, undecodable: 0, pending: 0, dropped: {} },
    );
    await assertStoredOnce(node, { prefix: 'secure-', sent: total, stored: total });

    // Without a certificate nothing is taken, and it is seen why.
    await connectSecurely(tls, certificates).then((socket) => socket.on('error', () => {}).destroySoon());
    const refused = await poll(
      () => node.get<HealthReport>('health'),
      ({ receivers }) => receivers.some(({ connections }) => connections?.closed.certificate === 1),
      10_000,
    );
    const { listen, receivers } = refused;
    assert.deepEqual(
      listen.hep.map((name) => name.split(' ')[0]),
      ['udp', 'tcp', 'tls', 'ws', 'wss'],
    );
    const report = receivers.find(({ name }) => name.startsWith('tls '))!;
    assert.equal(report.stored, OVER_TLS);
    assert.match(report.connections!.lastFailure!, /^127\.0\.0\.1: client certificate refused/);
    const metrics = await (await fetch(`${node.url}/metrics`)).text();
    assert.ok(metrics.includes(`calliope_messages_stored_total{receiver="tls 127.0.0.1:${tls}"} ${OVER_TLS}`));
    assert.ok(
      metrics.includes(`calliope_connections_closed_total{receiver="tls 127.0.0.1:${tls}",reason="certificate"} 1`),
    );

    // What HEP says was carried by SCTP is stored as such, however it came here.
    const socket = await connectSecurely(tls, certificates, client);
    await sendInPieces(socket, Buffer.concat(frames('sctp-', 0, 3, 132)));
    const { items } = await poll(
      () => node.get<MessagesResponse>('messages', { q: 'transport = sctp' }),
      ({ items }) => items.length === 3,
      10_000,
    );
    assert.deepEqual(
      items.map(({ transport, callId }) => [transport, callId.slice(0, 5)]),
      Array(3).fill(['sctp', 'sctp-']),
    );
  }),
);

test('certificates are exchanged by a reload while messages come, and none is lost', { skip }, () =>
  withTemporaryDirectory(async (directory) => {
    using certificates = makeTestCertificates();
    const [tls] = (await freePorts(1)) as [number];
    const files = { cert: join(directory, 'own.pem'), key: join(directory, 'own.key') };
    const use = (from: { cert: string; key: string }) => {
      copyFileSync(from.cert, files.cert);
      copyFileSync(from.key, files.key);
    };
    use(certificates.server);
    await using node = await startCalliope({
      directory,
      args: ['--hep-tls', `127.0.0.1:${tls}`, '--hep-tls-cert', files.cert, '--hep-tls-key', files.key],
    });
    const flow = await startNumberedTraffic({
      port: tls,
      prefix: 'exchange-',
      perSecond: 500,
      tcpShare: 1,
      connectStream: () => connectSecurely(tls, certificates),
    });
    try {
      await poll(
        async () => flow.sent,
        (sent) => sent > 200,
        10_000,
      );
      use(certificates.make('renewed', 365, certificates.ca));
      const reloaded = await runCalliope(['reload', '--data', node.dataDirectory], { cwd: directory });
      assert.equal(reloaded.code, 0, reloaded.stderr);
      const seen = await connectSecurely(tls, certificates);
      assert.equal(seen.getPeerCertificate().subject.CN, 'renewed');
      seen.destroy();

      writeFileSync(files.key, readFileSync(certificates.client.key));
      const mistaken = await runCalliope(['reload', '--data', node.dataDirectory], { cwd: directory });
      assert.equal(mistaken.code, 2);
      assert.match(mistaken.stderr, /own\.key does not belong to the certificate/);
    } finally {
      await flow.stop();
    }
    const { stored, received } = await settledAccounts(node, flow.sent);
    assert.deepEqual({ stored, received }, { stored: flow.sent, received: flow.sent });
    await assertStoredOnce(node, { prefix: 'exchange-', sent: flow.sent, stored: flow.sent });
  }),
);

test('files that cannot be used are told before anything starts, with exit status 2', { skip }, () =>
  withTemporaryDirectory(async (directory) => {
    using certificates = makeTestCertificates();
    const { server, stranger, directory: there } = certificates;
    const serve = (...args: string[]) =>
      runCalliope(['serve', '--data', join(directory, 'data'), '--hep-tls', '127.0.0.1:0', ...args], {
        cwd: directory,
      });
    const [missing, mismatch, none] = await Promise.all([
      serve(
        '--hep-tls-cert',
        join(there, 'no.pem'),
        '--hep-tls-key',
        join(there, 'no.key'),
        '--hep-tls-client-ca',
        server.key,
      ),
      serve('--hep-tls-cert', server.cert, '--hep-tls-key', stranger.key),
      serve(),
    ]);
    for (const { code } of [missing, mismatch, none]) assert.equal(code, 2);
    assert.match(missing.stderr, /certificate .*no\.pem cannot be read: there is no such file/);
    assert.match(missing.stderr, /private key .*no\.key cannot be read: there is no such file/);
    assert.match(missing.stderr, /client CA .*server\.key holds no certificate in PEM form/);
    assert.match(mismatch.stderr, /stranger\.key does not belong to the certificate .*server\.pem/);
    assert.match(none.stderr, /hep\.tls\.listen: hep\.tls\.cert is needed/);
  }),
);

import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import { createTlsReceiver, type Receiver, ReceiverError, type TlsReceiverOptions } from '../src/index.ts';
import { createFileSink } from './file-sink.ts';
import { hepFrame, parseEndpoint, sendTcp, until } from './hep-senders.ts';
import { makeTestCertificates, opensslSkip, type TestCertificates } from './test-certificates.ts';
import { connectTls, sendTls, trusting } from './tls-senders.ts';

describe('TLS', { skip: opensslSkip }, () => {
  let certificates: TestCertificates;
  let directory: string;
  let receiver: Receiver;
  let port: number;
  before(() => {
    certificates = makeTestCertificates();
  });
  after(() => certificates[Symbol.dispose]());
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'calliope-tls-'));
  });
  afterEach(async () => {
    await receiver.stop();
    rmSync(directory, { recursive: true });
  });

  async function start(options: Partial<TlsReceiverOptions> = {}): Promise<void> {
    receiver = createTlsReceiver({
      nodeName: 'here',
      address: '127.0.0.1',
      port: 0,
      tls: certificates.server,
      deliver: (_, onSettled) => onSettled('stored'),
      createSink: (events) => createFileSink(directory, 'tls', events),
      ...options,
    });
    await receiver.start();
    ({ port } = parseEndpoint(receiver.address));
  }

  const closedFor = () => receiver.report().connections!.closed;
  const lastFailure = () => receiver.report().connections!.lastFailure;

  /** Resolves when the connection is over, whether it came to be or not. */
  async function tried(options: ConnectionOptions): Promise<void> {
    const socket = await connectTls('127.0.0.1', port, options).catch(() => undefined);
    // In TLS 1.3 the client is done before the server has looked at its certificate.
    if (socket)
      await new Promise<void>((resolve) =>
        socket
          .on('error', () => {})
          .once('close', () => resolve())
          .resume(),
      );
  }

  test('takes TLS 1.2 and 1.3, and nothing older', async () => {
    await start();
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      await sendTls('127.0.0.1', port, [hepFrame()], {
        ...trusting(certificates),
        minVersion: version,
        maxVersion: version,
      });
    }
    await until(() => receiver.report().received === 2, 'both');
    const old = { ...trusting(certificates), minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } as const;
    await assert.rejects(connectTls('127.0.0.1', port, { ...old, ciphers: 'DEFAULT@SECLEVEL=0' }));
    await until(() => closedFor().handshake === 1, 'the refusal');
    assert.match(lastFailure()!, /127\.0\.0\.1: TLS handshake failed \(ERR_SSL_/);
  });

  test('with a client CA, takes senders with a certificate of it, and counts others', async () => {
    await start({ tls: { ...certificates.server, clientCa: certificates.ca.cert } });
    await sendTls('127.0.0.1', port, [hepFrame()], trusting(certificates, certificates.client));
    await until(() => receiver.report().received === 1, 'the trusted one');
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      await tried({ ...trusting(certificates), maxVersion: version });
      await tried({ ...trusting(certificates, certificates.stranger), maxVersion: version });
    }
    await until(() => closedFor().certificate === 4, 'four refusals');
    assert.match(lastFailure()!, /client certificate refused/);
    assert.equal(receiver.report().received, 1);
    assert.deepEqual(receiver.problems(), []);
  });

  test('counts who speaks no TLS, breaks off or says nothing, and goes on', async () => {
    await start({ handshakeMs: 200 });
    const silent = connectPlain(port, '127.0.0.1');
    await sendTcp('127.0.0.1', port, [hepFrame()]).catch(() => {});
    await sendTcp('127.0.0.1', port, [Buffer.from('GET / HTTP/1.1\r\n\r\n')]).catch(() => {});
    await sendTcp('127.0.0.1', port, []);
    const half = connectPlain(port, '127.0.0.1').on('error', () => {});
    // The beginning of a ClientHello.
    half.write(Buffer.from([22, 3, 1, 2, 0, 1, 0]));
    await until(() => closedFor().handshake_timeout === 2, 'both that say nothing more');
    await until(() => closedFor().handshake === 3, 'the others');
    await sendTls('127.0.0.1', port, [hepFrame()], trusting(certificates));
    await until(() => receiver.report().received === 1, 'a good sender');
    assert.equal(receiver.report().connections!.accepted, 6);
    silent.destroy();
    half.destroy();
  });

  test('a connection reset in the middle of its handshake or of a frame does no harm', async () => {
    await start();
    const early = connectPlain(port, '127.0.0.1');
    early.write(Buffer.from([22, 3, 1]));
    await until(() => receiver.report().connections!.open === 1, 'the connection');
    early.resetAndDestroy();
    await until(() => closedFor().handshake === 1, 'its end');
    const plain = connectPlain(port, '127.0.0.1');
    const socket = await connectTls('127.0.0.1', port, { ...trusting(certificates), socket: plain, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.write(Buffer.concat([hepFrame(), hepFrame().subarray(0, 50)]));
    await until(() => receiver.report().received === 1, 'the frame');
    plain.resetAndDestroy();
    await until(() => receiver.report().undecodable === 1, 'the cut frame');
    assert.equal(receiver.report().connections!.open, 0);
  });

  test('keeps senders waiting while the spool is nearly full, and loses nothing', async () => {
    let isFull = true;
    await start({ shouldPause: () => isFull });
    await until(() => receiver.problems().length === 1, 'the pause');
    const socket = await connectTls('127.0.0.1', port, trusting(certificates));
    const frames = Array.from({ length: 2000 }, () => hepFrame(`x${'y'.repeat(20_000)}`));
    for (const frame of frames) socket.write(frame);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(receiver.report().received, 0);
    assert.ok(socket.writableLength > 0);
    isFull = false;
    await until(() => receiver.report().received === frames.length, 'all frames');
    assert.equal(receiver.report().undecodable, 0);
    socket.destroy();
  });

  test('certificates are exchanged while it runs: open connections go on, new ones see the new one', async () => {
    const files = { cert: join(directory, 'own.pem'), key: join(directory, 'own.key') };
    const use = (from: { cert: string; key: string }) => {
      copyFileSync(from.cert, files.cert);
      copyFileSync(from.key, files.key);
    };
    use(certificates.server);
    await start({ tls: files });
    const before = await connectTls('127.0.0.1', port, trusting(certificates));
    assert.equal(before.getPeerCertificate().subject.CN, 'server');

    use(certificates.make('renewed', 3, certificates.ca));
    receiver.reload!();
    const renewed = await connectTls('127.0.0.1', port, trusting(certificates));
    assert.equal(renewed.getPeerCertificate().subject.CN, 'renewed');
    assert.match(receiver.problems()[0]!, /^tls 127\.0\.0\.1:\d+: the certificate .*own\.pem expires on \d{4}-/);
    before.write(hepFrame());
    renewed.write(hepFrame());
    await until(() => receiver.report().received === 2, 'what both send');

    writeFileSync(files.key, 'damaged');
    assert.throws(
      () => receiver.reload!(),
      (error) => error instanceof ReceiverError && error.code === 'bad_certificate',
    );
    await sendTls('127.0.0.1', port, [hepFrame()], trusting(certificates));
    await until(() => receiver.report().received === 3, 'with what was in use');

    receiver.reload!({ ...certificates.server, clientCa: certificates.ca.cert });
    await tried(trusting(certificates));
    await until(() => closedFor().certificate === 1, 'the refusal');
    before.destroy();
    renewed.destroy();
  });

  test('files that cannot be used are an error before anything listens', async () => {
    await start();
    const { server, client } = certificates;
    assert.throws(
      () =>
        createTlsReceiver({
          nodeName: 'x',
          port: 0,
          tls: { cert: server.cert, key: client.key },
          deliver: () => {},
          createSink: (events) => createFileSink(directory, 'x', events),
        }),
      (error) => error instanceof ReceiverError && error.code === 'bad_certificate',
    );
  });
});

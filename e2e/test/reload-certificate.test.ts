// A certificate is renewed in place, as certbot does it, while a sender is connected.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { encodeHep3 } from '@calliope/hep';
import {
  freePorts,
  numberedPayload,
  poll,
  readAccounts,
  runCalliope,
  skipReason,
  startCalliope,
  withTemporaryDirectory,
} from '../src/index.ts';

function makeCertificate(directory: string, name: string): void {
  const files = ['-keyout', join(directory, `${name}.key`), '-out', join(directory, `${name}.pem`)];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];
  execFileSync('openssl', ['req', ...kind, '-subj', `/CN=${name}`, ...files], { stdio: 'ignore' });
}

async function connectTls(port: number): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

const nameOf = (socket: TLSSocket): unknown => socket.getPeerCertificate().subject.CN;

function frame(number: number): Uint8Array {
  return encodeHep3({
    timestampUs: Date.now() * 1000,
    sourceIp: '192.0.2.1',
    destinationIp: '192.0.2.2',
    sourcePort: 5060,
    destinationPort: 5060,
    payload: numberedPayload('renewed-', number),
  })!;
}

test(
  'a renewed certificate is shown to new senders after a reload, and nobody is cut off; a broken one changes nothing',
  {
    skip: skipReason('openssl'),
  },
  () =>
    withTemporaryDirectory(async (directory) => {
      const [port] = (await freePorts(1)) as [number];
      makeCertificate(directory, 'first');
      makeCertificate(directory, 'second');
      const [cert, key] = [join(directory, 'live.pem'), join(directory, 'live.key')];
      const install = (name: string) => {
        copyFileSync(join(directory, `${name}.pem`), cert);
        copyFileSync(join(directory, `${name}.key`), key);
      };
      install('first');
      const tls = `hep:\n  tls:\n    listen: "127.0.0.1:${port}"\n    cert: ${cert}\n    key: ${key}\n`;
      writeFileSync(join(directory, 'calliope.yaml'), tls);
      await using node = await startCalliope({ directory });
      const reload = () => runCalliope(['reload', '--data', node.dataDirectory], { cwd: directory });
      const stays = await connectTls(port);
      assert.equal(nameOf(stays), 'first');
      stays.write(frame(0));

      install('second');
      assert.equal((await reload()).code, 0);
      const renewed = await connectTls(port);
      assert.equal(nameOf(renewed), 'second');
      renewed.end(frame(1));
      stays.write(frame(2));

      writeFileSync(cert, 'no certificate at all');
      const broken = await reload();
      assert.equal(broken.code, 2);
      assert.match(broken.stderr, /Nothing was changed.*live\.pem/s);
      const still = await connectTls(port);
      assert.equal(nameOf(still), 'second');
      still.end(frame(3));
      stays.end(frame(4));

      const accounts = await poll(
        () => readAccounts(node),
        ({ stored }) => stored === 5,
        20_000,
      );
      assert.equal(accounts.stored, 5);
    }),
);

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ReceiverError, readTlsCredentials, type TlsFiles } from '../src/index.ts';
import { makeTestCertificates, opensslSkip, type TestCertificates } from './test-certificates.ts';

describe('TLS files', { skip: opensslSkip }, () => {
  let certificates: TestCertificates;
  before(() => {
    certificates = makeTestCertificates();
  });
  after(() => certificates[Symbol.dispose]());

  function file(name: string, content: string): string {
    const path = join(certificates.directory, name);
    writeFileSync(path, content);
    return path;
  }

  function mistakesOf(files: TlsFiles): string {
    try {
      readTlsCredentials(files);
    } catch (error) {
      assert.ok(error instanceof ReceiverError);
      assert.equal(error.code, 'bad_certificate');
      return error.message;
    }
    assert.fail('no mistake was found');
  }

  test('that fit together are read, with the intermediate certificates and the end of validity', () => {
    const { server, ca } = certificates;
    const chain = file('chain.pem', readFileSync(server.cert, 'latin1') + readFileSync(ca.cert, 'latin1'));
    const read = readTlsCredentials({ cert: chain, key: server.key, clientCa: ca.cert });
    assert.ok(read.cert.includes('CERTIFICATE'));
    assert.ok(read.clientCa);
    const days = (read.expiresMs - Date.now()) / 86_400_000;
    assert.ok(days > 364 && days < 366, `${days} days`);
  });

  test('every mistake is told at once, with the name of the file', () => {
    const message = mistakesOf({
      cert: join(certificates.directory, 'none.pem'),
      key: file('empty.key', ''),
      clientCa: file('text.pem', 'no certificate'),
    });
    assert.match(message, /certificate .*none\.pem cannot be read: there is no such file/);
    assert.match(message, /private key .*empty\.key holds no key in PEM form/);
    assert.match(message, /client CA .*text\.pem holds no certificate in PEM form/);
  });

  test('a key of another certificate, a wrong order, a directory, damage and a passphrase are told apart', () => {
    const { server, client, ca, directory } = certificates;
    assert.match(mistakesOf({ cert: server.cert, key: client.key }), /client\.key does not belong to the certificate/);
    const reversed = file('reversed.pem', readFileSync(ca.cert, 'latin1') + readFileSync(server.cert, 'latin1'));
    assert.match(mistakesOf({ cert: reversed, key: server.key }), /own certificate must come first/);
    mkdirSync(join(directory, 'folder'), { recursive: true });
    assert.match(mistakesOf({ cert: join(directory, 'folder'), key: server.key }), /folder cannot be read: EISDIR/);
    const damaged = readFileSync(server.cert, 'latin1').replace(/\n[^-\n]{20}/, `\n${'A'.repeat(20)}`);
    assert.match(mistakesOf({ cert: file('damaged.pem', damaged), key: server.key }), /holds a damaged certificate/);
    const pem = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';
    assert.match(mistakesOf({ cert: server.cert, key: file('damaged.key', pem) }), /holds a damaged key/);
    const encrypted = join(directory, 'encrypted.key');
    execFileSync('openssl', ['pkey', '-in', server.key, '-aes256', '-passout', 'pass:x', '-out', encrypted]);
    assert.match(mistakesOf({ cert: server.cert, key: encrypted }), /encrypted\.key is encrypted/);
  });
});

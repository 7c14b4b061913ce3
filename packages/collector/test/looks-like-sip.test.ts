import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { containsSipVersion, looksLikeSip } from '../src/looks-like-sip.ts';

const looks = (text: string) => {
  const bytes = Buffer.from(`..${text}\r\n SIP/2.0`, 'latin1');
  return looksLikeSip(bytes, 2, 2 + Buffer.byteLength(text, 'latin1'));
};

test('requests and responses look like SIP, of any method and version, with CRLFs before them', () => {
  for (const text of [
    'INVITE sip:a@b SIP/2.0',
    'INVITE sip:a@b SIP/2.0\r\nVia: x',
    'SIP/2.0 200 OK\r\n',
    'SIP/2.0 100 ',
    '\r\n\r\nOPTIONS sip:a@b SIP/2.0\r\n',
    "!interesting-Method0123456789_*+`.%indeed'~ sip:a@b SIP/2.0\r\n",
    'OPTIONS sip:t@example.org SIP/7.0\r\n',
    'INVITE  sip:a b  SIP/2.0 \r\n',
  ]) {
    assert.equal(looks(text), true, text);
  }
});

test('other protocols, and pieces of SIP, do not', () => {
  for (const text of [
    '',
    'GET / HTTP/1.1\r\n',
    'SIP/2.0/UDP 192.0.2.1\r\n',
    'Via: SIP/2.0/UDP 192.0.2.1\r\n',
    'x SIP/2.0/UDP 192.0.2.1\r\n',
    'INVITE sip:a@b\r\nVia: SIP/2.0',
    ' INVITE sip:a@b SIP/2.0\r\n',
    'SIP/2.',
    'SIP/2.0',
    '\x80\x00INVITE sip:a@b SIP/2.0',
    `${'x'.repeat(65)} sip:a@b SIP/2.0`,
  ]) {
    assert.equal(looks(text), false, text);
  }
});

test('the version of SIP is found anywhere in a chunk', () => {
  assert.equal(containsSipVersion(Buffer.from('xSSIP/2.0')), true);
  assert.equal(containsSipVersion(Buffer.from('SIP/2.')), false);
});

const torture = join(
  process.env.CALLIOPE_FIXTURES ?? join(import.meta.dirname, '../../../../shared/fixtures'),
  'rfc4475',
);
const skip = existsSync(torture) ? false : `no messages at ${torture}: set CALLIOPE_FIXTURES`;

test('the torture messages of RFC 4475 look like SIP', { skip }, () => {
  for (const name of readdirSync(torture)) {
    const bytes = readFileSync(join(torture, name));
    // The start line of test.dat has no version.
    assert.equal(looksLikeSip(bytes, 0, bytes.length), name !== 'test.dat', name);
  }
});

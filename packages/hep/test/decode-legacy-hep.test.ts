import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HepCode, HepFlag } from '../src/index.ts';
import { decode, HEP1, HEP2, HEP2_IPV6, hex, RECEIVED_US, SIP_TEXT, VECTOR_PACKET } from './hep-vectors.ts';

const patched = (datagram: Uint8Array, at: number, bytes: string) => {
  const copy = Buffer.from(datagram);
  copy.set(hex(bytes), at);
  return copy;
};

test('decodes the synthetic HEP 1 vector at the time of reception', () => {
  assert.equal(HEP1.length, 43);
  assert.deepEqual(decode(HEP1), {
    result: HepFlag.NO_TIMESTAMP,
    packet: { ...VECTOR_PACKET, captureId: 0, timestampUs: RECEIVED_US },
  });
});

test('decodes the synthetic HEP 2 vectors, IPv4 and IPv6', () => {
  assert.equal(HEP2.length, 55);
  assert.equal(HEP2_IPV6.length, 79);
  assert.deepEqual(decode(HEP2), { result: HepCode.OK, packet: VECTOR_PACKET });
  assert.deepEqual(decode(HEP2_IPV6), {
    result: HepCode.OK,
    packet: { ...VECTOR_PACKET, source: '2001:db8::1 5060', destination: '2001:db8::2 5080' },
  });
});

test('never trusts the header length: sofia-sip counts the time header, sngrep writes garbage', () => {
  for (const length of ['00', '01', '10', '1c', '34', 'ff']) {
    assert.deepEqual(decode(patched(HEP2, 1, length)), { result: HepCode.OK, packet: VECTOR_PACKET });
    assert.equal(decode(patched(HEP1, 1, length)).packet.payload, SIP_TEXT);
  }
});

test('knows the AF_INET6 of Linux, Windows, Solaris, FreeBSD and macOS, and no other family', () => {
  for (const family of ['0a', '17', '1a', '1c', '1e']) {
    assert.equal(decode(patched(HEP2_IPV6, 2, family)).packet.source, '2001:db8::1 5060');
  }
  for (const family of ['00', '01', '03', 'ff']) {
    assert.equal(decode(patched(HEP2_IPV6, 2, family)).result, HepCode.BAD_ADDRESS_FAMILY);
  }
});

test('Kamailio: garbage in the padding, even printable, is no part of the message', () => {
  assert.deepEqual(decode(patched(HEP2, 26, '4142')), { result: HepCode.OK, packet: VECTOR_PACKET });
});

test('a 10-byte time header is understood', () => {
  const short = Buffer.concat([HEP2.subarray(0, 26), Buffer.from(SIP_TEXT)]);
  assert.deepEqual(decode(short), { result: HepCode.OK, packet: VECTOR_PACKET });
  const binaryAfterText = Buffer.concat([HEP2.subarray(0, 26), Buffer.from('AB\u0001\u0002')]);
  assert.equal(decode(binaryAfterText).packet.payload, 'AB\u0001\u0002');
});

test('a big-endian host: time and capture id are read in its order when only that makes a plausible time', () => {
  const bigEndian = patched(HEP2, 16, '6553f100 0001e240 07d1');
  assert.deepEqual(decode(bigEndian), { result: HepCode.OK, packet: VECTOR_PACKET });
});

test('a time that is plausible in neither order gives way to the time of reception', () => {
  const { result, packet } = decode(patched(HEP2, 16, '00000000'));
  assert.equal(result, HepFlag.BAD_TIMESTAMP);
  assert.deepEqual(packet, { ...VECTOR_PACKET, timestampUs: RECEIVED_US });
});

test('OpenSIPS: trailing NULs are not part of the message', () => {
  const padded = decode(Buffer.concat([HEP2_IPV6, Buffer.alloc(32)]));
  assert.equal(padded.result, HepCode.OK);
  assert.equal(padded.packet.payload, SIP_TEXT);
  assert.equal(decode(Buffer.concat([HEP1, Buffer.alloc(8)])).packet.payload, SIP_TEXT);
});

test('a header alone is a packet without payload; less than a header is truncated', () => {
  assert.ok(decode(HEP1.subarray(0, 16)).result & HepFlag.NO_PAYLOAD);
  assert.ok(decode(HEP2.subarray(0, 28)).result & HepFlag.NO_PAYLOAD);
  for (let length = 1; length < 16; length++) {
    assert.equal(decode(HEP1.subarray(0, length)).result, HepCode.TRUNCATED);
  }
  for (let length = 1; length < 26; length++) {
    assert.equal(decode(HEP2.subarray(0, length)).result, HepCode.TRUNCATED);
  }
  assert.equal(decode(HEP2_IPV6.subarray(0, 39)).result, HepCode.TRUNCATED);
});

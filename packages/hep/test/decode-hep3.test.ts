import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { HepCode, HepFlag, MAX_INFLATED_BYTES } from '../src/index.ts';
import {
  BASE_CHUNKS,
  chunk,
  decode,
  HEP3,
  HEP3_BODY,
  hep3,
  hex,
  RECEIVED_US,
  SIP_TEXT,
  VECTOR_PACKET,
} from './hep-vectors.ts';

const WHOLE = { ...VECTOR_PACKET, node: 'n1', correlationId: 'abc', key: 'pw' };
const frame = (...chunks: Uint8Array[]) => hep3(Buffer.concat([BASE_CHUNKS, ...chunks]));
const payload = chunk(0x0f, SIP_TEXT);

test('decodes the synthetic HEP 3 vector', () => {
  assert.equal(HEP3.length, 151);
  assert.deepEqual(decode(HEP3), { result: HepCode.OK, packet: WHOLE });
});

test('takes EEP3 and the EEP1 draft as HEP 3, but not the meanings that the draft gave 0x0010 and 0x0011', () => {
  assert.deepEqual(decode(hep3(HEP3_BODY, 'EEP3')), { result: HepCode.OK, packet: WHOLE });
  const draft = hep3(Buffer.concat([HEP3_BODY, chunk(0x10, hex('00000001')), chunk(0x11, hex('0005'))]), 'EEP1');
  assert.deepEqual(decode(draft), { result: HepCode.OK, packet: { ...WHOLE, correlationId: '' } });
});

test('takes chunks in any order: the reverse of the vector reads the same', () => {
  const chunks: Buffer[] = [];
  for (let at = 0; at < HEP3_BODY.length; ) {
    const length = HEP3_BODY.readUInt16BE(at + 4);
    chunks.unshift(HEP3_BODY.subarray(at, at + length));
    at += length;
  }
  assert.deepEqual(decode(hep3(Buffer.concat(chunks))), { result: HepCode.OK, packet: WHOLE });
});

test('skips chunks of vendors and unknown chunks', () => {
  const result = decode(
    frame(payload, chunk(0x0f, 'opaque', 9), chunk(0x03, hex('01020304'), 256), chunk(0x2222, '?')),
  );
  assert.deepEqual(result, { result: HepCode.OK, packet: VECTOR_PACKET });
});

test('a frame of vendor chunks only (eep-um) is a packet without payload and addresses', () => {
  const { result, packet } = decode(hep3(chunk(0x0f, 'LI', 9), 'EEP3'));
  assert.equal(result, HepFlag.NO_PAYLOAD | HepFlag.NO_ADDRESS | HepFlag.BAD_TIMESTAMP);
  assert.equal(packet.source, '0.0.0.0 0');
});

test('the last of duplicate chunks wins', () => {
  const { packet } = decode(
    frame(chunk(0x0f, 'first'), payload, chunk(0x07, hex('1000')), chunk(0x0c, hex('00000007'))),
  );
  assert.deepEqual(packet, { ...VECTOR_PACKET, source: '192.0.2.1 4096', captureId: 7 });
  const zipped = chunk(0x10, deflateSync('zipped'));
  assert.equal(decode(frame(zipped, payload)).packet.payload, SIP_TEXT);
  assert.equal(decode(frame(payload, zipped)).packet.payload, 'zipped');
});

test('reads IPv6 addresses, also when the family chunk is absent or is the constant of another system', () => {
  const source = chunk(5, hex('20010db8000000000000000000000001'));
  const destination = chunk(6, hex('20010db8000000000000000000000002'));
  for (const family of [[], [chunk(1, hex('0a'))], [chunk(1, hex('1e'))]]) {
    const { result, packet } = decode(hep3(Buffer.concat([...family, source, destination, payload])));
    assert.equal(result & HepFlag.NO_ADDRESS, 0);
    assert.equal(packet.source, '2001:db8::1 0');
    assert.equal(packet.destination, '2001:db8::2 0');
  }
});

test('with two pairs of addresses the family chunk decides', () => {
  const both = [chunk(5, Buffer.alloc(16, 1)), chunk(6, Buffer.alloc(16, 2)), payload];
  assert.equal(decode(frame(...both)).packet.source, '192.0.2.1 5060');
  assert.match(decode(frame(...both, chunk(1, hex('0a')))).packet.source, /^101:101:/);
});

test('one IPv4 and one IPv6 address: both read as IPv6, and the names after them are still found', () => {
  const { result, packet } = decode(
    hep3(
      Buffer.concat([
        chunk(0x13, 'edge'),
        chunk(0x0e, 'pw'),
        chunk(0x11, 'cid'),
        chunk(3, hex('c0000201')),
        chunk(6, hex('20010db8000000000000000000000002')),
        chunk(9, hex('6553f100')),
        payload,
      ]),
    ),
  );
  assert.equal(result, HepCode.OK);
  assert.equal(packet.source, '::ffff:c000:201 0');
  assert.equal(packet.destination, '2001:db8::2 0');
  assert.deepEqual([packet.node, packet.key, packet.correlationId], ['edge', 'pw', 'cid']);
  assert.equal(packet.payload, SIP_TEXT);
});

test('inflates chunk 0x0010 as zlib (OpenSIPS, captagent), gzip and raw deflate', () => {
  for (const pack of [deflateSync, gzipSync, deflateRawSync]) {
    const { result, packet } = decode(frame(chunk(0x10, pack(SIP_TEXT))));
    assert.equal(result, HepFlag.INFLATED);
    assert.deepEqual(packet, VECTOR_PACKET);
  }
});

test('bounds what a compressed payload becomes, and names what does not inflate', () => {
  const bomb = deflateSync(Buffer.alloc(MAX_INFLATED_BYTES + 1));
  assert.equal(decode(frame(chunk(0x10, bomb))).result, HepCode.INFLATED_TOO_LARGE);
  const full = decode(frame(chunk(0x10, deflateSync(Buffer.alloc(MAX_INFLATED_BYTES)))));
  assert.equal(full.packet.payload.length, MAX_INFLATED_BYTES);
  assert.equal(decode(frame(chunk(0x10, 'not compressed at all'))).result, HepCode.BAD_COMPRESSION);
  const cut = deflateSync(SIP_TEXT);
  assert.equal(decode(frame(chunk(0x10, cut.subarray(0, cut.length - 8)))).result, HepCode.BAD_COMPRESSION);
});

test('inflates a whole frame in gzip (heplify payload_zip), bounded', () => {
  const { result, packet } = decode(gzipSync(HEP3));
  assert.equal(result, HepFlag.INFLATED);
  assert.deepEqual(packet, WHOLE);
  assert.equal(decode(gzipSync(Buffer.alloc(MAX_INFLATED_BYTES + 1))).result, HepCode.INFLATED_TOO_LARGE);
  assert.equal(decode(gzipSync(HEP3).subarray(0, 40)).result, HepCode.BAD_COMPRESSION);
  assert.equal(decode(gzipSync(gzipSync(HEP3))).result, HepCode.NOT_HEP);
});

test('ignores what follows the announced end of the frame', () => {
  assert.deepEqual(decode(Buffer.concat([HEP3, Buffer.from('trailing')])), { result: HepCode.OK, packet: WHOLE });
});

test('a datagram shorter than announced is a packet when its payload is whole, else truncated', () => {
  const { result, packet } = decode(frame(payload, chunk(0x2000, 'lost')).subarray(0, -2));
  assert.equal(result, HepFlag.DAMAGED);
  assert.equal(packet.payload, SIP_TEXT);
  for (let length = 4; length < HEP3.length; length++) {
    assert.equal(decode(HEP3.subarray(0, length)).result, HepCode.TRUNCATED, `prefix of ${length}`);
  }
});

test('a chunk with an impossible length ends the frame: a packet when the payload came before it', () => {
  const tooShort = hex('0000 0022 0005');
  const tooLong = hex('0000 0022 ffff');
  for (const bad of [tooShort, tooLong, hex('000000')]) {
    assert.equal(decode(frame(payload, bad)).result, HepFlag.DAMAGED);
    assert.equal(decode(frame(bad)).result, HepCode.BAD_CHUNK_LENGTH);
  }
  assert.equal(decode(Buffer.from('HEP3\0\u0005')).result, HepCode.BAD_FRAME_LENGTH);
});

test('a chunk of fixed size with another size is passed over, integers of another width are read', () => {
  const odd = [chunk(3, hex('c00002')), chunk(7, hex('13')), chunk(0x12, hex('000001')), chunk(5, hex('00'))];
  assert.deepEqual(decode(frame(...odd, payload)), { result: HepCode.OK, packet: VECTOR_PACKET });
  assert.equal(decode(frame(payload, chunk(0x0c, hex('0bb8')))).packet.captureId, 3000);
});

test('sngrep: a capture id in the upper half is shifted back', () => {
  assert.equal(decode(frame(payload, chunk(0x0c, hex('07d10000')))).packet.captureId, 2001);
  assert.equal(decode(frame(payload, chunk(0x0c, hex('00010000')))).packet.captureId, 1);
  assert.equal(decode(frame(payload, chunk(0x0c, hex('00000000')))).packet.captureId, 0);
  assert.equal(decode(frame(payload, chunk(0x0c, hex('ffffffff')))).packet.captureId, 0xffffffff);
});

test('OpenSIPS: chunk 0x0065 is the correlation id unless 0x0011 is there', () => {
  const json = '{"call-id":"x"}';
  assert.equal(decode(frame(chunk(0x65, json), payload)).packet.correlationId, json);
  assert.equal(decode(frame(chunk(0x65, json), chunk(0x11, 'x'), payload)).packet.correlationId, 'x');
  assert.equal(decode(frame(chunk(0x11, ''), chunk(0x65, json), payload)).packet.correlationId, json);
});

test('OpenSIPS: a control packet has no payload chunk', () => {
  const { result, packet } = decode(frame(chunk(0x0b, hex('60')), chunk(0x11, 'x')));
  assert.equal(result, HepFlag.NO_PAYLOAD);
  assert.equal(packet.payloadType, 0x60);
  assert.equal(packet.payload, '');
});

test('heplify: the ping after a reconnect is a packet without payload', () => {
  assert.ok(decode(hep3(Buffer.alloc(0))).result & HepFlag.NO_PAYLOAD);
  assert.ok(decode(frame(chunk(0x0f, ''))).result & HepFlag.NO_PAYLOAD);
});

test('heplify: VLAN is always sent, 0 for none; TCP flags, TOS and MOS are passed over', () => {
  const extras = [chunk(0x17, hex('18')), chunk(0x18, hex('b8')), chunk(0x20, hex('01b8'))];
  assert.equal(decode(frame(chunk(0x12, hex('0000')), ...extras, payload)).packet.vlan, 0);
  assert.equal(decode(frame(chunk(0x12, hex('0123')), ...extras, payload)).packet.vlan, 0x123);
});

test('Kamailio and OpenSIPS: markers for TLS and WebSocket are kept as the protocol', () => {
  for (const marker of [22, 50, 6, 132]) {
    assert.equal(decode(frame(chunk(2, Uint8Array.of(marker)), payload)).packet.protocol, marker);
  }
});

test('sofia-sip: unspecified addresses of a wildcard socket are taken as they are', () => {
  const unspecified = [chunk(1, hex('0a')), chunk(5, Buffer.alloc(16)), chunk(6, Buffer.alloc(16)), payload];
  const { result, packet } = decode(hep3(Buffer.concat([...unspecified, chunk(9, hex('6553f100'))])));
  assert.equal(result, HepCode.OK);
  assert.equal(packet.source, ':: 0');
});

test('Asterisk, rtpengine: other payload types come through with their correlation id', () => {
  const rtcp = decode(frame(chunk(0x0b, hex('05')), chunk(0x11, 'call-1'), chunk(0x0f, '{"type":200}')));
  assert.equal(rtcp.packet.payloadType, 5);
  assert.equal(rtcp.packet.correlationId, 'call-1');
  assert.equal(rtcp.packet.payload, '{"type":200}');
  assert.equal(decode(frame(chunk(0x0b, hex('3d')), payload)).packet.payloadType, 61);
});

test('a clock that cannot be right gives way to the time of reception', () => {
  const at = (seconds: number) => {
    const body = Buffer.alloc(4);
    body.writeUInt32BE(seconds);
    return decode(frame(payload, chunk(9, body)));
  };
  const received = RECEIVED_US / 1e6;
  for (const seconds of [0, 1, received - 11 * 365.25 * 86400, received + 86401, 0xffffffff]) {
    const { result, packet } = at(seconds);
    assert.equal(result, HepFlag.BAD_TIMESTAMP, `${seconds}`);
    assert.equal(packet.timestampUs, RECEIVED_US);
  }
  for (const seconds of [received - 9 * 365.25 * 86400, received + 86300]) assert.equal(at(seconds).result, HepCode.OK);
});

test('microseconds past a second count as zero and are flagged', () => {
  const { result, packet } = decode(frame(payload, chunk(0x0a, hex('000f4240'))));
  assert.equal(result, HepFlag.BAD_TIMESTAMP);
  assert.equal(packet.timestampUs, 1_700_000_000_000_000);
});

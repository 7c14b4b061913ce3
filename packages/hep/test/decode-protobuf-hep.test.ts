import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HepCode, HepFlag } from '../src/index.ts';
import { decode, RECEIVED_US, SIP_TEXT, VECTOR_PACKET } from './hep-vectors.ts';

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}
const number = (field: number, value: number) => Buffer.from([...varint(field * 8), ...varint(value)]);
const octets = (field: number, value: string | Uint8Array) => {
  const body = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(body.length)]), body]);
};

/** The fields in the order in which heplify's generated code writes them. */
function message(overrides: { version?: number; source?: string | Uint8Array; seconds?: number } = {}): Buffer {
  return Buffer.concat([
    number(1, overrides.version ?? 2),
    number(2, 17),
    octets(3, overrides.source ?? '192.0.2.1'),
    octets(4, overrides.version === 10 ? '2001:db8::2' : '192.0.2.2'),
    number(5, 5060),
    number(6, 5080),
    number(7, overrides.seconds ?? 1_700_000_000),
    number(8, 123_456),
    number(9, 1),
    number(10, 2001),
    octets(11, 'pw'),
    octets(12, SIP_TEXT),
    octets(13, 'abc'),
    number(14, 0),
  ]);
}

const WHOLE = { ...VECTOR_PACKET, key: 'pw', correlationId: 'abc' };

test('decodes a protobuf frame of heplify', () => {
  assert.deepEqual(decode(message()), { result: HepCode.OK, packet: WHOLE });
});

test('decodes IPv6, as text and as sixteen bytes', () => {
  const packet = { ...WHOLE, source: '2001:db8::1 5060', destination: '2001:db8::2 5080' };
  assert.deepEqual(decode(message({ version: 10, source: '2001:db8::1' })), { result: HepCode.OK, packet });
  const bytes = Buffer.from('20010db8000000000000000000000001', 'hex');
  assert.deepEqual(decode(message({ version: 10, source: bytes })), { result: HepCode.OK, packet });
});

test('skips unknown fields of every wire type', () => {
  const unknown = Buffer.concat([
    number(99, 1),
    octets(98, 'x'),
    Buffer.from([...varint(97 * 8 + 1), 1, 2, 3, 4, 5, 6, 7, 8]),
    Buffer.from([...varint(96 * 8 + 5), 1, 2, 3, 4]),
  ]);
  assert.deepEqual(decode(Buffer.concat([message(), unknown])), { result: HepCode.OK, packet: WHOLE });
});

test('a bad clock gives way to the time of reception', () => {
  const { result, packet } = decode(message({ seconds: 0 }));
  assert.equal(result, HepFlag.BAD_TIMESTAMP);
  assert.equal(packet.timestampUs, RECEIVED_US);
});

test('names what is wrong: malformed, without payload, without an address', () => {
  const whole = message();
  assert.equal(decode(whole.subarray(0, 40)).result, HepCode.BAD_PROTOBUF);
  assert.equal(decode(Buffer.from([0x08, 0x02])).result, HepCode.BAD_PROTOBUF);
  assert.equal(decode(Buffer.concat([whole, Buffer.from([0x0f])])).result, HepCode.BAD_PROTOBUF);
  assert.equal(decode(Buffer.from([0x08, ...new Array<number>(12).fill(0xff)])).result, HepCode.BAD_PROTOBUF);
  assert.equal(decode(message({ source: 'localhost' })).result, HepCode.BAD_ADDRESS_FAMILY);
});

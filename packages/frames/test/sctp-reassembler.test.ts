import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildIpPacket } from '../src/index.ts';
import {
  bytesOf,
  concat,
  datagramTexts,
  dissect,
  frame,
  ip,
  packet,
  packets,
  START_US,
  u16,
  u32,
} from './sample-frames.ts';

const BEGINS = 2;
const ENDS = 1;

function chunk(tsn: number, text: string, flags = BEGINS | ENDS, stream = 0): Uint8Array {
  const bytes = bytesOf(text);
  return concat(
    [0, flags],
    u16(16 + bytes.length),
    u32(tsn),
    u16(stream),
    u16(0),
    u32(0),
    bytes,
    new Uint8Array(-bytes.length & 3),
  );
}

function sctp(tag: number, ...chunks: Uint8Array[]): Uint8Array {
  return ip(132, concat(u16(5060), u16(5070), u32(tag), u32(0), ...chunks));
}

test('every whole message in a packet is handed over, with addresses; other chunks are not', () => {
  const sack = concat([3, 0], u16(16), u32(1), u32(1000), u32(0));
  const { datagrams, defects } = dissect([frame(sctp(1, sack, chunk(1, 'one'), chunk(2, 'three!')))]);
  const ends = { timestampUs: START_US, from: '192.0.2.1 5060', to: '198.51.100.2 5070', protocol: 132, vlan: 0 };
  assert.deepEqual(datagrams, [
    { ...ends, text: 'one' },
    { ...ends, text: 'three!' },
  ]);
  assert.deepEqual(defects, {});
});

test('a message sent again is handed over once', () => {
  assert.deepEqual(datagramTexts([sctp(1, chunk(5, 'x')), sctp(1, chunk(5, 'x')), sctp(2, chunk(5, 'y'))]), ['x', 'y']);
});

test('fragments are put together by their numbers, in any order, past the end of the numbers', () => {
  const parts = [chunk(0xfffffffe, 'ab', BEGINS), chunk(0xffffffff, 'cd', 0), chunk(0, 'ef', 0), chunk(1, 'g', ENDS)];
  for (const order of [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [1, 3, 0, 2],
    [0, 0, 3, 3, 1, 2],
  ]) {
    assert.deepEqual(datagramTexts(order.map((i) => sctp(9, parts[i]!))), ['abcdefg']);
  }
});

test('fragments of messages behind each other and of different associations are kept apart', () => {
  const texts = datagramTexts([
    sctp(1, chunk(1, 'a1', BEGINS), chunk(3, 'b1', BEGINS), chunk(4, 'b2', ENDS)),
    sctp(2, chunk(2, 'XX', ENDS)),
    sctp(1, chunk(2, 'a2', ENDS)),
  ]);
  assert.deepEqual(texts, ['b1b2', 'a1a2']);
  // The end of one message and the beginning of the next make no message, nor do neighbours of different streams.
  assert.deepEqual(datagramTexts([sctp(1, chunk(1, 'a', BEGINS), chunk(2, 'b', BEGINS), chunk(3, 'c', ENDS, 1))]), []);
});

for (const ipVersion of [4, 6] as const) {
  test(`IPv${ipVersion}: what is written as many chunks is read as one message`, () => {
    const long = 'abcdefghij'.repeat(1000);
    const written = packets(long, { protocol: 132, ipVersion });
    assert.equal(written.length, 7);
    assert.deepEqual(datagramTexts(written), [long]);
    assert.deepEqual(datagramTexts([packet('short', { protocol: 132, ipVersion })]), ['short']);
  });
}

test('incomplete messages are forgotten by age and at the flush', () => {
  const start = frame(sctp(1, chunk(1, 'a', BEGINS)));
  const end = (ageUs: number) => frame(sctp(1, chunk(2, 'b', ENDS)), 101, START_US + ageUs);
  assert.equal(dissect([start, end(30_000_000)]).datagrams.length, 1);
  const late = dissect([start, end(30_000_001)]);
  assert.deepEqual([late.datagrams, late.defects], [[], { sctp_incomplete: 2 }]);
});

test('associations and bytes held are bounded', () => {
  const starts = Array.from({ length: 20 }, (_, i) => frame(sctp(i, chunk(1, 'a'.repeat(36), BEGINS))));
  const rest = (tag: number) => frame(sctp(tag, chunk(2, 'b', ENDS)));
  for (const options of [{ sctpAssociations: 10 }, { sctpBufferedBytes: 1000 }]) {
    const { datagrams, defects } = dissect([...starts, rest(19), rest(10), rest(9)], options);
    assert.equal(datagrams.length, 2);
    assert.ok(defects.sctp_evicted! >= 10);
  }
  const many = Array.from({ length: 1100 }, (_, i) => frame(sctp(1, chunk(10 + 2 * i, 'x', 0))));
  assert.equal(dissect(many).defects.sctp_evicted, 1);
});

test('the numbers given to the writer are those on the wire', () => {
  const [bytes] = buildIpPacket({
    ipVersion: 4,
    protocol: 132,
    source: Uint8Array.of(1, 1, 1, 1),
    destination: Uint8Array.of(2, 2, 2, 2),
    sourcePort: 1,
    destinationPort: 2,
    payload: bytesOf('x'),
    sctp: { verificationTag: 0xdeadbeef, tsn: 0x01020304, streamSequence: 7 },
  });
  assert.deepEqual([...bytes!.subarray(24, 28)], [0xde, 0xad, 0xbe, 0xef]);
  assert.deepEqual([...bytes!.subarray(36, 44)], [1, 2, 3, 4, 0, 0, 0, 7]);
});

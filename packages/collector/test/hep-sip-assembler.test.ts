import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CapturedPacket, emptyPacket, parseAddress } from '@calliope/model';
import fc from 'fast-check';
import { createHepSipAssembler, type HepSipAssemblerLimits } from '../src/hep-sip-assembler.ts';
import { optionsRequest } from './hep-senders.ts';

const NOW_US = 1_700_000_000_000_000;
const SENDER = parseAddress('192.0.2.7')!.bytes;
const LIMITS: HepSipAssemblerLimits = {
  waitUs: 2e6,
  maxWaiting: 4096,
  maxMessageBytes: 131_072,
  maxPieces: 128,
  maxBytes: 1e6,
};

function withBody(callId: string, body: string): string {
  return optionsRequest(callId).replace('Content-Length: 0\r\n\r\n', `Content-Length: ${body.length}\r\n\r\n${body}`);
}

function assemblerWith(limits: Partial<HepSipAssemblerLimits> = {}) {
  const out: { text: string; timestampUs: number; node: string; sourcePort: number; defects: number }[] = [];
  const assembler = createHepSipAssembler(
    (packet, defects) => {
      const { timestampUs, sourcePort } = packet;
      const text = Buffer.from(packet.payload.subarray(packet.payloadStart, packet.payloadEnd)).toString('latin1');
      const node = Buffer.from(packet.head.subarray(packet.nodeStart, packet.nodeEnd)).toString();
      out.push({ text, timestampUs, node, sourcePort, defects });
    },
    { ...LIMITS, ...limits },
  );
  let time = NOW_US;
  /** As a decoder does, fills one packet again and again. */
  const packet = emptyPacket();
  const push = (payload: string, fields: Partial<CapturedPacket> = {}, defects = 0) => {
    const head = Buffer.from('....\xc0\x00\x02\x01\xc0\x00\x02\x02edge', 'latin1');
    const bytes = Buffer.from(`..${payload}..`, 'latin1');
    Object.assign(packet, emptyPacket(), {
      timestampUs: time,
      protocol: 6,
      head,
      sourceAt: 4,
      destinationAt: 8,
      sourcePort: 5060,
      destinationPort: 5060,
      payloadType: 1,
      payload: bytes,
      payloadStart: 2,
      payloadEnd: bytes.length - 2,
      nodeStart: 12,
      nodeEnd: 16,
      ...fields,
    });
    assembler.take(packet, defects, time, SENDER, 0);
    head.fill(0);
    bytes.fill(0);
    time += 1000;
  };
  const texts = () => out.map(({ text }) => text);
  return { assembler, out, push, texts };
}

const A = withBody('a', 'v=0\r\n'.repeat(20));
const B = withBody('b', '');
const C = withBody('c', 'x'.repeat(300));

test('a message in two pieces is one message, at the time and from the node of its first piece', () => {
  const { out, push } = assemblerWith();
  push(A.slice(0, 120), {}, 4);
  assert.equal(out.length, 0);
  push(A.slice(120), {}, 8);
  assert.deepEqual(out, [{ text: A, timestampUs: NOW_US, node: 'edge', sourcePort: 5060, defects: 12 }]);
});

test('several messages in one piece are several messages', () => {
  const { push, texts } = assemblerWith();
  push(`${A}\r\n\r\n${B}${C}`);
  assert.deepEqual(texts(), [A, B, C]);
});

test('a message that begins behind another one has the time of the piece it began in', () => {
  const { out, push } = assemblerWith();
  push(A.slice(0, 200));
  push(A.slice(200) + C.slice(0, 300));
  push(C.slice(300));
  assert.deepEqual(
    out.map(({ text, timestampUs }) => [text, timestampUs - NOW_US]),
    [
      [A, 0],
      [C, 1000],
    ],
  );
});

test('any cut behind a start line gives the same messages', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 60, max: 700 }), { minLength: 1 }), (sizes) => {
      const { assembler, push, texts } = assemblerWith();
      const wire = A + C + A + C;
      for (let at = 0, i = 0; at < wire.length; i++) {
        let end = at + sizes[i % sizes.length]!;
        // Not within a start line, which nothing can be known of.
        for (const start of [A.length, A.length + C.length, 2 * A.length + C.length]) {
          if (end > start && end < start + 40) end = start;
        }
        push(wire.slice(at, end));
        at = end;
      }
      assembler.release();
      assert.deepEqual(texts(), [A, C, A, C]);
    }),
  );
});

test('connections, agents and nodes do not mix', () => {
  const { push, texts } = assemblerWith();
  push(A.slice(0, 100), { sourcePort: 1 });
  push(C.slice(0, 100), { sourcePort: 2 });
  push(C.slice(100), { sourcePort: 2 });
  push(A.slice(100), { sourcePort: 1 });
  assert.deepEqual(texts(), [C, A]);
});

test('what is whole goes on at once and untouched: other transports, other types, no Content-Length, bytes behind the body', () => {
  const { assembler, push, texts } = assemblerWith();
  const payloads = [
    A,
    `${A}garbage`,
    A.replace(/Content-Length.*\r\n/, ''),
    A.replace(/(Content-Length:) .*/, '$1 x'),
    'no SIP',
    '',
  ];
  for (const payload of payloads) push(payload);
  push(A.slice(0, 100), { protocol: 17 });
  push(A.slice(0, 100), { payloadType: 100 });
  assert.deepEqual(texts(), [...payloads, A.slice(0, 100), A.slice(0, 100)]);
  assert.equal(assembler.waiting, 0);
});

test('a piece whose rest does not come goes on as it is, after a while', () => {
  const { assembler, push, texts } = assemblerWith();
  push(A.slice(0, 100));
  push(C.slice(0, 100), { sourcePort: 2 });
  assembler.expire(NOW_US + 1.9e6);
  assert.equal(assembler.waiting, 2);
  assembler.expire(NOW_US + 2e6);
  assert.deepEqual(texts(), [A.slice(0, 100)]);
  assembler.release();
  assert.deepEqual(texts(), [A.slice(0, 100), C.slice(0, 100)]);
});

test('a new message on the connection says that the rest of the last one was lost', () => {
  const { push, texts } = assemblerWith();
  push(A.slice(0, 100));
  push(B);
  assert.deepEqual(texts(), [A.slice(0, 100), B]);
});

test('the compact form of Content-Length, white space and any case are understood', () => {
  for (const header of ['l:100', 'L : 100', 'CONTENT-LENGTH:\t100']) {
    const message = A.replace('Content-Length: 100', header);
    const { push, texts } = assemblerWith();
    push(message.slice(0, -50));
    assert.deepEqual(texts(), []);
    push(message.slice(-50));
    assert.deepEqual(texts(), [message]);
  }
});

test('holds no more than its limits', () => {
  const few = assemblerWith({ maxWaiting: 3 });
  for (let port = 1; port <= 5; port++) few.push(A.slice(0, 100), { sourcePort: port });
  assert.equal(few.assembler.waiting, 3);
  assert.deepEqual(
    few.out.map(({ sourcePort }) => sourcePort),
    [1, 2],
  );
  const small = assemblerWith({ maxBytes: 250 });
  for (let port = 1; port <= 3; port++) small.push(A.slice(0, 100), { sourcePort: port });
  assert.equal(small.assembler.waiting, 2);
  const long = assemblerWith({ maxMessageBytes: 150 });
  long.push(A.slice(0, 100));
  long.push(A.slice(100));
  assert.deepEqual(long.texts(), [A.slice(0, 100), A.slice(100)]);
  const pieces = assemblerWith({ maxPieces: 3 });
  for (let at = 0; at < A.length; at += 60) pieces.push(A.slice(at, at + 60));
  assert.equal(pieces.texts()[0], A.slice(0, 180));
});

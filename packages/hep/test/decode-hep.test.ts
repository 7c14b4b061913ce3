import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { emptyPacket } from '@calliope/model';
import fc from 'fast-check';
import { decodeHep, HEP_DEFECTS, HepCode, hepDefect, isHepPacket } from '../src/index.ts';
import { HEP1, HEP2, HEP2_IPV6, HEP3, plainPacket, RECEIVED_US } from './hep-vectors.ts';

const GOOD = { HEP1, HEP2, HEP2_IPV6, HEP3, gzip: gzipSync(HEP3) };

/** Decodes at the very end of an array, where reading too far would show, and checks what must hold for any content. */
function check(datagram: Uint8Array): void {
  const packet = emptyPacket();
  const result = decodeHep(datagram, 0, datagram.length, packet, RECEIVED_US);
  assert.ok((result & 0xff) < HEP_DEFECTS.length);
  if (!isHepPacket(result)) return;
  const { payload, head } = packet;
  const addressBytes = packet.ipVersion === 4 ? 4 : 16;
  const ranges: [Uint8Array, number, number][] = [
    [payload, packet.payloadStart, packet.payloadEnd],
    [head, packet.sourceAt, packet.sourceAt + addressBytes],
    [head, packet.destinationAt, packet.destinationAt + addressBytes],
    [head, packet.nodeStart, packet.nodeEnd],
    [head, packet.correlationStart, packet.correlationEnd],
    [head, packet.keyStart, packet.keyEnd],
  ];
  for (const [bytes, start, end] of ranges) assert.ok(start >= 0 && start <= end && end <= bytes.length);
  assert.ok(Number.isSafeInteger(packet.timestampUs) && packet.timestampUs > 0);
  for (const port of [packet.sourcePort, packet.destinationPort]) assert.ok(port >= 0 && port <= 0xffff);
  assert.ok(packet.payloadType >= 0 && packet.payloadType <= 255);
  plainPacket(packet);
}

test('names the defect of bytes that are not HEP', () => {
  for (const text of ['', 'INVITE sip:a@b SIP/2.0', 'HEP2', 'HEQ3', '\0', '\u0003']) {
    const bytes = Buffer.from(text, 'latin1');
    const result = decodeHep(bytes, 0, bytes.length, emptyPacket(), RECEIVED_US);
    assert.equal(result, HepCode.NOT_HEP);
    assert.equal(hepDefect(result), 'not_hep');
  }
});

test('a packet is reused: nothing of the last frame shows in the next', () => {
  const packet = emptyPacket();
  decodeHep(HEP3, 0, HEP3.length, packet, RECEIVED_US);
  decodeHep(HEP1, 0, HEP1.length, packet, RECEIVED_US);
  const fresh = emptyPacket();
  decodeHep(HEP1, 0, HEP1.length, fresh, RECEIVED_US);
  assert.deepEqual(packet, fresh);
});

test('every prefix of a good frame is a packet or a defect', () => {
  for (const good of Object.values(GOOD)) {
    for (let length = 0; length <= good.length; length++) check(good.slice(0, length));
  }
});

test('every change of a single byte gives a packet or a defect', () => {
  for (const good of Object.values(GOOD)) {
    for (let at = 0; at < good.length; at++) {
      for (const value of [0x00, 0x01, 0x05, 0x06, 0x07, 0x7f, 0x80, 0xff, good[at]! ^ 0x01, good[at]! ^ 0x10]) {
        const changed = Uint8Array.from(good);
        changed[at] = value;
        check(changed);
      }
    }
  }
});

test('random bytes, behind every beginning that is looked at, give a packet or a defect', () => {
  const beginnings = [
    '',
    'HEP3',
    'EEP3',
    'EEP1',
    '\u0001',
    '\u0002\u0010\u0002',
    '\u0002\u0028\u000a',
    '\u0008',
    '\u001f\u008b\u0008',
  ];
  const prefix = fc.constantFrom(...beginnings.map((text) => Uint8Array.from(Buffer.from(text, 'latin1'))));
  fc.assert(
    fc.property(prefix, fc.uint8Array({ maxLength: 300 }), (start, rest) => {
      check(Uint8Array.from([...start, ...rest]));
    }),
    { numRuns: 3000 },
  );
});

test('any sequence of chunks, well formed or not, gives a packet or a defect', () => {
  const anyChunk = fc
    .record({
      vendor: fc.constantFrom(0, 0, 0, 1),
      type: fc.oneof(fc.integer({ min: 0, max: 0x20 }), fc.constantFrom(0x65, 0xffff)),
      body: fc.uint8Array({ maxLength: 20 }),
      error: fc.constantFrom(0, 0, 0, 0, 0, -7, -1, 1, 1000),
    })
    .map(({ vendor, type, body, error }) => {
      const length = Math.max(0, 6 + body.length + error);
      return [vendor >> 8, vendor & 255, type >> 8, type & 255, length >> 8, length & 255, ...body];
    });
  fc.assert(
    fc.property(fc.array(anyChunk, { maxLength: 20 }), fc.constantFrom(0, 0, -3, 5), (chunks, error) => {
      const body = chunks.flat();
      const length = Math.max(0, 6 + body.length + error);
      check(Uint8Array.from([0x48, 0x45, 0x50, 0x33, length >> 8, length & 255, ...body]));
    }),
    { numRuns: 3000 },
  );
});

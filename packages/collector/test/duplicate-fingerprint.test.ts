import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CapturedPacket, emptyPacket } from '@calliope/model';
import fc from 'fast-check';
import { createFingerprintMaker, type FingerprintMaker } from '../src/index.ts';
import { optionsRequest } from './hep-senders.ts';

const maker = createFingerprintMaker(0x12345678, -0x12345679);
const IPV4 = [192, 0, 2, 1, 192, 0, 2, 2];
const IPV6 = Array.from({ length: 32 }, (_, i) => (i * 37) & 0xff);

/** `before` bytes stand before the payload, as in a receive buffer. */
function packetOf(payload: Uint8Array, change: Partial<CapturedPacket> = {}, before = 0): CapturedPacket {
  const bytes = new Uint8Array(before + payload.length + 9).fill(0xaa);
  bytes.set(payload, before);
  return {
    ...emptyPacket(),
    head: Uint8Array.from(IPV4),
    destinationAt: 4,
    sourcePort: 5060,
    destinationPort: 5080,
    payload: bytes,
    payloadStart: before,
    payloadEnd: before + payload.length,
    ...change,
  };
}

function fingerprintOf(packet: CapturedPacket, by: FingerprintMaker = maker): string {
  by.take(packet);
  assert.ok(Number.isInteger(by.low) && by.low === (by.low | 0) && by.high === (by.high | 0));
  return `${by.low} ${by.high}`;
}

const payloads = fc.uint8Array({ maxLength: 200 });

test('is the same wherever the payload lies, whoever saw it and when', () => {
  const elsewhere = { captureId: 7, timestampUs: 5, protocol: 22, payloadType: 1, vlan: 3 };
  fc.assert(
    fc.property(payloads, fc.nat(20), (payload, before) => {
      assert.equal(fingerprintOf(packetOf(payload, elsewhere, before)), fingerprintOf(packetOf(payload)));
    }),
  );
});

test('differs when any byte of the payload does', () => {
  fc.assert(
    fc.property(payloads, fc.nat(), fc.integer({ min: 1, max: 255 }), (payload, at, change) => {
      fc.pre(payload.length > 0);
      const other = payload.slice();
      other[at % other.length]! ^= change;
      assert.notEqual(fingerprintOf(packetOf(other)), fingerprintOf(packetOf(payload)));
    }),
  );
});

test('differs when zeros, or what the end repeats, are added to the payload', () => {
  fc.assert(
    fc.property(payloads, fc.integer({ min: 1, max: 16 }), (payload, more) => {
      const zeros = Uint8Array.from([...payload, ...new Uint8Array(more)]);
      const repeated = Uint8Array.from([...payload, ...payload.slice(-more)]);
      assert.notEqual(fingerprintOf(packetOf(zeros)), fingerprintOf(packetOf(payload)));
      if (payload.length > 0) assert.notEqual(fingerprintOf(packetOf(repeated)), fingerprintOf(packetOf(payload)));
    }),
  );
});

test('differs when addresses or ports do, or are exchanged', () => {
  const payload = Buffer.from(optionsRequest('c1'));
  const all = [
    packetOf(payload),
    packetOf(payload, { sourcePort: 5061 }),
    packetOf(payload, { destinationPort: 5061 }),
    packetOf(payload, { sourcePort: 5080, destinationPort: 5060 }),
    packetOf(payload, { sourceAt: 4, destinationAt: 0 }),
  ];
  for (let at = 0; at < IPV4.length; at++) {
    all.push(packetOf(payload, { head: Uint8Array.from(IPV4, (byte, i) => (i === at ? byte ^ 1 : byte)) }));
  }
  for (let at = -1; at < IPV6.length; at++) {
    const head = Uint8Array.from(IPV6, (byte, i) => (i === at ? byte ^ 1 : byte));
    all.push(packetOf(payload, { ipVersion: 6, head, destinationAt: 16 }));
  }
  assert.equal(new Set(all.map((packet) => fingerprintOf(packet))).size, all.length);
});

test('differs with the seeds', () => {
  const packet = packetOf(Buffer.from(optionsRequest('c1')));
  const all = [maker, createFingerprintMaker(1, 2), createFingerprintMaker(1, 3), createFingerprintMaker(2, 2)];
  assert.equal(new Set(all.map((by) => fingerprintOf(packet, by))).size, all.length);
});

test('messages that differ in little have different fingerprints, whose low bits are spread evenly', () => {
  const text = Buffer.from(optionsRequest('call-00000000'));
  const packet = packetOf(text);
  const at = text.indexOf('00000000');
  const seen = new Set<string>();
  const places = new Uint32Array(256);
  const count = 100_000;
  for (let i = 0; i < count; i++) {
    packet.payload.set(Buffer.from(String(i).padStart(8, '0')), at);
    seen.add(fingerprintOf(packet));
    places[maker.low & 255]!++;
  }
  assert.equal(seen.size, count);
  // 391 each are expected, give or take 20 (one standard deviation).
  for (const messages of places) assert.ok(Math.abs(messages - count / 256) < 140, `${messages} in one place of 256`);
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HepCode } from '../src/index.ts';
import { decode } from './hep-vectors.ts';

const root = process.env.CALLIOPE_FIXTURES ?? join(import.meta.dirname, '../../../../shared/fixtures');
const path = join(root, 'pcap/hep3.pcap');
const skip = existsSync(path) ? false : `no capture at ${path}: set CALLIOPE_FIXTURES`;

/** UDP payloads of a little-endian pcap of Ethernet and IPv4. */
function* datagrams(file: Buffer): Generator<{ payload: Buffer; receivedUs: number }> {
  for (let at = 24; at < file.length; ) {
    const length = file.readUInt32LE(at + 8);
    const receivedUs = file.readUInt32LE(at) * 1e6 + file.readUInt32LE(at + 4);
    const frame = file.subarray(at + 16, at + 16 + length);
    yield { payload: frame.subarray(14 + 4 * (frame[14]! & 15) + 8), receivedUs };
    at += 16 + length;
  }
}

test('decodes a public capture of HEP 3', { skip }, () => {
  const packets = [...datagrams(readFileSync(path))].map(({ payload, receivedUs }) => decode(payload, receivedUs));
  assert.deepEqual(
    packets.map(({ packet }) => packet.payloadType),
    [1, 1, 1, 1, 100, 1, 1, 5],
  );
  for (const { result, packet } of packets) {
    assert.equal(result, HepCode.OK);
    assert.equal(packet.captureId, 2001);
    assert.equal(packet.key, 'myHep');
    assert.equal(packet.correlationId, 'qgf3dm9rudi@127.0.0.1');
  }
  const [rtcp] = packets.slice(-1);
  assert.equal(rtcp!.packet.timestampUs, 1_481_455_202_000_927);
  assert.equal(JSON.parse(rtcp!.packet.payload).ssrc, 451_916_597);
});

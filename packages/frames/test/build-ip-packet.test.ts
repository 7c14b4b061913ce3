import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddress } from '@calliope/model';
import fc from 'fast-check';
import { crc32c } from '../src/crc32c.ts';
import { buildIpPacket, maxUdpPayload, sctpChunkCount } from '../src/index.ts';
import { addWords, foldChecksum } from '../src/internet-checksum.ts';
import { A4, B4, bytesOf, datagramTexts, dissect, frame, packet, packets, textOf } from './sample-frames.ts';

test('CRC-32C of the vectors of RFC 3720 appendix B.4', () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  assert.equal(crc32c(bytesOf('123456789')), 0xe3069283);
});

test('the Internet checksum of the example of RFC 1071 section 3, and of an odd number of bytes', () => {
  const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
  assert.equal(foldChecksum(addWords(0, bytes, 0, 8)), ~0xddf2 & 0xffff);
  assert.equal(foldChecksum(addWords(0, Uint8Array.of(0x12), 0, 1)), ~0x1200 & 0xffff);
});

test('the bytes of a UDP packet are as the RFCs draw them', () => {
  const bytes = packet('hi', { identification: 0x1234 });
  assert.equal(
    Buffer.from(bytes).toString('hex'),
    '4500001e1234000040117c64' + 'c0000201c6336402' + '13c413ce000a83a76869',
  );
});

test('a UDP checksum that would be zero is sent as ones', () => {
  for (let word = 0; word <= 0xffff; word++) {
    const bytes = packet(Uint8Array.of(word >> 8, word & 0xff));
    assert.notEqual((bytes[26]! << 8) | bytes[27]!, 0);
  }
});

test('IPv4 addresses are also taken in the sixteen bytes that parseAddress gives', () => {
  const source = parseAddress('192.0.2.1')!.bytes;
  const destination = parseAddress('198.51.100.2')!.bytes;
  assert.deepEqual(packet('x', { source, destination }), packet('x', { source: A4, destination: B4 }));
});

for (const ipVersion of [4, 6] as const) {
  test(`IPv${ipVersion}: what is written is read, whatever its length and the MTU`, () => {
    const transport = fc.constantFrom(6 as const, 17 as const, 132 as const);
    const payload = fc.uint8Array({ minLength: 1, maxLength: 9000 });
    fc.assert(
      fc.property(
        transport,
        payload,
        fc.integer({ min: 1280, max: 10_000 }),
        fc.nat(0xffff),
        (protocol, bytes, mtu, identification) => {
          const written = packets(bytes, { ipVersion, protocol, mtu, identification });
          for (const each of written) assert.ok(each.length <= mtu);
          const { datagrams, chunks, defects } = dissect(written.map((each) => frame(each)));
          const read =
            protocol === 6 ? chunks.map((each) => each.text).join('') : datagrams.map((each) => each.text).join('|');
          assert.equal(read, textOf(bytes));
          assert.deepEqual(defects, {});
          if (protocol === 132) assert.equal(written.length, sctpChunkCount(ipVersion, bytes.length, mtu));
        },
      ),
      { numRuns: 60 },
    );
  });

  test(`IPv${ipVersion}: the longest datagram is written in one packet and in fragments`, () => {
    const longest = 'x'.repeat(maxUdpPayload(ipVersion));
    assert.deepEqual(datagramTexts(packets(longest, { ipVersion, mtu: ipVersion === 4 ? 65_535 : 9000 })), [longest]);
    assert.deepEqual(datagramTexts(packets(longest, { ipVersion, identification: 1 })), [longest]);
    assert.throws(() => packets(`${longest}x`, { ipVersion }), RangeError);
  });
}

test('the flags PSH and FIN are on the last segment only', () => {
  const flags = packets('x'.repeat(4000), { protocol: 6, tcp: { sequence: 5, acknowledgement: 6, flags: 0x19 } }).map(
    (each) => each[33],
  );
  assert.deepEqual(flags, [0x10, 0x10, 0x19]);
});

test('wrong addresses and MTUs are refused', () => {
  const input = {
    ipVersion: 6,
    protocol: 17,
    source: A4,
    destination: B4,
    sourcePort: 1,
    destinationPort: 2,
    payload: A4,
  } as const;
  assert.throws(() => buildIpPacket(input), /an IPv6 address has 16 bytes, not 4/);
  for (const mtu of [0, 1279, 65_536, Number.NaN])
    assert.throws(() => buildIpPacket({ ...input, ipVersion: 4, mtu }), /MTU/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFrameDissector, FRAME_DEFECTS, type FrameDissectorOptions, TcpFlag } from '../src/index.ts';
import { concat, ethernet, packet, packets, START_US, textOf, u32 } from './sample-frames.ts';

interface Carried {
  scope: string;
  text: string;
}

/** A dissector that keeps what it hands over, and takes payloads of tunnels out of the midst of a larger buffer. */
function tunnelled(options: FrameDissectorOptions = {}) {
  const datagrams: Carried[] = [];
  const chunks: (Carried & { key: string; gap: boolean })[] = [];
  let others = 0;
  const dissector = createFrameDissector(options, {
    datagram: ({ scope, data, start, end }) => datagrams.push({ scope, text: textOf(data.subarray(start, end)) }),
    stream: ({ scope, data, connectionKey, gapBefore }) => {
      if (data.length > 0) chunks.push({ scope, text: textOf(data), key: connectionKey, gap: gapBefore });
    },
    other: () => others++,
  });
  const buffer = new Uint8Array(70_000).fill(0x45);
  const take = (protocol: number, payload: Uint8Array, scope = 'A', timestampUs = START_US): void => {
    buffer.set(payload, 100);
    // What lies behind the packet in a buffer of many is another's.
    buffer.fill(0x45, 100 + payload.length, 200 + payload.length);
    dissector.acceptTunnelled(timestampUs, scope, protocol, buffer, 100, 100 + payload.length);
  };
  return { take, dissector, datagrams, chunks, others: () => others };
}

const gre = (protocol: number, payload: Uint8Array, flags = 0, options: number[] = []): Uint8Array =>
  concat([flags >> 8, flags & 0xff, protocol >> 8, protocol & 0xff], options, payload);

const segmentAt = (sequence: number) => ({ sequence, acknowledgement: 1, flags: TcpFlag.ACK });

test('takes IP in IP of either version under either protocol number', () => {
  const { take, datagrams, dissector } = tunnelled();
  take(4, packet('four'));
  take(41, packet('six', { ipVersion: 6 }));
  take(4, packet('six under 4', { ipVersion: 6 }));
  take(41, packet('four under 41'));
  assert.deepEqual(
    datagrams.map(({ text }) => text),
    ['four', 'six', 'six under 4', 'four under 41'],
  );
  assert.deepEqual(dissector.defects, {});
});

test('takes GRE with checksum, key and sequence number around IPv4, IPv6, Ethernet and ERSPAN', () => {
  const { take, datagrams, dissector } = tunnelled();
  const [checksum, key, sequence] = [u32(0xabcd0000), u32(7), u32(9)];
  take(47, gre(0x0800, packet('plain')));
  take(47, gre(0x86dd, packet('six', { ipVersion: 6 })));
  take(47, gre(0x0800, packet('all options'), 0xb000, [...checksum, ...key, ...sequence]));
  take(47, gre(0x6558, ethernet(packet('bridged')), 0x2000, key));
  take(47, gre(0x88be, ethernet(packet('erspan 1'))));
  take(47, gre(0x88be, concat([0x10, 5, 0, 1], u32(0), ethernet(packet('erspan 2'))), 0x1000, sequence));
  take(47, gre(0x22eb, concat([0x20, 5, 0, 1], u32(1), [0, 0, 0, 0], ethernet(packet('erspan 3'))), 0x1000, sequence));
  assert.deepEqual(
    datagrams.map(({ text }) => text),
    ['plain', 'six', 'all options', 'bridged', 'erspan 1', 'erspan 2', 'erspan 3'],
  );
  assert.deepEqual(dissector.defects, {});
});

test('keeps fragments, connections and associations of different senders apart though their addresses are the same', () => {
  const { take, datagrams, chunks, dissector } = tunnelled();
  const [a1, a2] = packets('a'.repeat(2000), { mtu: 1500, identification: 1 });
  const [b1, b2] = packets('b'.repeat(2000), { mtu: 1500, identification: 1 });
  take(4, a1!, 'A');
  take(4, b2!, 'B');
  take(4, a2!, 'A');
  take(4, b1!, 'B');
  assert.deepEqual(datagrams, [
    { scope: 'A', text: 'a'.repeat(2000) },
    { scope: 'B', text: 'b'.repeat(2000) },
  ]);
  take(4, packet('of A', { protocol: 6, tcp: segmentAt(1) }), 'A');
  take(4, packet('of B', { protocol: 6, tcp: segmentAt(1) }), 'B');
  take(4, packet('of A', { protocol: 6, tcp: segmentAt(1) }), 'A');
  assert.deepEqual(
    chunks.map(({ scope, text }) => [scope, text]),
    [
      ['A', 'of A'],
      ['B', 'of B'],
    ],
  );
  assert.notEqual(chunks[0]!.key, chunks[1]!.key);
  datagrams.length = 0;
  take(4, packet('sctp', { protocol: 132 }), 'A');
  take(4, packet('sctp', { protocol: 132 }), 'B');
  take(4, packet('sctp', { protocol: 132 }), 'A');
  assert.deepEqual(
    datagrams.map(({ scope }) => scope),
    ['A', 'B'],
  );
  assert.deepEqual(dissector.defects, {});
});

test('gives up in quiet times what waits for too long', () => {
  const { take, chunks, dissector } = tunnelled({ fragmentAgeUs: 1000, tcpHoleAgeUs: 1000 });
  take(4, packets('a'.repeat(2000), { mtu: 1500 })[0]!);
  take(4, packet('one', { protocol: 6, tcp: segmentAt(1) }));
  take(4, packet('three', { protocol: 6, tcp: segmentAt(100) }));
  dissector.expire(START_US + 900);
  assert.equal(chunks.length, 1);
  assert.deepEqual(dissector.defects, {});
  dissector.expire(START_US + 1100);
  assert.deepEqual(
    chunks.map(({ text, gap }) => [text, gap]),
    [
      ['one', true],
      ['three', true],
    ],
  );
  assert.deepEqual(dissector.defects, { fragments_incomplete: 1, tcp_gap: 1 });
});

test('says when a packet is passed over', () => {
  const { take, others, dissector } = tunnelled();
  take(4, concat(packet('x').map((byte, i) => (i === 9 ? 1 : byte)))); // ICMP
  take(47, gre(0x880b, Uint8Array.of(1, 2, 3), 1)); // PPTP
  take(47, gre(0x0806, new Uint8Array(28))); // ARP
  take(50, Uint8Array.of(1, 2, 3, 4));
  assert.equal(others(), 4);
  assert.deepEqual(dissector.defects, {});
});

test('whatever is in a tunnel, nothing is thrown, and nothing behind the packet is read', () => {
  const good = fc.constantFrom(
    packet('UDP'),
    packet('six', { ipVersion: 6 }),
    packet('TCP', { protocol: 6 }),
    packet('SCTP', { protocol: 132 }),
    gre(0x0800, packet('gre')),
    gre(0x6558, ethernet(packet('bridged')), 0x3000, [...u32(1), ...u32(2)]),
    packets('f'.repeat(1600))[1]!,
  );
  const changed = fc
    .tuple(good, fc.nat(200), fc.nat(255), fc.nat(300))
    .map(([bytes, at, value, length]) => bytes.map((byte, i) => (i === at ? value : byte)).slice(0, length));
  const payload = fc.oneof(changed, fc.uint8Array({ maxLength: 120 }));
  const protocol = fc.constantFrom(4, 41, 47);
  fc.assert(
    fc.property(fc.array(fc.tuple(protocol, payload), { maxLength: 20 }), (all) => {
      const within = tunnelled();
      const alone = tunnelled();
      for (const [number, bytes] of all) {
        within.take(number, bytes);
        alone.dissector.acceptTunnelled(START_US, 'A', number, bytes.slice(), 0, bytes.length);
      }
      assert.deepEqual(within.datagrams, alone.datagrams);
      assert.deepEqual(within.chunks, alone.chunks);
      assert.deepEqual(within.dissector.defects, alone.dissector.defects);
      for (const name of Object.keys(within.dissector.defects)) {
        assert.ok((FRAME_DEFECTS as readonly string[]).includes(name), name);
      }
    }),
    { numRuns: 1000 },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_DEFECTS, TcpFlag } from '@calliope/frames';
import { type CapturedPacket, formatAddress, parseAddress } from '@calliope/model';
import fc from 'fast-check';
import { createAgentTable, createNetworkFilter, emptyCounters } from '../src/index.ts';
import { createIpipIntake, type IpipAccess } from '../src/ipip-intake.ts';
import { createPortFilter } from '../src/ipip-ports.ts';
import { createKeyCheck } from '../src/key-check.ts';
import { createPacketPipeline } from '../src/packet-pipeline.ts';
import { hepFrame, optionsRequest } from './hep-senders.ts';
import { innerPacket, innerPackets, segmentAt, withOuterHeader } from './ipip-packets.ts';

interface Found {
  node: string;
  from: string;
  to: string;
  protocol: number;
  timestampUs: number;
  text: string;
}

const START_US = 1_700_000_000_000_000;

function intakeWith(access: Partial<IpipAccess> = {}) {
  const counters = emptyCounters();
  const agents = createAgentTable('here', { limit: 100 });
  const found: Found[] = [];
  const end = (packet: CapturedPacket, at: number, port: number) =>
    `${formatAddress(packet.head, at, packet.ipVersion)} ${port}`;
  const pipeline = createPacketPipeline({
    counters,
    agents,
    nodeName: 'here',
    sink: {
      append(packet) {
        found.push({
          node: Buffer.from(packet.head.subarray(packet.nodeStart, packet.nodeEnd)).toString(),
          from: end(packet, packet.sourceAt, packet.sourcePort),
          to: end(packet, packet.destinationAt, packet.destinationPort),
          protocol: packet.protocol,
          timestampUs: packet.timestampUs,
          text: Buffer.from(packet.payload.subarray(packet.payloadStart, packet.payloadEnd)).toString('latin1'),
        });
      },
      pending: 0,
      flush() {},
    },
  });
  const intake = createIpipIntake({
    take: pipeline.take,
    counters,
    agents,
    clock: { nowUs: () => START_US },
    isAllowed: undefined,
    hasKey: undefined,
    isWanted: undefined,
    ...access,
  });
  const buffer = new Uint8Array(70_000).fill(0x45);
  let nowUs = START_US;
  /** Takes a packet out of the midst of a larger, used buffer, as from the kernel. */
  const take = (protocol: number, payload: Uint8Array, sender = '192.0.2.1', hasHeader = false): void => {
    const end = 1000 + payload.length;
    buffer.set(payload, 1000);
    buffer.fill(0x45, end, end + 100);
    nowUs += 1000;
    intake.take(protocol, hasHeader, buffer, 1000, end, nowUs, parseAddress(sender)!.bytes, 0);
  };
  const assertAddsUp = (): void => {
    const { received, appended, duplicates, refused, undecodable, droppedKernel, droppedQueue } = counters;
    const parts = appended + duplicates + refused + undecodable + droppedKernel + droppedQueue;
    assert.equal(received, parts, JSON.stringify(counters));
    const ofAgents = agents.reports().reduce((sum, agent) => sum + agent.received, 0);
    assert.equal(ofAgents, received);
  };
  return { intake, take, found, counters, agents, assertAddsUp };
}

test('bears the addresses and ports of the inner packet, and the outer source as its node', () => {
  const { take, found, counters, agents } = intakeWith();
  const [a, b] = [optionsRequest('a'), optionsRequest('b')];
  take(4, withOuterHeader(innerPacket(a), 4), '192.0.2.1', true);
  take(41, innerPacket(b, { ipVersion: 6 }), '2001:db8:ffff::1');
  assert.deepEqual(found, [
    {
      node: '192.0.2.1',
      from: '10.1.1.1 5060',
      to: '10.2.2.2 5070',
      protocol: 17,
      timestampUs: START_US + 1000,
      text: a,
    },
    {
      node: '2001:db8:ffff::1',
      from: '2001:db8::1 5060',
      to: '2001:db8::2 5070',
      protocol: 17,
      timestampUs: START_US + 2000,
      text: b,
    },
  ]);
  assert.deepEqual(counters, { ...emptyCounters(), received: 2, appended: 2, ignored: 0 });
  assert.deepEqual(
    agents.reports().map(({ node, address, received, skewMs }) => [node, address, received, skewMs]),
    [
      ['192.0.2.1', '192.0.2.1', 1, null],
      ['2001:db8:ffff::1', '2001:db8:ffff::1', 1, null],
    ],
  );
});

test('honours the length of the outer header', () => {
  const { take, found, counters } = intakeWith();
  for (const options of [0, 4, 40])
    take(4, withOuterHeader(innerPacket(optionsRequest()), 4, options), '192.0.2.1', true);
  assert.equal(found.length, 3);
  const short = withOuterHeader(innerPacket(optionsRequest()), 4);
  short[0] = 0x44;
  take(4, short, '192.0.2.1', true);
  short[0] = 0x4f;
  take(4, short.subarray(0, 40), '192.0.2.1', true);
  take(4, new Uint8Array(0), '192.0.2.1', true);
  assert.deepEqual(counters.undecodableBy, { bad_ip_header: 3 });
  assert.equal(found.length, 3);
});

test('puts inner fragments together, each sender’s by itself', () => {
  const { take, found, intake, counters, agents, assertAddsUp } = intakeWith();
  const large = (name: string) => `${optionsRequest(name)}${name.repeat(3000)}`;
  const [a, b] = ['a', 'b'].map((name) => innerPackets(large(name), { identification: 7, mtu: 1400 }));
  take(4, a![2]!, '192.0.2.1');
  take(4, b![0]!, '192.0.2.2');
  take(4, a![0]!, '192.0.2.1');
  take(4, b![2]!, '192.0.2.2');
  take(4, b![1]!, '192.0.2.2');
  take(4, a![1]!, '192.0.2.1');
  assert.deepEqual(
    found.map(({ node, text }) => [node, text]),
    [
      ['192.0.2.2', large('b')],
      ['192.0.2.1', large('a')],
    ],
  );
  take(4, innerPackets(large('c'), { mtu: 1400 })[0]!);
  intake.expire(START_US + 60_000_000);
  assert.deepEqual(counters.undecodableBy, { fragments_incomplete: 1 });
  assert.deepEqual(
    agents.reports().map(({ node, address, received, undecodable }) => [node, address, received, undecodable]),
    [
      ['192.0.2.2', '192.0.2.2', 1, 0],
      ['192.0.2.1', '192.0.2.1', 1, 0],
      ['', '192.0.2.1', 1, 1],
    ],
  );
  assertAddsUp();
});

test('reads SIP over TCP within, cut anywhere, and SCTP', () => {
  const { take, found, counters } = intakeWith();
  const text = optionsRequest('one') + optionsRequest('two');
  for (let at = 0; at < text.length; at += 50) {
    take(4, innerPacket(text.slice(at, at + 50), { protocol: 6, tcp: segmentAt(1 + at) }));
  }
  take(41, innerPacket(optionsRequest('three'), { protocol: 132, ipVersion: 6 }));
  assert.deepEqual(
    found.map(({ protocol, text, node }) => [protocol, text, node]),
    [
      [6, optionsRequest('one'), '192.0.2.1'],
      [6, optionsRequest('two'), '192.0.2.1'],
      [132, optionsRequest('three'), '192.0.2.1'],
    ],
  );
  assert.deepEqual(counters, { ...emptyCounters(), received: 3, appended: 3, ignored: 0 });
});

test('counts what carries no SIP as ignored, and nothing else', () => {
  const { take, found, counters, assertAddsUp } = intakeWith();
  take(4, innerPacket('\x80\x08RTP, as it were'));
  take(4, innerPacket('\r\n\r\n'));
  take(4, innerPacket('', { protocol: 6, tcp: segmentAt(0, TcpFlag.SYN) }));
  take(4, innerPacket('GET / HTTP/1.1\r\n\r\n', { protocol: 6, tcp: segmentAt(1) }));
  take(4, innerPacket('x').fill(1, 9, 10)); // ICMP
  assert.deepEqual(found, []);
  assert.deepEqual(counters, { ...emptyCounters(), ignored: 4 });
  assertAddsUp();
});

test('with ports given takes SIP at these only, whichever side has them', () => {
  const isWanted = createPortFilter([
    { low: 5060, high: 5061 },
    { low: 6000, high: 6000 },
  ]);
  const { take, found, counters } = intakeWith({ isWanted });
  const pairs = [
    [5060, 40_000],
    [40_000, 5061],
    [6000, 6001],
    [5059, 5062],
    [40_000, 6001],
  ] as const;
  for (const [sourcePort, destinationPort] of pairs) {
    take(4, innerPacket(optionsRequest(`${sourcePort}`), { sourcePort, destinationPort }));
    take(4, innerPacket(optionsRequest(`${sourcePort}`), { sourcePort, destinationPort, protocol: 6 }));
  }
  assert.deepEqual(
    found.map(({ from }) => from),
    [5060, 5060, 40_000, 40_000, 6000, 6000].map((port) => `10.1.1.1 ${port}`),
  );
  assert.equal(counters.ignored, 4);
});

test('refuses networks that are not allowed, counted whatever they send', () => {
  const { take, found, counters, intake } = intakeWith({ isAllowed: createNetworkFilter(['192.0.2.0/24']) });
  take(4, innerPacket(optionsRequest()), '192.0.2.9');
  take(4, innerPacket(optionsRequest()), '198.51.100.9');
  take(41, Uint8Array.of(1), '2001:db8::9');
  assert.equal(found.length, 1);
  assert.deepEqual(counters, { ...emptyCounters(), received: 3, appended: 1, refused: 2, ignored: 0 });
  intake.setAccess({ isAllowed: createNetworkFilter(['2001:db8::/32']), hasKey: undefined, isWanted: undefined });
  take(41, innerPacket(optionsRequest()), '2001:db8::9');
  assert.equal(found.length, 2);
});

test('unwraps HEP within a tunnel, and asks it for its key', () => {
  const hep = (key?: string) =>
    innerPacket(Buffer.from(hepFrame(optionsRequest(), key === undefined ? {} : { key })).toString('latin1'), {
      destinationPort: 9060,
    });
  const open = intakeWith();
  open.take(4, hep());
  assert.deepEqual(
    open.found.map(({ from, node }) => [from, node]),
    [['192.0.2.1 5060', '']],
  );
  assert.equal(open.agents.reports()[0]!.node, '2001');
  const locked = intakeWith({ hasKey: createKeyCheck(['secret']) });
  locked.take(4, hep('secret'));
  locked.take(4, hep('wrong'));
  locked.take(4, innerPacket('HEP3\x00\x08garbage', { destinationPort: 9060 }));
  assert.deepEqual(
    [locked.found.length, locked.counters.refused, locked.counters.undecodable, locked.counters.received],
    [1, 1, 1, 3],
  );
  locked.assertAddsUp();
});

test('whatever comes, nothing is thrown and the counts add up', () => {
  const sender = fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1');
  const good = fc.constantFrom(
    innerPacket(optionsRequest('u')),
    innerPacket(optionsRequest('t'), { protocol: 6, tcp: segmentAt(1) }),
    innerPacket(optionsRequest('t').slice(40), { protocol: 6, tcp: segmentAt(41) }),
    innerPacket(optionsRequest('s'), { protocol: 132 }),
    innerPacket(optionsRequest('6'), { ipVersion: 6 }),
    innerPacket(Buffer.from(hepFrame()).toString('latin1'), { destinationPort: 9060 }),
    innerPackets(`${optionsRequest('f')}${'f'.repeat(1500)}`)[0]!,
    innerPackets(`${optionsRequest('f')}${'f'.repeat(1500)}`)[1]!,
    Buffer.concat([Uint8Array.of(0, 0, 8, 0), innerPacket(optionsRequest('g'))]),
  );
  const changed = fc
    .tuple(good, fc.nat(120), fc.nat(255), fc.nat(600))
    .map(([bytes, at, value, length]) =>
      Uint8Array.from(bytes, (byte, i) => (i === at ? value : byte)).slice(0, length),
    );
  const payload = fc.oneof(good, changed, fc.uint8Array({ maxLength: 100 }));
  const packet = fc.record({ protocol: fc.constantFrom(4, 41, 47, 0), payload, sender, hasHeader: fc.boolean() });
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 30 }), (packets) => {
      const { take, intake, found, counters, assertAddsUp } = intakeWith();
      for (const { protocol, payload, sender, hasHeader } of packets) {
        take(protocol, hasHeader ? withOuterHeader(payload, protocol) : payload, sender, hasHeader);
        assertAddsUp();
      }
      intake.expire(START_US + 60_000_000);
      intake.end();
      assertAddsUp();
      assert.equal(found.length, counters.appended);
      const names: readonly string[] = FRAME_DEFECTS;
      for (const name of Object.keys(counters.undecodableBy)) {
        assert.ok(names.includes(name) || /^[a-z0-9_]+$/.test(name), name);
      }
    }),
    { numRuns: 500 },
  );
});

test('a flood of senders, connections and fragments is bounded and counted', () => {
  const { take, intake, counters, agents, assertAddsUp } = intakeWith();
  const fragment = innerPackets('x'.repeat(1600), { identification: 1 })[0]!;
  const segment = innerPacket('INVITE sip:a', { protocol: 6, tcp: segmentAt(1) });
  for (let i = 0; i < 20_000; i++) {
    const sender = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
    take(4, fragment, sender);
    take(4, segment, sender);
  }
  take(4, innerPacket(optionsRequest()));
  intake.end();
  assertAddsUp();
  const { fragments_incomplete = 0, fragments_evicted = 0 } = counters.undecodableBy;
  assert.equal(fragments_incomplete + fragments_evicted, 20_000);
  assert.ok(fragments_evicted > 15_000, `${fragments_evicted} evicted`);
  // One more stands for all others.
  assert.ok(agents.reports().length <= 101);
  assert.equal(counters.appended, 1);
});

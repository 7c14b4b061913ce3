import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CapturedPacket, defectBit, emptyPacket, type MessageSink, parseAddress } from '@calliope/model';
import fc from 'fast-check';
import {
  createAgentTable,
  createDuplicateFilter,
  createDuplicateMemory,
  createPacketPipeline,
  DEFAULT_DUPLICATES,
  type DuplicateSettings,
  emptyCounters,
  Taken,
} from '../src/index.ts';
import { optionsRequest } from './hep-senders.ts';

const NOW_US = 1_700_000_000_000_000;
const MS = 1000;

interface Seen {
  text: string;
  timestampUs: number;
  node: string;
}
interface Copy extends Seen {
  keptUs: number;
  sender: number;
}

/** One receiver of a node, as `createPacketPath` puts it together. */
function receiverOn(memory: SharedArrayBuffer, settings: Partial<DuplicateSettings> = {}, maxPendingMessages = 1e9) {
  const kept: Seen[] = [];
  const copies: Copy[] = [];
  const text = (packet: CapturedPacket) =>
    Buffer.from(packet.payload.subarray(packet.payloadStart, packet.payloadEnd)).toString();
  const node = (packet: CapturedPacket) =>
    Buffer.from(packet.head.subarray(packet.nodeStart, packet.nodeEnd)).toString() || String(packet.captureId);
  const sink: MessageSink = {
    append(packet) {
      kept.push({ text: text(packet), timestampUs: packet.timestampUs, node: node(packet) });
    },
    appendCopy(packet, _, __, keptUs, sender) {
      const { timestampUs } = packet;
      copies.push({ text: text(packet), timestampUs, node: node(packet), keptUs, sender: sender[15]! });
    },
    get pending() {
      return kept.length;
    },
    flush() {},
  };
  const counters = emptyCounters();
  const duplicates = createDuplicateFilter(memory, { ...DEFAULT_DUPLICATES, ...settings });
  const agents = createAgentTable('here', { observerOf: duplicates.observerOf });
  const pipeline = createPacketPipeline({ sink, nodeName: 'here', counters, agents, duplicates, maxPendingMessages });
  return { kept, copies, counters, agents, duplicates, pipeline };
}
type Receiver = ReturnType<typeof receiverOn>;

interface From {
  node?: string;
  captureId?: number;
  /** Last number of its address. */
  address?: number;
  payloadType?: number;
}

/** A packet seen at `seenMs` by the agent's clock, that arrives at `atMs` by this node's. */
function take(
  receiver: Receiver,
  from: From,
  payload: string,
  seenMs: number,
  atMs: number = seenMs + 1,
  defects = 0,
): Taken {
  const node = Buffer.from(from.node ?? '');
  const head = Buffer.concat([Buffer.from([10, 0, 0, 1, 10, 0, 0, 2]), node]);
  const bytes = Buffer.from(payload);
  const packet: CapturedPacket = {
    ...emptyPacket(),
    head,
    destinationAt: 4,
    nodeStart: 8,
    nodeEnd: head.length,
    captureId: from.captureId ?? 0,
    payload: bytes,
    payloadEnd: bytes.length,
    payloadType: from.payloadType ?? 1,
    timestampUs: NOW_US + seenMs * MS,
  };
  const sender = parseAddress(`192.0.2.${from.address ?? 1}`)!.bytes;
  receiver.agents.note(packet, defects === 0, NOW_US + atMs * MS, sender, 0);
  return receiver.pipeline.take(packet, defects);
}

const memory = () => createDuplicateMemory(1 << 10);
const EDGE: From = { node: 'edge' };
const CORE: From = { node: 'core', address: 2 };

test('a packet that two agents saw is kept once, and who saw it too is noted with his time and address', () => {
  const receiver = receiverOn(memory());
  const text = optionsRequest('c1');
  assert.equal(take(receiver, EDGE, text, 0), Taken.SIP);
  assert.equal(take(receiver, CORE, text, 3), Taken.COPY);
  assert.deepEqual(receiver.kept, [{ text, timestampUs: NOW_US, node: 'edge' }]);
  assert.deepEqual(receiver.copies, [{ text, timestampUs: NOW_US + 3 * MS, node: 'core', keptUs: NOW_US, sender: 2 }]);
  assert.deepEqual(receiver.counters, { ...emptyCounters(), received: 2, appended: 1, duplicates: 1 });
  assert.deepEqual(
    receiver.agents.reports().map(({ node, received, appended, duplicates }) => [node, received, appended, duplicates]),
    [
      ['edge', 1, 1, 0],
      ['core', 1, 0, 1],
    ],
  );
});

test('agents are told apart by name, by capture id and by address', () => {
  for (const [one, other] of [
    [EDGE, { ...EDGE, node: 'edge2' }],
    [{ captureId: 1 }, { captureId: 2 }],
    [{ captureId: 1 }, { captureId: 1, address: 2 }],
    [EDGE, { ...EDGE, captureId: 5 }],
  ] as const) {
    const receiver = receiverOn(memory());
    take(receiver, one, optionsRequest('c'), 0);
    assert.equal(take(receiver, other, optionsRequest('c'), 0), Taken.COPY);
  }
});

test('what one agent sends twice is kept twice, unless it was asked otherwise', () => {
  const text = optionsRequest('c1');
  for (const [sameAgent, expected] of [
    [false, Taken.SIP],
    [true, Taken.COPY],
  ] as const) {
    const receiver = receiverOn(memory(), { sameAgent });
    take(receiver, EDGE, text, 0);
    assert.equal(take(receiver, EDGE, text, 0), expected);
    assert.deepEqual(receiver.copies, []);
    assert.equal(take(receiver, EDGE, text, 500), Taken.SIP);
  }
});

test('copies through different entrances meet', () => {
  const shared = memory();
  const [udp, tcp] = [receiverOn(shared), receiverOn(shared)];
  const text = optionsRequest('c1');
  take(udp, EDGE, text, 0);
  assert.equal(take(tcp, CORE, text, 1), Taken.COPY);
  // The same agent through both is one agent.
  assert.equal(take(tcp, EDGE, text, 1), Taken.SIP);
});

test('packets of nodes that are excepted are all kept, and make no others copies', () => {
  for (const exceptNodes of [['core'], ['77']]) {
    const receiver = receiverOn(memory(), { exceptNodes });
    const excepted = { ...CORE, captureId: 77 };
    const text = optionsRequest('c1');
    take(receiver, excepted, text, 0);
    assert.equal(take(receiver, EDGE, text, 0), Taken.SIP);
    assert.equal(take(receiver, excepted, text, 0), Taken.SIP);
    assert.equal(take(receiver, { node: 'third', address: 3 }, text, 0), Taken.COPY);
  }
});

test('a window of zero keeps everything; both can be changed while packets come', () => {
  const receiver = receiverOn(memory(), { windowMs: 0 });
  const text = optionsRequest('c1');
  const both = (ms: number) => [take(receiver, EDGE, text, ms), take(receiver, CORE, text, ms)];
  const reconfigure = (settings: Partial<DuplicateSettings>) => {
    receiver.duplicates.reconfigure({ ...DEFAULT_DUPLICATES, ...settings });
    receiver.agents.identify(receiver.duplicates.observerOf);
  };
  assert.deepEqual(both(0), [Taken.SIP, Taken.SIP]);
  reconfigure({});
  assert.deepEqual(both(1000), [Taken.SIP, Taken.COPY]);
  reconfigure({ exceptNodes: ['core'] });
  assert.deepEqual(both(2000), [Taken.SIP, Taken.SIP]);
  reconfigure({});
  assert.deepEqual(both(3000), [Taken.SIP, Taken.COPY]);
});

test('an agent whose clock is hours off is recognised by when its packets arrive', () => {
  const receiver = receiverOn(memory());
  const ahead = 2 * 3600_000;
  for (let i = 0; i < 5; i++) {
    const text = optionsRequest(`call ${i}`);
    take(receiver, EDGE, text, 100 * i, 100 * i + 2);
    assert.equal(take(receiver, CORE, text, 100 * i + ahead, 100 * i + 5), Taken.COPY);
  }
});

test('a stall of the receiver makes no retransmission a copy of what another agent saw before', () => {
  const receiver = receiverOn(memory());
  const text = optionsRequest('c1');
  for (const agent of [EDGE, CORE]) take(receiver, agent, optionsRequest('before'), -1000);
  // Both arrive at the same moment, though one agent saw the first and the other one the second only.
  assert.equal(take(receiver, EDGE, text, 0, 700), Taken.SIP);
  assert.equal(take(receiver, CORE, text, 500, 700), Taken.SIP);
});

test('where a time is missing or wrong, that of arrival counts', () => {
  const receiver = receiverOn(memory());
  const text = optionsRequest('c1');
  const bad = defectBit('bad_timestamp');
  take(receiver, CORE, optionsRequest('other'), -50_000, 0);
  take(receiver, EDGE, text, 10, 10);
  assert.equal(take(receiver, CORE, text, 12, 12, bad), Taken.COPY);
});

test('what agents make up themselves is never a copy; what is of the network may be, SIP or not', () => {
  const receiver = receiverOn(memory());
  const twice = (payload: string, payloadType: number) => {
    take(receiver, { ...EDGE, payloadType }, payload, 0);
    return take(receiver, { ...CORE, payloadType }, payload, 0);
  };
  assert.equal(twice('started', 100), Taken.OTHER);
  assert.equal(twice('{"mos":4.1}', 34), Taken.OTHER);
  assert.equal(twice('{"ssrc":1}', 5), Taken.COPY);
  assert.equal(twice('garbage', 1), Taken.COPY);
  assert.equal(twice(optionsRequest('untyped'), 0), Taken.COPY);
});

test('a packet that was dropped for want of room makes no other one a copy', () => {
  const shared = memory();
  const [full, empty] = [receiverOn(shared, {}, 0), receiverOn(shared)];
  const text = optionsRequest('c1');
  assert.equal(take(full, EDGE, text, 0), Taken.DROPPED);
  assert.equal(take(empty, CORE, text, 0), Taken.SIP);
});

test('any interleaving of copies over several receivers keeps each transmission once with all observers', () => {
  const AGENTS = 4;
  const scenario = fc.record({
    // Which agents see which transmission of which message: retransmissions have the same text, half a second later.
    messages: fc.array(fc.array(fc.uniqueArray(fc.nat(AGENTS - 1), { minLength: 1 }), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 8,
    }),
    interval: fc.constantFrom(100, 200, 500),
    skewsMs: fc.array(fc.constantFrom(0, 0, 3, -3, 60_000), { minLength: AGENTS, maxLength: AGENTS }),
    receiverOf: fc.array(fc.nat(2), { minLength: AGENTS, maxLength: AGENTS }),
    delaysMs: fc.array(fc.nat(20), { minLength: AGENTS, maxLength: AGENTS }),
    jitter: fc.infiniteStream(fc.nat(10)),
  });
  fc.assert(
    fc.property(scenario, ({ messages, interval, skewsMs, receiverOf, delaysMs, jitter }) => {
      const shared = memory();
      const receivers = [receiverOn(shared), receiverOn(shared), receiverOn(shared)];
      const arrivals: { agent: number; text: string; seenMs: number; atMs: number; sentMs: number }[] = [];
      messages.forEach((transmissions, message) => {
        transmissions.forEach((observers, again) => {
          const sentMs = 7 * message + interval * again;
          for (const agent of observers) {
            const atMs = sentMs + delaysMs[agent]! + jitter.next().value!;
            const text = optionsRequest(`message ${message}`);
            arrivals.push({ agent, text, seenMs: sentMs + skewsMs[agent]!, atMs, sentMs });
          }
        });
      });
      // Agents are known from before, with their clocks.
      for (let agent = 0; agent < AGENTS; agent++) {
        const delayMs = -10_000 + delaysMs[agent]!;
        const hello = optionsRequest(`hello ${agent}`);
        const from = { node: `agent ${agent}`, address: 10 + agent };
        take(receivers[receiverOf[agent]!]!, from, hello, skewsMs[agent]! - 10_000, delayMs);
      }
      arrivals.sort((a, b) => a.atMs - b.atMs);
      for (const { agent, text, seenMs, atMs } of arrivals) {
        take(receivers[receiverOf[agent]!]!, { node: `agent ${agent}`, address: 10 + agent }, text, seenMs, atMs);
      }

      const sent = messages.flat();
      const kept = receivers.flatMap((receiver) => receiver.kept).filter(({ text }) => !text.includes('hello'));
      const copies = receivers.flatMap((receiver) => receiver.copies);
      assert.equal(kept.length, sent.length, 'each transmission once');
      assert.equal(
        copies.length,
        sent.reduce((sum, observers) => sum + observers.length - 1, 0),
        'every other observer',
      );
      // Each kept one together with its copies is one transmission: all its agents once, and nothing of another.
      const groups = kept.map((one) => {
        const of = copies.filter(({ text, keptUs }) => text === one.text && keptUs === one.timestampUs);
        const nodes = [one.node, ...of.map(({ node }) => node)].sort();
        assert.equal(new Set(nodes).size, nodes.length);
        return `${one.text} ${nodes.join()}`;
      });
      const expected = messages.flatMap((transmissions, message) =>
        transmissions.map((observers) => {
          const nodes = observers.map((agent) => `agent ${agent}`).sort();
          return `${optionsRequest(`message ${message}`)} ${nodes.join()}`;
        }),
      );
      assert.deepEqual(groups.sort(), expected.sort());
      for (const { counters } of receivers) {
        assert.equal(counters.received, counters.appended + counters.duplicates);
      }
    }),
  );
});

// Several agents mirror the same traffic through several entrances: each transmission is stored once, with all who saw it.
import assert from 'node:assert/strict';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeHep3 } from '@calliope/hep';
import type { CallResponse, CallsResponse, HealthReport, MessageResponse } from '@calliope/model';
import {
  type CalliopeNode,
  droppedOf,
  numberedCallId,
  numberedPayload,
  settledAccounts,
  startCalliope,
  withTemporaryDirectory,
} from '../src/index.ts';

interface Agent {
  captureId: number;
  nodeName?: string;
  /** How far its clock is ahead. */
  aheadMs: number;
  send(frame: Uint8Array): void;
}

const CALLS = 150;
const PREFIX = 'dedup-';
/** T1 of RFC 3261 section 17.1.1.1: the first retransmission. */
const T1_MS = 500;

/** Sees one transmission of a call's INVITE, now. */
function see(agent: Agent, call: number): void {
  const { captureId, nodeName, aheadMs } = agent;
  const frame = encodeHep3({
    timestampUs: Math.round((Date.now() + aheadMs) * 1000),
    sourceIp: '192.0.2.1',
    destinationIp: '192.0.2.2',
    sourcePort: 5060,
    destinationPort: 5060,
    captureId,
    ...(nodeName === undefined ? {} : { nodeName }),
    payload: numberedPayload(PREFIX, call),
  });
  agent.send(frame!);
}

async function openUdp(port: number): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function openTcp(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** All agents see every transmission: each call's INVITE and its retransmission. */
async function mirror(agents: readonly Agent[]): Promise<void> {
  const startMs = performance.now();
  const all = Array.from({ length: 2 * CALLS }, (_, i) => ({
    call: i % CALLS,
    atMs: 3 * (i % CALLS) + (i < CALLS ? 0 : T1_MS),
  }));
  for (const { call, atMs } of all) {
    const waitMs = startMs + atMs - performance.now();
    if (waitMs > 0) await delay(waitMs);
    // Whichever comes first is kept.
    for (let i = 0; i < agents.length; i++) see(agents[(i + call) % agents.length]!, call);
  }
}

test(
  'what several agents see is stored once, retransmissions apart, with everybody who saw it',
  { timeout: 120_000 },
  () =>
    withTemporaryDirectory(async (directory) => {
      await using node = await startCalliope({ directory, args: ['--dedup-except-nodes', 'keeps-all'] });
      const udp = await openUdp(node.hepPort);
      const tcp = await openTcp(node.hepPort);
      const overUdp = (frame: Uint8Array) => udp.send(frame);
      const agents: Agent[] = [
        { captureId: 101, aheadMs: 0, send: overUdp },
        { captureId: 102, aheadMs: 0, send: (frame) => tcp.write(frame) },
        { captureId: 103, nodeName: 'wrong-clock', aheadMs: 3_600_000, send: overUdp },
        { captureId: 104, nodeName: 'keeps-all', aheadMs: 0, send: overUdp },
      ];
      await mirror(agents);
      tcp.end();
      udp.close();

      const sent = 2 * CALLS * agents.length;
      const accounts = await settledAccounts(node, sent);
      const { received, stored, duplicates } = accounts;
      assert.deepEqual([received, stored, duplicates, droppedOf(accounts)], [sent, 4 * CALLS, 4 * CALLS, 0]);
      await assertCountersAddUp(node);
      for (let call = 0; call < CALLS; call++) await assertSeenByAll(node, numberedCallId(PREFIX, call));

      // A call is found under every node that saw it.
      for (const name of ['101', '102', 'wrong-clock', 'keeps-all']) {
        const { total } = await node.get<CallsResponse>('calls', {
          q: `node = ${name}`,
          limit: '1',
          from: 'now-1d',
          to: 'now+1d',
        });
        assert.deepEqual(total, { count: CALLS, exact: true }, name);
      }
      const drawing = await node.bytes('export', { format: 'ladder', call_id: numberedCallId(PREFIX, 7) });
      assert.match(Buffer.from(drawing).toString(), /INVITE.*×2.*seen by 4/);
    }),
);

/** Both transmissions of the call, each once by the three and once by the node that keeps everything. */
async function assertSeenByAll(node: CalliopeNode, callId: string): Promise<void> {
  const { messages, call } = await node.get<CallResponse>('call', { call_id: callId });
  assert.deepEqual(call!.nodes, ['101', '102', 'keeps-all', 'wrong-clock'], callId);
  assert.equal(messages.filter((message) => message.node === 'keeps-all').length, 2);
  const shared = messages.filter((message) => message.node !== 'keeps-all');
  assert.equal(shared.length, 2, callId);
  for (const message of shared) {
    const observers = [message.node, ...(message.alsoSeenBy ?? []).map((one) => one.node)];
    assert.deepEqual(observers.sort(), ['101', '102', 'wrong-clock'], callId);
    const clocks = [message, ...message.alsoSeenBy!].map(({ node: name, timestampUs }) => {
      return timestampUs - (name === 'wrong-clock' ? 3_600_000_000 : 0);
    });
    // Who is off by an hour shows it, and no transmission has an observation of the other one.
    assert.ok(Math.max(...clocks) - Math.min(...clocks) < 200_000, `${callId}: ${clocks.join(', ')}`);
  }
  const whole = await node.get<MessageResponse>(`messages/${shared[0]!.id}`);
  assert.deepEqual(whole.alsoSeenBy, shared[0]!.alsoSeenBy);
  assert.deepEqual(
    whole.alsoSeenBy.map(({ senderIp }) => senderIp),
    ['127.0.0.1', '127.0.0.1'],
  );
}

async function assertCountersAddUp(node: CalliopeNode): Promise<void> {
  const { receivers, agents } = await node.get<HealthReport>('health');
  for (const { name, received, stored, duplicates, refused, undecodable, dropped, pending } of receivers) {
    const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    assert.equal(received, stored + duplicates + refused + undecodable + lost + pending, name);
  }
  assert.deepEqual(
    agents.map(({ node: name, version }) => [name, version]),
    ['101', '102', 'keeps-all', 'wrong-clock'].map((name) => [name, 'HEP 3']),
  );
  for (const { node: name, received, stored, duplicates, refused, undecodable, dropped, pending, skewMs } of agents) {
    assert.equal(received, 2 * CALLS, name);
    assert.equal(received, stored + duplicates + refused + undecodable + dropped + pending, name);
    if (name === 'keeps-all') assert.equal(duplicates, 0);
    else assert.ok(duplicates > 0 && stored > 0, `${name}: ${stored} stored, ${duplicates} duplicates`);
    const expectedMs = name === 'wrong-clock' ? -3_600_000 : 0;
    assert.ok(Math.abs(skewMs! - expectedMs) < 1000, `${name}: ${skewMs} ms`);
  }
}

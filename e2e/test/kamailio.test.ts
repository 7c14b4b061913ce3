// Real senders: every message that SIPp counts is found in Calliope, byte for byte, with the right addresses and times, within a second.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import type { MessageResponse, MessagesResponse } from '@calliope/model';
import {
  type CalliopeNode,
  calleeScenario,
  callerScenario,
  captureSkipReason,
  freePorts,
  poll,
  runSippCaller,
  runSngrepSender,
  type SippMessage,
  skipReason,
  startCalliope,
  startKamailio,
  startLoopbackCapture,
  startSippCallee,
  tsharkSip,
  withTemporaryDirectory,
} from '../src/index.ts';

const CALLS = 20;
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What is stored, with the payload's hash, newest last. */
async function stored(
  node: CalliopeNode,
  count: number,
): Promise<{ page: MessagesResponse; hashes: string[]; waitedMs: number }> {
  const started = performance.now();
  const ask = () => node.get<MessagesResponse>('messages', { limit: '10000', order: 'asc' });
  const page = await poll(ask, ({ items }) => items.length >= count, 1000);
  const waitedMs = performance.now() - started;
  const hashes: string[] = [];
  for (const { id } of page.items) {
    const whole = await node.get<MessageResponse>(`messages/${id}`);
    hashes.push(sha(Buffer.from(whole.payloadBase64, 'base64')));
  }
  return { page, hashes, waitedMs };
}

const lab: { hepVersion: 1 | 2 | 3; transport: 'udp' | 'tcp' }[] = [
  { hepVersion: 1, transport: 'udp' },
  { hepVersion: 2, transport: 'udp' },
  { hepVersion: 3, transport: 'udp' },
  { hepVersion: 3, transport: 'tcp' },
];

for (const { hepVersion, transport } of lab) {
  test(
    `SIPp through Kamailio over ${transport}, mirrored in HEP ${hepVersion}: all of it is found within a second`,
    { skip: skipReason('kamailio', 'sipp') },
    () =>
      withTemporaryDirectory(async (directory) => {
        await using node = await startCalliope({ directory });
        const [sipPort, callerPort, calleePort] = (await freePorts(3)) as [number, number, number];
        const host = '127.0.0.1';
        await using _kamailio = await startKamailio({
          directory,
          hepVersion,
          sipPort,
          nextHop: { host, port: calleePort, transport },
          hepTarget: { host, port: node.hepPort },
        });
        const callee = await startSippCallee({
          directory,
          name: 'callee',
          localPort: calleePort,
          transport,
          scenario: calleeScenario({ behaviour: 'answer' }),
        });
        await using _callee = callee.program;
        const beforeUs = Date.now() * 1000;
        const caller = await runSippCaller({
          directory,
          name: 'caller',
          localPort: callerPort,
          transport,
          calls: CALLS,
          rate: 20,
          timeoutMs: 20_000,
          scenario: callerScenario({ outcome: 'answered', talkMs: 50, callerNumber: '4930[call_number]' }),
          target: { host, port: sipPort },
        });
        assert.equal(caller.statistics.callsSuccessful, CALLS);
        // SIPp's callee ends later; its messages of these calls are complete when the caller's calls are.
        const sent: SippMessage[] = [...caller.messages, ...(await callee.finish()).messages];
        const { page, hashes } = await stored(node, sent.length);
        assert.deepEqual(hashes.sort(), sent.map(({ bytes }) => sha(bytes)).sort());
        for (const message of page.items) {
          const ends = [message.sourcePort, message.destinationPort];
          // Over TCP Kamailio's side of the second hop is a port of the system's choice.
          const known = transport === 'udp' ? [sipPort] : [sipPort, calleePort];
          assert.ok(
            ends.some((port) => known.includes(port)),
            ends.join(' '),
          );
          assert.equal(message.sourceIp, host);
          assert.equal(message.destinationIp, host);
          assert.equal(message.transport, transport);
          assert.ok(message.timestampUs >= beforeUs - 1_000_000 && message.timestampUs <= Date.now() * 1000);
          assert.deepEqual(message.defects, []);
        }
        const suffix = page.items[0]!.toUser.slice(-3);
        const byNumber = await node.get<MessagesResponse>('messages', { q: `b = *${suffix}`, limit: '1' });
        assert.ok(byNumber.total!.count > 0);
      }),
  );
}

test(
  'sngrep sends a capture file as HEP: times, ports and bytes are those that tshark reads',
  { skip: skipReason('kamailio', 'sipp', 'sngrep', 'tshark') || captureSkipReason() },
  () =>
    withTemporaryDirectory(async (directory) => {
      await using node = await startCalliope({ directory });
      const [callerPort, calleePort] = (await freePorts(2)) as [number, number];
      const file = join(directory, 'wire.pcap');
      const callee = await startSippCallee({
        directory,
        name: 'callee',
        localPort: calleePort,
        transport: 'udp',
        scenario: calleeScenario({ behaviour: 'answer' }),
      });
      await using _callee = callee.program;
      const capture = await startLoopbackCapture({ directory, file, filter: `port ${calleePort}` });
      await runSippCaller({
        directory,
        name: 'caller',
        localPort: callerPort,
        transport: 'udp',
        calls: 3,
        rate: 20,
        timeoutMs: 20_000,
        scenario: callerScenario({ outcome: 'answered', talkMs: 20, callerNumber: '4930[call_number]' }),
        target: { host: '127.0.0.1', port: calleePort },
      });
      await capture.finish();
      const wire = await tsharkSip(file, { sipPorts: [calleePort] });
      assert.equal(wire.length, 18);
      await runSngrepSender({ directory, capture: file, hepTarget: { host: '127.0.0.1', port: node.hepPort } });
      const { page, hashes } = await stored(node, wire.length);
      assert.deepEqual(
        page.items
          .map((item, index) => `${item.timestampUs} ${item.sourcePort} ${item.destinationPort} ${hashes[index]}`)
          .sort(),
        wire.map((seen) => `${seen.timestampUs} ${seen.sourcePort} ${seen.destinationPort} ${seen.sha256}`).sort(),
      );
      assert.deepEqual([...new Set(page.items.map((item) => item.node))], ['2002']);
    }),
);

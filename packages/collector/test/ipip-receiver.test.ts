import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { SpoolBatch } from '@calliope/model';
import { createIpipReceiver, type IpipReceiverOptions, type Receiver, ReceiverError } from '../src/index.ts';
import { readBatch, type StoredMessage } from './file-sink.ts';
import { optionsRequest, until } from './hep-senders.ts';
import { innerPacket } from './ipip-packets.ts';
import { rawSocketSkipReason, sendRawIp } from './raw-ip-sender.ts';

const skip = rawSocketSkipReason();
/** Of the loopback interface, and not that of other tests: raw sockets have no ports. */
const HERE = '127.41.4.1';
const [IPIP, IPV6, GRE] = [4, 41, 47];

let directory: string;
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'calliope-ipip-'));
});
after(() => rmSync(directory, { recursive: true }));

function create(options: Partial<IpipReceiverOptions> = {}): { receiver: Receiver; stored: StoredMessage[] } {
  const stored: StoredMessage[] = [];
  const receiver = createIpipReceiver({
    nodeName: 'here',
    address: HERE,
    workerUrl: new URL('./ipip-test-worker.ts', import.meta.url),
    workerData: { directory },
    deliver: (batch: SpoolBatch, onSettled) => {
      stored.push(...readBatch(batch));
      onSettled('stored');
    },
    ...options,
  });
  return { receiver, stored };
}

async function withReceiver(
  options: Partial<IpipReceiverOptions>,
  use: (receiver: Receiver, stored: StoredMessage[]) => Promise<void>,
): Promise<void> {
  const { receiver, stored } = create(options);
  await receiver.start();
  try {
    await use(receiver, stored);
  } finally {
    await receiver.stop();
  }
  const { received, duplicates, refused, undecodable, dropped, pending, ...report } = receiver.report();
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  assert.equal(received, report.stored + duplicates + refused + undecodable + lost + pending);
  const ofAgents = receiver.agents().reduce((sum, agent) => sum + agent.received, 0);
  assert.equal(ofAgents, received - (dropped.kernel ?? 0));
}

const gre = (etherType: number, packet: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.of(0, 0, etherType >> 8, etherType & 0xff), packet]);

for (const [address, host] of [
  [HERE, HERE],
  ['::1', '::1'],
  ['::', HERE],
  ['::', '::1'],
] as const) {
  test(`listening on ${address}, takes IP-in-IP and GRE sent to ${host}, with the time of the kernel`, { skip }, () =>
    withReceiver({ address }, async (receiver, stored) => {
      assert.equal(receiver.name, `ipip ${address}`);
      const beforeUs = Date.now() * 1000;
      sendRawIp(host, IPIP, [innerPacket(optionsRequest('four'))]);
      sendRawIp(host, IPV6, [innerPacket(optionsRequest('six'), { ipVersion: 6 })]);
      sendRawIp(host, GRE, [gre(0x0800, innerPacket(optionsRequest('gre')))]);
      await until(() => stored.length === 3, 'three messages');
      const byCallId = new Map(stored.map((message) => [message.callId, message]));
      assert.equal(byCallId.get('four')!.source, '10.1.1.1 5060');
      assert.equal(byCallId.get('six')!.source, '2001:db8::1 5060');
      assert.equal(byCallId.get('gre')!.source, '10.1.1.1 5060');
      for (const { node, timestampUs } of stored) {
        assert.equal(node, host === '::1' ? '::1' : '127.0.0.1');
        assert.ok(timestampUs > beforeUs - 1000 && timestampUs <= Date.now() * 1000 + 1000, String(timestampUs));
      }
      // Milliseconds are what the program's own clock would give.
      assert.ok(stored.some(({ timestampUs }) => timestampUs % 1000 !== 0));
    }),
  );
}

for (const receiveBufferBytes of [16 * 1024 * 1024, 4096]) {
  test(`of a burst at a buffer of ${receiveBufferBytes}, counts each as taken or as dropped by the kernel`, {
    skip,
  }, async () => {
    const { receiver, stored } = create({ batch: { maxAgeMs: 3_600_000 }, receiveBufferBytes });
    await receiver.start();
    const packets = Array.from({ length: 2000 }, (_, i) => innerPacket(optionsRequest(`${i}`)));
    try {
      sendRawIp(HERE, IPIP, packets);
    } finally {
      // What has already arrived is taken at the stop.
      await receiver.stop();
    }
    const { received, dropped } = receiver.report();
    assert.equal(received, 2000);
    assert.equal(stored.length + dropped.kernel!, 2000);
    assert.equal(new Set(stored.map(({ callId }) => callId)).size, stored.length);
    if (receiveBufferBytes === 4096) assert.ok(dropped.kernel! > 0);
  });
}

test('takes on other ports and networks while it runs, or nothing of a bad change', { skip }, () =>
  withReceiver({ tunnelPorts: [{ low: 5060, high: 5060 }] }, async (receiver, stored) => {
    const send = async (sourcePort: number) => {
      const callId = `${sourcePort} ${stored.length}`;
      sendRawIp(HERE, IPIP, [innerPacket(optionsRequest(callId), { sourcePort, destinationPort: 40_000 })]);
      await receiver.flush();
    };
    await send(5060);
    await send(5070);
    await until(() => receiver.report().ignored === 1 && stored.length === 1, 'one taken, one ignored');
    await receiver.reconfigure({ tunnelPorts: [{ low: 5070, high: 5079 }] });
    await send(5070);
    await until(() => stored.length === 2, 'the second');
    await assert.rejects(receiver.reconfigure({ tunnelNetworks: ['nowhere'] }), RangeError);
    await send(5070);
    await until(() => stored.length === 3, 'the third');
    await receiver.reconfigure({ tunnelNetworks: ['192.0.2.0/24'] });
    await send(5070);
    await until(() => receiver.report().refused === 1, 'a refusal');
    assert.equal(stored.length, 3);
  }),
);

test('says at the start that the address is none of this machine', { skip }, async () => {
  for (const address of ['192.0.2.77', 'example.net']) {
    const { receiver } = create({ address });
    await assert.rejects(
      receiver.start(),
      (error) => error instanceof ReceiverError && error.code === 'address_not_available',
    );
  }
});

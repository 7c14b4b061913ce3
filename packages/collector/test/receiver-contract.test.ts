import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ReceiverReport, SpoolBatch } from '@calliope/model';
import {
  type BatchDelivery,
  createDgramReceiver,
  createTcpReceiver,
  createTlsReceiver,
  createUdpWorkerReceiver,
  createWebSocketReceiver,
  type HepChannelSettings,
  loadLibc,
  mergeAgentReports,
  type Receiver,
  ReceiverError,
} from '../src/index.ts';
import { createFileSink, readBatch, type StoredMessage } from './file-sink.ts';
import { hepFrame, optionsRequest, parseEndpoint, sendTcp, sendUdp, until } from './hep-senders.ts';
import { makeTestCertificates, opensslSkip } from './test-certificates.ts';
import { sendTls, sendWebSocket, trusting } from './tls-senders.ts';

interface Place {
  directory: string;
  address: string;
  port: number;
  deliver: BatchDelivery;
}
interface Kind {
  name: string;
  scheme: string;
  skip: string | false;
  create(settings: HepChannelSettings, place: Place): Receiver;
  send(host: string, port: number, frames: readonly Uint8Array[]): Promise<void>;
}

const libc = loadLibc();
const certificates = opensslSkip ? undefined : makeTestCertificates();
after(() => certificates?.[Symbol.dispose]());
const inUrl = (host: string) => (host.includes(':') ? `[${host}]` : host);
const KINDS: Kind[] = [
  {
    name: 'udp worker',
    scheme: 'udp',
    skip: 'reason' in libc ? libc.reason : false,
    create: (settings, { directory, ...place }) =>
      createUdpWorkerReceiver({
        ...settings,
        ...place,
        workerUrl: new URL('./udp-test-worker.ts', import.meta.url),
        workerData: { directory },
      }),
    send: sendUdp,
  },
  {
    name: 'udp dgram',
    scheme: 'udp',
    skip: false,
    create: (settings, { directory, ...place }) =>
      createDgramReceiver({
        ...settings,
        ...place,
        createSink: (events) => createFileSink(directory, 'dgram', events),
      }),
    send: sendUdp,
  },
  {
    name: 'tcp',
    scheme: 'tcp',
    skip: false,
    create: (settings, { directory, ...place }) =>
      createTcpReceiver({ ...settings, ...place, createSink: (events) => createFileSink(directory, 'tcp', events) }),
    send: sendTcp,
  },
  {
    name: 'tls',
    scheme: 'tls',
    skip: opensslSkip,
    create: (settings, { directory, ...place }) =>
      createTlsReceiver({
        ...settings,
        ...place,
        tls: certificates!.server,
        createSink: (events) => createFileSink(directory, 'tls', events),
      }),
    send: (host, port, frames) => sendTls(host, port, frames, trusting(certificates!)),
  },
  {
    name: 'websocket',
    scheme: 'ws',
    skip: false,
    create: (settings, { directory, ...place }) =>
      createWebSocketReceiver({
        ...settings,
        ...place,
        createSink: (events) => createFileSink(directory, 'ws', events),
      }),
    send: (host, port, frames) => sendWebSocket(`ws://${inUrl(host)}:${port}`, frames),
  },
  {
    name: 'websocket over tls',
    scheme: 'wss',
    skip: opensslSkip,
    create: (settings, { directory, ...place }) =>
      createWebSocketReceiver({
        ...settings,
        ...place,
        tls: certificates!.server,
        createSink: (events) => createFileSink(directory, 'wss', events),
      }),
    send: (host, port, frames) => sendWebSocket(`wss://${inUrl(host)}:${port}/hep`, frames, trusting(certificates!)),
  },
];

function assertAddsUp(report: ReceiverReport): void {
  const dropped = Object.values(report.dropped).reduce((sum, count) => sum + count, 0);
  const parts = report.stored + report.duplicates + report.refused + report.undecodable + dropped + report.pending;
  assert.equal(report.received, parts, JSON.stringify(report));
}

/** Each agent's counters add up, and all together to the receiver's, but for what the kernel dropped. */
function assertAgentsAddUp(receiver: Receiver): void {
  const agents = receiver.agents();
  for (const agent of agents) {
    const { stored, duplicates, refused, undecodable, dropped, pending } = agent;
    assert.equal(agent.received, stored + duplicates + refused + undecodable + dropped + pending);
    assert.ok(pending >= 0, JSON.stringify(agent));
  }
  const report = receiver.report();
  for (const name of ['stored', 'duplicates', 'refused', 'undecodable', 'pending'] as const) {
    const sum = agents.reduce((total, agent) => total + agent[name], 0);
    assert.equal(sum, report[name], `${name} of all agents`);
  }
}

for (const kind of KINDS) {
  describe(kind.name, { skip: kind.skip }, () => {
    let directory: string;
    before(() => {
      directory = mkdtempSync(join(tmpdir(), 'calliope-receiver-'));
    });
    after(() => rmSync(directory, { recursive: true }));

    /** Runs a receiver whose batches are read and counted as stored. */
    async function withReceiver(
      settings: Partial<HepChannelSettings>,
      address: string,
      use: (receiver: Receiver, stored: StoredMessage[], port: number) => Promise<void>,
    ): Promise<{ stored: StoredMessage[]; receiver: Receiver }> {
      const stored: StoredMessage[] = [];
      const deliver = (batch: SpoolBatch, onSettled: (outcome: 'stored') => void) => {
        stored.push(...readBatch(batch));
        onSettled('stored');
      };
      const receiver = kind.create({ nodeName: 'here', ...settings }, { directory, address, port: 0, deliver });
      await receiver.start();
      try {
        await use(receiver, stored, parseEndpoint(receiver.address).port);
      } finally {
        await receiver.stop();
      }
      assertAddsUp(receiver.report());
      assertAgentsAddUp(receiver);
      return { stored, receiver };
    }

    for (const [address, host] of [
      ['127.0.0.1', '127.0.0.1'],
      ['::1', '::1'],
      ['::', '127.0.0.1'],
      ['::', '::1'],
    ] as const) {
      test(`listening on ${address}, takes what is sent to ${host}`, async () => {
        const callIds = ['a', 'b', 'c'];
        const { stored, receiver } = await withReceiver({}, address, async (receiver, _, port) => {
          assert.ok(port > 0);
          assert.match(receiver.name, new RegExp(`^${kind.scheme} .*:${port}$`));
          await kind.send(
            host,
            port,
            callIds.map((id) => hepFrame(optionsRequest(id))),
          );
        });
        assert.deepEqual(
          stored.map(({ callId }) => callId),
          callIds,
        );
        const [agent, ...others] = receiver.agents();
        assert.deepEqual(others, []);
        assert.equal(agent!.node, '2001');
        assert.equal(agent!.address, host);
        assert.equal(agent!.received, 3);
        assert.ok(Math.abs(agent!.skewMs!) < 60_000);
      });
    }

    test('stores what it took within a batch’s age, without being asked to', async () => {
      await withReceiver({}, '127.0.0.1', async (receiver, stored, port) => {
        await kind.send('127.0.0.1', port, [hepFrame()]);
        await until(() => stored.length === 1, 'the batch');
        await until(() => receiver.report().stored === 1, 'the report');
      });
    });

    test('closes a batch at its number of messages, and on request', async () => {
      await withReceiver(
        { batch: { maxMessages: 10, maxAgeMs: 3_600_000 } },
        '127.0.0.1',
        async (receiver, stored, port) => {
          await kind.send(
            '127.0.0.1',
            port,
            Array.from({ length: 9 }, () => hepFrame()),
          );
          await until(() => receiver.report().pending === 9, 'nine messages pending');
          assert.equal(stored.length, 0);
          await receiver.flush();
          assert.equal(stored.length, 9);
          await kind.send(
            '127.0.0.1',
            port,
            Array.from({ length: 10 }, () => hepFrame()),
          );
          await until(() => stored.length === 19, 'a batch of ten');
        },
      );
    });

    test('takes at the stop what has already arrived', async () => {
      const { stored } = await withReceiver({ batch: { maxAgeMs: 3_600_000 } }, '127.0.0.1', async (_, __, port) => {
        await kind.send(
          '127.0.0.1',
          port,
          Array.from({ length: 500 }, () => hepFrame()),
        );
      });
      assert.equal(stored.length, 500);
    });

    test('counts what it refuses for its key, and takes one of several keys', async () => {
      const { stored, receiver } = await withReceiver({ keys: ['alpha', 'beta'] }, '127.0.0.1', async (_, __, port) => {
        await kind.send('127.0.0.1', port, [
          hepFrame(optionsRequest('1'), { key: 'alpha' }),
          hepFrame(optionsRequest('2'), { key: 'beta' }),
          hepFrame(optionsRequest('3'), { key: 'alph' }),
          hepFrame(optionsRequest('4'), { key: 'alphab' }),
          hepFrame(optionsRequest('5')),
        ]);
      });
      assert.deepEqual(
        stored.map(({ callId }) => callId),
        ['1', '2'],
      );
      assert.equal(receiver.report().refused, 3);
      const [agent] = mergeAgentReports(receiver.agents());
      assert.deepEqual([agent!.node, agent!.received, agent!.refused, agent!.stored], ['2001', 5, 3, 2]);
    });

    test('counts what comes from networks that are not allowed', async () => {
      const { stored, receiver } = await withReceiver(
        { networks: ['192.0.2.0/24'] },
        '127.0.0.1',
        async (_, __, port) => {
          await kind.send('127.0.0.1', port, [hepFrame(), hepFrame()]);
        },
      );
      assert.deepEqual(stored, []);
      assert.equal(receiver.report().refused, 2);
      const allowed = await withReceiver({ networks: ['127.0.0.0/8'] }, '127.0.0.1', async (_, __, port) => {
        await kind.send('127.0.0.1', port, [hepFrame()]);
      });
      assert.equal(allowed.stored.length, 1);
    });

    test('counts garbage as undecodable and keep-alives apart', async () => {
      const { stored, receiver } = await withReceiver({}, '127.0.0.1', async (_, __, port) => {
        await kind.send('127.0.0.1', port, [hepFrame(), Buffer.from('garbage'), hepFrame('\r\n\r\n'), hepFrame()]);
      });
      assert.equal(stored.length, 2);
      const report = receiver.report();
      assert.equal(report.undecodable, 1);
      assert.equal(report.keepAlives, 1);
      assert.equal(report.received, 3);
    });

    test('takes gzip frames', async () => {
      const { stored } = await withReceiver({}, '127.0.0.1', async (_, __, port) => {
        await kind.send('127.0.0.1', port, [gzipSync(hepFrame(optionsRequest('zipped')))]);
      });
      assert.equal(stored[0]!.callId, 'zipped');
    });

    test('puts together what FreeSWITCH cut, and stores what lacks its rest at the stop', async () => {
      const [text, other] = [optionsRequest('cut'), optionsRequest('torn')];
      const { stored, receiver } = await withReceiver({}, '127.0.0.1', async (_, __, port) => {
        await kind.send('127.0.0.1', port, [
          hepFrame(text.slice(0, 100), { protocol: 6 }),
          hepFrame(text.slice(100), { protocol: 6 }),
          hepFrame(other.slice(0, -2), { protocol: 6 }),
        ]);
      });
      assert.deepEqual(
        stored.map(({ payload, defects }) => [payload, defects]),
        [
          [text, []],
          [other.slice(0, -2), ['no_end_of_headers']],
        ],
      );
      assert.equal(receiver.report().received, 2);
    });

    test('says at the start that the address is taken, or is none of this machine', async () => {
      await withReceiver({}, '127.0.0.1', async (_, __, port) => {
        const deliver = () => {};
        const second = kind.create({ nodeName: 'x' }, { directory, address: '127.0.0.1', port, deliver });
        await assert.rejects(
          second.start(),
          (error) => error instanceof ReceiverError && error.code === 'address_in_use',
        );
        for (const address of ['192.0.2.77', 'example.net']) {
          const elsewhere = kind.create({ nodeName: 'x' }, { directory, address, port: 0, deliver });
          await assert.rejects(
            elsewhere.start(),
            (error) => error instanceof ReceiverError && error.code === 'address_not_available',
          );
        }
      });
    });

    test('goes on, counts and says so when batches cannot be written', async () => {
      const gone = mkdtempSync(join(tmpdir(), 'calliope-gone-'));
      const deliver = () => assert.fail('no batch can be written');
      const receiver = kind.create({ nodeName: 'here' }, { directory: gone, address: '127.0.0.1', port: 0, deliver });
      await receiver.start();
      rmSync(gone, { recursive: true });
      await kind.send('127.0.0.1', parseEndpoint(receiver.address).port, [hepFrame(), hepFrame()]);
      await until(() => receiver.report().dropped.spool === 2, 'the loss to be counted');
      await until(() => receiver.problems().some((problem) => problem.includes('could not be written')), 'the problem');
      await receiver.stop();
      assertAddsUp(receiver.report());
    });
  });
}

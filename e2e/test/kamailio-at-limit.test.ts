// Senders of others at their own limit: SIPp makes calls through Kamailio as fast as the two can, and nothing that Kamailio sends as HEP is lost.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { HealthReport, MessagesResponse } from '@calliope/model';
import {
  calleeScenario,
  callerScenario,
  captureSkipReason,
  freePorts,
  poll,
  runSippCaller,
  skipReason,
  startCalliope,
  startKamailio,
  startLoopbackCapture,
  startSippCallee,
  withTemporaryDirectory,
} from '../src/index.ts';

/** More than SIPp and Kamailio manage on a small machine in this time: some of their calls fail, which is theirs to answer for. */
const CALLS = 10_000;
const RATE = 800;
const AT_A_TIME = 150;
const SECONDS = 12;
const LEAST_DATAGRAMS = 5_000;

test(
  'SIPp and Kamailio at their limit: what the wire saw is stored, each message once, nothing dropped',
  { skip: skipReason('kamailio', 'sipp') || captureSkipReason() },
  (t) =>
    withTemporaryDirectory(async (directory) => {
      await using node = await startCalliope({ directory });
      const [sipPort, callerPort, calleePort] = (await freePorts(3)) as [number, number, number];
      const wire = await startLoopbackCapture({
        directory,
        file: join(directory, 'hep.pcapng'),
        filter: `udp dst port ${node.hepPort}`,
        snapLength: 64,
      });
      const kamailio = await startKamailio({
        directory: join(directory, 'kamailio'),
        hepVersion: 3,
        hepTarget: { host: '127.0.0.1', port: node.hepPort },
        sipPort,
        nextHop: { host: '127.0.0.1', port: calleePort },
        sharedMemory: 512,
      });
      try {
        const callee = await startSippCallee({
          directory,
          name: 'callee',
          scenario: calleeScenario({ behaviour: 'answer' }),
          localPort: calleePort,
        });
        try {
          await runSippCaller({
            directory,
            name: 'caller',
            scenario: callerScenario({ outcome: 'answered', talkMs: 10 }),
            localPort: callerPort,
            target: { host: '127.0.0.1', port: sipPort },
            calls: CALLS,
            rate: RATE,
            extraArguments: ['-l', String(AT_A_TIME)],
            timeoutMs: SECONDS * 1000,
          }).catch(() => {});
        } finally {
          await callee.finish();
        }
      } finally {
        await kamailio.stop();
      }
      const { captured, dropped } = await wire.finish();
      assert.equal(dropped, 0, 'the capture that it is compared with is whole');
      assert.ok(captured >= LEAST_DATAGRAMS, `${captured} datagrams`);
      t.diagnostic(`${captured} HEP datagrams in ${SECONDS} s`);
      const isStored = ({ receivers }: HealthReport): boolean =>
        receivers.some(({ name, stored }) => name.startsWith('udp') && stored === captured);
      const health = await poll(() => node.get<HealthReport>('health'), isStored, 30_000);
      const udp = health.receivers.find(({ name }) => name.startsWith('udp'))!;
      assert.deepEqual([udp.received, udp.stored], [captured, captured]);
      assert.deepEqual(
        Object.values(udp.dropped).filter((count) => count > 0),
        [],
      );
      const { total } = await node.get<MessagesResponse>('messages', { limit: '1' });
      assert.deepEqual(total, { count: captured, exact: true }, 'the total of the API');
    }),
);

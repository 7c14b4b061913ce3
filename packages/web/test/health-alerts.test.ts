import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HealthReport } from '@calliope/model';
import { healthAlerts } from '../src/view/health-alerts.ts';

const GOOD: HealthReport = {
  status: 'ok',
  version: '0.1.0',
  uptimeSeconds: 1,
  problems: [],
  receivers: [
    {
      name: 'udp 0.0.0.0:9060',
      received: 1000,
      stored: 1000,
      duplicates: 0,
      refused: 0,
      undecodable: 0,
      dropped: { kernel: 0, queue: 0 },
      pending: 0,
      keepAlives: 0,
    },
  ],
  agents: [
    {
      node: 'edge-1',
      address: '192.0.2.1',
      version: 'HEP 3',
      received: 1,
      stored: 1,
      duplicates: 0,
      refused: 0,
      undecodable: 0,
      dropped: 0,
      pending: 0,
      lastSeenUs: 1,
      ratePerSecond: 0,
      skewMs: -40,
    },
  ],
  spool: { batches: 0, bytes: 0, limitBytes: 1024, droppedMessages: 0, oldestUs: null },
  engine: { state: 'running', restarts: 0, lastError: null },
  store: null,
  disk: { freeBytes: 50, totalBytes: 100 },
  listen: { http: '', hep: [] },
  configuration: { loadedUs: 0, reloads: 0, applied: [], needsRestart: [], error: null },
};

test('nothing is said while all is well', () => {
  assert.deepEqual(healthAlerts(GOOD), []);
});

test('losses are said with figures, by stage', () => {
  const receivers = [{ ...GOOD.receivers[0]!, dropped: { kernel: 12, queue: 0 } }];
  assert.deepEqual(healthAlerts({ ...GOOD, receivers }), [
    { kind: 'loss', text: 'Receiver udp 0.0.0.0:9060 lost 12 of 1,000 packets (1.200 %): 12 in the kernel.' },
  ]);
});

test('a full spool, a stopped engine, a full disk and a wrong clock are each said', () => {
  const alerts = healthAlerts({
    ...GOOD,
    spool: { ...GOOD.spool, bytes: 1024, droppedMessages: 7 },
    engine: { state: 'restarting', restarts: 1, lastError: 'killed' },
    disk: { freeBytes: 1, totalBytes: 100 },
    agents: [{ ...GOOD.agents[0]!, skewMs: 4210 }],
  });
  assert.deepEqual(
    alerts.map((alert) => alert.kind),
    ['loss', 'problem', 'problem', 'problem'],
  );
  assert.match(
    alerts.map((alert) => alert.text).join('\n'),
    /7 messages[\s\S]*restarting[\s\S]*1 B of disk[\s\S]*4\.2 s/,
  );
});

test("the server's own sentences come first and only once", () => {
  assert.deepEqual(healthAlerts({ ...GOOD, problems: ['The disk is slow.', 'The disk is slow.'] }), [
    { kind: 'problem', text: 'The disk is slow.' },
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HealthReport } from '@calliope/model';
import { doctorText } from '../src/doctor-command.ts';
import { checkServer } from '../src/doctor-server.ts';
import { severities } from './doctor-facts.ts';

const HEALTH: HealthReport = {
  status: 'ok',
  version: '1',
  uptimeSeconds: 1,
  problems: [],
  receivers: [],
  agents: [],
  spool: { batches: 0, bytes: 0, limitBytes: 1, droppedMessages: 0, oldestUs: null },
  engine: { state: 'running', restarts: 0, lastError: null },
  store: null,
  disk: { freeBytes: 1, totalBytes: 1 },
  listen: { http: '', hep: [] },
  configuration: { loadedUs: 0, reloads: 0, applied: [], needsRestart: [], error: null },
};
const check = (health: Partial<HealthReport>) =>
  checkServer({ pid: 5, url: 'http://127.0.0.1:9080', health: { ...HEALTH, ...health } });

test('no server, and a server that is well, are well', () => {
  assert.deepEqual(severities(checkServer(undefined)), ['ok']);
  assert.deepEqual(severities(check({})), ['ok']);
});

test('a server that does not answer, and one without its database, are failures', () => {
  const silent = checkServer({ pid: 5, url: 'http://x', health: { reason: 'timeout' } });
  assert.deepEqual(severities(silent), ['failure']);
  assert.match(silent[0]!.message, /Process 5.*timeout/);
  const [engine] = check({ engine: { state: 'restarting', restarts: 3, lastError: 'killed' } });
  assert.equal(engine!.severity, 'failure');
  assert.match(engine!.message, /restarting \(killed\)/);
});

test('drops of the kernel come with the kernel parameter that mends them', () => {
  const receiver = {
    name: 'udp',
    received: 9,
    stored: 4,
    duplicates: 0,
    refused: 0,
    undecodable: 0,
    pending: 0,
    keepAlives: 0,
  };
  const [drops, ...rest] = check({
    receivers: [{ ...receiver, dropped: { kernel: 5 } }],
    problems: ['udp: the kernel dropped 5 datagrams since the start: raise net.core.rmem_max, or add a node.'],
  });
  assert.deepEqual(rest, []);
  assert.match(drops!.message, /5 datagrams/);
  assert.match(drops!.mend[0]!, /net\.core\.rmem_max = 67108864/);
});

test('clocks of agents that are far off are named', () => {
  const counts = { received: 1, stored: 1, duplicates: 0, refused: 0, undecodable: 0, dropped: 0, pending: 0 };
  const seen = { lastSeenUs: 1, ratePerSecond: 0, version: null };
  const agent = { node: 'sbc-1', address: '192.0.2.1', ...counts, ...seen, skewMs: 2500 };
  const findings = check({
    agents: [agent, { ...agent, node: 'near', skewMs: -3 }, { ...agent, node: 'x', skewMs: null }],
  });
  assert.deepEqual(severities(findings), ['warning']);
  assert.match(findings[0]!.message, /sbc-1 \(192\.0\.2\.1\) is 2\.5 s behind/);
});

test('other problems of the server are passed on, and all is printed in lines with the commands below', () => {
  const findings = check({ problems: ['The disk is full.'] });
  assert.equal(doctorText(findings), 'warn  server  The disk is full.\n              -> calliope health');
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { SignallingReport } from '@calliope/collector';
import type { AgentReport, HealthReport } from '@calliope/model';
import { metricsText } from '../src/metrics-text.ts';

function agent(known: Partial<AgentReport>): AgentReport {
  const none = { stored: 0, duplicates: 0, refused: 0, undecodable: 0, dropped: 0, pending: 0, ratePerSecond: 0 };
  return { node: '', address: '', version: null, received: 0, ...none, lastSeenUs: 0, skewMs: null, ...known };
}

const HEALTH: HealthReport = {
  status: 'ok',
  version: '1.2.3',
  uptimeSeconds: 60,
  problems: [],
  receivers: [
    {
      name: 'udp [::]:9060',
      received: 12,
      stored: 6,
      duplicates: 1,
      refused: 1,
      undecodable: 1,
      dropped: { kernel: 1, queue: 0, spool: 1 },
      pending: 1,
      keepAlives: 3,
      ignored: 4,
      connections: { open: 2, accepted: 5, closed: { idle: 1 } },
    },
  ],
  agents: [
    agent({ node: 'sbc "1"', address: '192.0.2.1', received: 5, duplicates: 1, lastSeenUs: 1.5e6, skewMs: 250 }),
    agent({ node: 'sbc "1"', address: '192.0.2.9', received: 2, duplicates: 2, lastSeenUs: 2.5e6, skewMs: -250 }),
    agent({ node: 'untimed', address: '192.0.2.2', received: 1, lastSeenUs: 1e6 }),
  ],
  spool: { batches: 1, bytes: 100, limitBytes: 1000, droppedMessages: 1, oldestUs: null },
  engine: { state: 'running', restarts: 2, lastError: null },
  store: { messages: 6, calls: 2, bytes: 600, oldestUs: null, newestUs: null },
  disk: { freeBytes: 10, totalBytes: 20 },
  listen: { http: 'http://127.0.0.1:9080', hep: ['udp [::]:9060'] },
  configuration: { loadedUs: 0, reloads: 1, applied: [], needsRestart: [], error: 'no' },
};
const counts = Array.from({ length: 13 }, (_, i) => (i === 4 ? 3 : i === 12 ? 1 : 0));
const SIGNALLING: SignallingReport = {
  requests: { INVITE: 4 },
  responses: { INVITE: { '2xx': 3 } },
  codes: { 200: 3 },
  delays: [
    { kind: 'registration', target: '192.0.2.7', counts, sumSeconds: 40 },
    { kind: 'session', target: 'other', counts, sumSeconds: 41 },
    { kind: 'session_failed', target: 'other', counts, sumSeconds: 42 },
  ],
  untimed: 7,
};
const text = metricsText(HEALTH, SIGNALLING);

/** Series with their values; asserts what the format asks for: type before samples, no series twice, counters' names. */
function parse(exposition: string): Map<string, number> {
  const series = new Map<string, number>();
  let name = '';
  let type = '';
  for (const line of exposition.trimEnd().split('\n')) {
    const declared = /^# TYPE (\w+) (counter|gauge|histogram)$/.exec(line);
    if (declared) [, name, type] = declared as unknown as [string, string, string];
    if (line.startsWith('#')) continue;
    const [, full = '', value = ''] = /^(\w+(?:\{(?:\w+="(?:[^"\\\n]|\\.)*",?)*\})?) (\S+)$/.exec(line) ?? [];
    assert.notEqual(full, '', line);
    const base = full.replace(/\{.*/, '');
    assert.equal(type === 'histogram' ? base.replace(/_(bucket|sum|count)$/, '') : base, name);
    assert.equal(base.endsWith('_total'), type === 'counter', line);
    assert.equal(series.has(full), false, `${full} twice`);
    assert.ok(Number.isFinite(Number(value)), line);
    series.set(full, Number(value));
  }
  return series;
}

test('what an earlier run left and was lost is a series of its own', () => {
  const earlier = { found: 9, stored: 2, dropped: 4, rejected: 3 };
  const series = parse(metricsText({ ...HEALTH, spool: { ...HEALTH.spool, earlier } }, SIGNALLING));
  const dropped = (stage: string) =>
    series.get(`calliope_messages_dropped_total{receiver="earlier run",stage="${stage}"}`);
  assert.deepEqual([dropped('spool'), dropped('rejected')], [4, 3]);
  assert.ok(![...parse(text).keys()].some((name) => name.includes('earlier')));
});

test('every series is there once, with what the report says', () => {
  const series = parse(text);
  assert.equal(series.get('calliope_messages_received_total{receiver="udp [::]:9060"}'), 12);
  assert.equal(series.get('calliope_messages_dropped_total{receiver="udp [::]:9060",stage="kernel"}'), 1);
  assert.equal(series.get('calliope_packets_ignored_total{receiver="udp [::]:9060"}'), 4);
  assert.equal(series.get('calliope_sip_requests_total{method="INVITE"}'), 4);
  assert.equal(series.get('calliope_sip_responses_total{method="INVITE",class="2xx"}'), 3);
  assert.equal(series.get('calliope_sip_response_codes_total{code="200"}'), 3);
  assert.equal(series.get('calliope_delays_unmeasured_total'), 7);
  assert.equal(series.get('calliope_configuration_valid'), 0);
});

test('buckets of a histogram add up to its count', () => {
  const series = parse(text);
  const registration = (le: string) =>
    series.get(`calliope_registration_request_delay_seconds_bucket{target="192.0.2.7",le="${le}"}`);
  assert.deepEqual(['0.05', '0.1', '30', '+Inf'].map(registration), [0, 3, 3, 4]);
  assert.equal(series.get('calliope_registration_request_delay_seconds_count{target="192.0.2.7"}'), 4);
  assert.equal(series.get('calliope_session_request_delay_seconds_sum{target="other",outcome="failure"}'), 42);
});

test('an agent is a series for each address it sends from; without a time it has no skew', () => {
  const series = parse(text);
  const labels = 'node="sbc \\"1\\"",address="192.0.2.9"';
  assert.equal(series.get(`calliope_agent_messages_total{${labels}}`), 2);
  assert.equal(series.get(`calliope_agent_duplicates_total{${labels}}`), 2);
  assert.equal(series.get(`calliope_agent_last_seen_seconds{${labels}}`), 2.5);
  assert.equal(series.get(`calliope_agent_clock_skew_seconds{${labels}}`), -0.25);
  assert.equal(series.get('calliope_agents'), 3);
  assert.equal([...series.keys()].filter((name) => name.startsWith('calliope_agent_clock_skew')).length, 2);
});

test('agents are bounded', () => {
  const agents = Array.from({ length: 600 }, (_, i) => ({ ...HEALTH.agents[0]!, node: `n${i}`, received: i }));
  const series = parse(metricsText({ ...HEALTH, agents }, SIGNALLING));
  assert.equal([...series.keys()].filter((name) => name.startsWith('calliope_agent_messages_total')).length, 500);
  assert.equal(series.get('calliope_agents'), 600);
});

test('every metric is documented, and nothing else', () => {
  const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `(calliope_\w+)` /gm)].map(([, name]) => name).sort();
  const declared = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name).sort();
  assert.deepEqual(documented, declared);
});

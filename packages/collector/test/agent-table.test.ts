import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CapturedPacket, emptyPacket, parseAddress } from '@calliope/model';
import { createAgentTable } from '../src/index.ts';

const NOW_US = 1_700_000_000_000_000;
const SENDER = parseAddress('192.0.2.7')!.bytes;
const ELSEWHERE = parseAddress('2001:db8::1')!.bytes;

function packetOf(node: string, captureId = 0, skewMs = 0): CapturedPacket {
  const head = Buffer.from(`..${node}..`);
  return {
    ...emptyPacket(),
    head,
    nodeStart: 2,
    nodeEnd: head.length - 2,
    captureId,
    timestampUs: NOW_US - skewMs * 1000,
  };
}

type Table = ReturnType<typeof createAgentTable>;

/** As the receivers do: notes whose it is, and counts it. */
function take(table: Table, packet: CapturedPacket, atUs = NOW_US, sender = SENDER, hasTime = true): void {
  table.note(packet, hasTime, atUs, sender, 0);
  table.at(packet.agent).received++;
}

test('agents differ by node name, capture id and address, and are called by the first of them that they say', () => {
  const table = createAgentTable('here');
  for (const packet of [
    packetOf('edge'),
    packetOf('', 2001),
    packetOf(''),
    packetOf('edge', 7),
    packetOf('', 2001),
    packetOf('edge'),
  ]) {
    take(table, packet);
  }
  take(table, packetOf('edge'), NOW_US, ELSEWHERE);
  assert.deepEqual(
    table.reports().map(({ node, address, received }) => [node, address, received]),
    [
      ['edge', '192.0.2.7', 2],
      ['2001', '192.0.2.7', 2],
      ['here', '192.0.2.7', 1],
      ['edge', '192.0.2.7', 1],
      ['edge', '2001:db8::1', 1],
    ],
  );
});

test('says when an agent was last seen, and what it speaks', () => {
  const table = createAgentTable('here');
  table.note(packetOf('edge'), true, NOW_US, SENDER, 0, 'HEP 3');
  table.note(packetOf('edge'), true, NOW_US + 5, SENDER, 0);
  assert.equal(table.reports()[0]!.lastSeenUs, NOW_US + 5);
  assert.equal(table.reports()[0]!.version, 'HEP 3');
});

test('knows how far an agent’s clock is off, and does not while it sends no times', () => {
  const table = createAgentTable('here');
  take(table, packetOf('v1'), NOW_US, SENDER, false);
  assert.equal(table.reports()[0]!.skewMs, null);
  take(table, packetOf('edge', 0, 100));
  assert.equal(table.reports()[1]!.skewMs, 100);
  // What is late says nothing of the clock.
  take(table, packetOf('edge', 0, 1700));
  assert.equal(table.reports()[1]!.skewMs, 100);
  take(table, packetOf('edge', 0, 99));
  assert.equal(table.reports()[1]!.skewMs, 99);
});

test('a clock that was set is known anew within a minute', () => {
  const table = createAgentTable('here');
  for (let second = 0; second < 62; second++) {
    const packet = packetOf('edge');
    packet.timestampUs += second * 1e6 - (second === 0 ? 0 : 5e6);
    take(table, packet, NOW_US + second * 1e6);
  }
  assert.equal(table.reports()[0]!.skewMs, 5000);
});

test('says how many messages come a second, and that none come any more', () => {
  let nowUs = NOW_US;
  const table = createAgentTable('here', { clock: { nowUs: () => nowUs } });
  const rates: number[] = [];
  for (let i = 0; i <= 100; i++) {
    if (i <= 60) take(table, packetOf('edge'), nowUs);
    if (i % 10 === 0) rates.push(...table.reports(true).map(({ ratePerSecond }) => Math.round(ratePerSecond)));
    nowUs += 100_000;
  }
  assert.deepEqual(rates.slice(0, 3), [0, 11, 11]);
  nowUs += 20e6;
  table.reports(true);
  nowUs += 20e6;
  assert.equal(table.reports()[0]!.ratePerSecond, 0);
  table.reports(true);
  assert.deepEqual(table.reports(true), []);
});

test('gives only what changed when asked so', () => {
  const table = createAgentTable('here', { clock: { nowUs: () => NOW_US } });
  take(table, packetOf('a'));
  take(table, packetOf('b'));
  assert.equal(table.reports(true).length, 2);
  take(table, packetOf('b'));
  assert.deepEqual(
    table.reports(true).map(({ node }) => node),
    ['b'],
  );
  assert.equal(table.reports().length, 2);
});

test('holds no more agents than its limit, counts the others together, and lets those unseen for an hour make room', () => {
  const table = createAgentTable('here', { limit: 100 });
  for (let i = 0; i < 150; i++) take(table, packetOf(`node-${i}`));
  const reports = table.reports();
  assert.equal(reports.length, 101);
  assert.equal(table.untracked, 50);
  assert.deepEqual([reports[0]!.node, reports[0]!.address, reports[0]!.received], ['', '', 50]);
  const keys = new Set(reports.map(({ key }) => key));
  const later = NOW_US + 2 * 3600e6;
  take(table, packetOf('node-7'), later);
  take(table, packetOf('newcomer'), later);
  take(table, packetOf('newcomer'), later);
  assert.deepEqual(
    table
      .reports()
      .map(({ node, received }) => [node, received])
      .sort(),
    [
      ['', 50],
      ['newcomer', 2],
      ['node-7', 2],
    ],
  );
  assert.equal(keys.has(table.reports().find(({ node }) => node === 'newcomer')!.key), false);
  for (let i = 0; i < 150; i++) take(table, packetOf(`node-${i}`), later);
  assert.equal(table.reports().length, 101);
});

test('what does not say whose it is counts by address, and cannot crowd out those that do', () => {
  const table = createAgentTable('here', { limit: 100 });
  for (let i = 0; i < 1000; i++) {
    const sender = parseAddress(`198.51.${i >> 8}.${i & 255}`)!.bytes;
    const agent = table.ofAddress(NOW_US, sender, 0);
    agent.received++;
    agent.undecodable++;
  }
  assert.equal(table.ofAddress(NOW_US, parseAddress('198.51.0.3')!.bytes, 0).received, 1);
  for (let i = 0; i < 90; i++) take(table, packetOf(`node-${i}`));
  const reports = table.reports();
  assert.equal(reports.length, 101);
  assert.equal(
    reports.reduce((sum, { undecodable }) => sum + undecodable, 0),
    1000,
  );
  assert.equal(reports.filter(({ node }) => node.startsWith('node-')).length, 90);
});

test('tells whose messages are in a batch, or were lost with it', () => {
  const table = createAgentTable('here');
  for (const [node, messages] of [
    ['a', 3],
    ['b', 2],
  ] as const) {
    const packet = packetOf(node);
    take(table, packet);
    table.at(packet.agent).inBatch += messages;
  }
  const [a, b] = table.reports().map(({ key }) => key);
  assert.deepEqual(table.takeShares(), [
    { agent: a, messages: 3 },
    { agent: b, messages: 2 },
  ]);
  assert.deepEqual(table.takeShares(), []);
  const packet = packetOf('b');
  take(table, packet);
  table.at(packet.agent).inBatch = 5;
  table.loseBatch();
  assert.deepEqual(
    table.reports().map(({ lostBySink, inBatch }) => [lostBySink, inBatch]),
    [
      [0, 0],
      [5, 0],
    ],
  );
});

test('asks once whether an agent is an observer, and again when that changed', () => {
  const asked: string[] = [];
  const table = createAgentTable('here', {
    observerOf: ({ node }, identity) => {
      asked.push(`${node} ${identity.length > 0}`);
      return 9;
    },
  });
  const packet = packetOf('edge');
  take(table, packet);
  take(table, packet);
  table.ofAddress(NOW_US, SENDER, 0);
  assert.deepEqual(asked, ['edge true']);
  assert.equal(table.at(packet.agent).observer, 9);
  table.identify(() => 0);
  assert.equal(table.at(packet.agent).observer, 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CapturedPacket, emptyPacket, parseAddress } from '@calliope/model';
import { createAgentTable, mergeAgentReports } from '../src/index.ts';

const NOW_US = 1_700_000_000_000_000;
const SENDER = parseAddress('192.0.2.7')!.bytes;

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

test('knows agents by node name, else by capture id, else as the receiver', () => {
  const table = createAgentTable('here');
  for (const packet of [
    packetOf('edge'),
    packetOf('', 2001),
    packetOf(''),
    packetOf('edge', 2001),
    packetOf('', 2001),
  ]) {
    table.note(packet, true, NOW_US, SENDER, 0);
  }
  assert.deepEqual(
    table.reports().map(({ node, received }) => [node, received]),
    [
      ['edge', 2],
      ['2001', 2],
      ['here', 1],
    ],
  );
});

test('says where and when an agent was last seen', () => {
  const table = createAgentTable('here');
  table.note(packetOf('edge'), true, NOW_US, SENDER, 0);
  table.note(packetOf('edge'), true, NOW_US + 5, parseAddress('2001:db8::1')!.bytes, 0);
  const [agent] = table.reports();
  assert.equal(agent!.lastSeenUs, NOW_US + 5);
  assert.equal(agent!.address, '2001:db8::1');
  table.note(packetOf('edge'), true, NOW_US + 6, SENDER, 0);
  assert.equal(table.reports()[0]!.address, '192.0.2.7');
});

test('smooths the skew of an agent’s clock, and has none while it sends no times', () => {
  const table = createAgentTable('here');
  table.note(packetOf('v1'), false, NOW_US, SENDER, 0);
  assert.equal(table.reports()[0]!.skewMs, null);
  table.note(packetOf('edge', 0, 100), true, NOW_US, SENDER, 0);
  assert.equal(table.reports()[1]!.skewMs, 100);
  table.note(packetOf('edge', 0, 1700), true, NOW_US, SENDER, 0);
  assert.equal(table.reports()[1]!.skewMs, 200);
});

test('gives only what changed when asked so', () => {
  const table = createAgentTable('here');
  table.note(packetOf('a'), true, NOW_US, SENDER, 0);
  table.note(packetOf('b'), true, NOW_US, SENDER, 0);
  assert.equal(table.reports(true).length, 2);
  table.note(packetOf('b'), true, NOW_US, SENDER, 0);
  assert.deepEqual(
    table.reports(true).map(({ node }) => node),
    ['b'],
  );
  assert.equal(table.reports().length, 2);
});

test('holds no more agents than its limit, and lets those unseen for an hour make room', () => {
  const table = createAgentTable('here', 100);
  for (let i = 0; i < 150; i++) table.note(packetOf(`node-${i}`), true, NOW_US, SENDER, 0);
  assert.equal(table.reports().length, 100);
  assert.equal(table.untracked, 50);
  const later = NOW_US + 2 * 3600e6;
  table.note(packetOf('node-7'), true, later, SENDER, 0);
  table.note(packetOf('newcomer'), true, later, SENDER, 0);
  assert.deepEqual(
    table.reports().map(({ node, received }) => [node, received]),
    [
      ['node-7', 2],
      ['newcomer', 1],
    ],
  );
  table.note(packetOf('newcomer'), true, later, SENDER, 0);
  assert.equal(table.reports()[1]!.received, 2);
});

test('reports of several receivers merge to one a node', () => {
  const report = { node: 'edge', address: 'a', received: 1, lastSeenUs: 1, skewMs: 1 };
  assert.deepEqual(
    mergeAgentReports([report, { ...report, address: 'b', received: 2, lastSeenUs: 2 }, { ...report, node: 'x' }]),
    [
      { ...report, address: 'b', received: 3, lastSeenUs: 2 },
      { ...report, node: 'x' },
    ],
  );
});

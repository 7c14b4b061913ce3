import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentReport } from '@calliope/model';
import { mergeAgentReports } from '../src/index.ts';

const REPORT: AgentReport = {
  node: 'edge',
  address: '192.0.2.1',
  version: null,
  received: 10,
  stored: 4,
  duplicates: 2,
  refused: 1,
  undecodable: 1,
  dropped: 1,
  pending: 1,
  lastSeenUs: 1,
  ratePerSecond: 2,
  skewMs: null,
};

test('reports of several receivers merge to one for each node and address', () => {
  const later = { ...REPORT, lastSeenUs: 2, skewMs: 5, version: 'HEP 3' };
  assert.deepEqual(mergeAgentReports([{ ...REPORT, address: '192.0.2.9' }, later, { ...REPORT, node: 'a' }, REPORT]), [
    { ...REPORT, node: 'a' },
    {
      ...later,
      received: 20,
      stored: 8,
      duplicates: 4,
      refused: 2,
      undecodable: 2,
      dropped: 2,
      pending: 2,
      ratePerSecond: 4,
    },
    { ...REPORT, address: '192.0.2.9' },
  ]);
});

test('what came without a name counts with the node last seen at its address', () => {
  const garbage = { ...REPORT, node: '', received: 3, undecodable: 3, skewMs: null, lastSeenUs: 9 };
  const merged = mergeAgentReports([
    garbage,
    { ...REPORT, skewMs: 7 },
    { ...REPORT, node: 'newer', lastSeenUs: 5 },
    { ...garbage, address: '192.0.2.77' },
  ]);
  assert.deepEqual(
    merged.map(({ node, address, received, skewMs }) => [node, address, received, skewMs]),
    [
      ['', '192.0.2.77', 3, null],
      ['edge', '192.0.2.1', 10, 7],
      ['newer', '192.0.2.1', 13, null],
    ],
  );
});

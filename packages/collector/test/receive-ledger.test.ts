import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BatchOutcome } from '../src/index.ts';
import { createAgentTable, emptyCounters } from '../src/index.ts';
import { createReceiveLedger } from '../src/receive-ledger.ts';

type Settle = (outcome: BatchOutcome, rejected?: number) => void;

const [counts] = createAgentTable('here')
  .reports()
  .concat({
    ...{ key: 'a', node: 'a', address: '192.0.2.1', version: null, lastSeenUs: 0, ratePerSecond: 0, skewMs: null },
    ...{ received: 11, appended: 10, inBatch: 0, duplicates: 1, refused: 0, undecodable: 0, dropped: 0, lostBySink: 0 },
  });

function ledgerWith() {
  const waiting: Settle[] = [];
  const ledger = createReceiveLedger((_, onSettled) => waiting.push(onSettled));
  const deliver = (messages: number, shares: Record<string, number>) => {
    const batch = { id: 'x', path: 'x', messages, bytes: 1 };
    ledger.deliver({ ...batch, shares: Object.entries(shares).map(([agent, of]) => ({ agent, messages: of })) });
  };
  return { ledger, waiting, deliver };
}

test('what waits is pending, and counts as what becomes of it', () => {
  const { ledger, waiting, deliver } = ledgerWith();
  deliver(5, { a: 3, b: 2 });
  deliver(4, { a: 4 });
  deliver(3, { a: 3 });
  const counters = { ...emptyCounters(), received: 14, duplicates: 2, appended: 12 };
  const figures = () => {
    const { stored, pending, duplicates, dropped } = ledger.report('udp', counters);
    const [agent] = ledger.agents([counts!]);
    return [
      stored,
      pending,
      duplicates,
      dropped.spool,
      dropped.rejected,
      agent!.stored,
      agent!.pending,
      agent!.dropped,
    ];
  };
  assert.deepEqual(figures(), [0, 12, 2, 0, undefined, 0, 10, 0]);
  waiting[0]!('stored');
  assert.deepEqual(figures(), [5, 7, 2, 0, undefined, 3, 7, 0]);
  waiting[1]!('dropped');
  assert.deepEqual(figures(), [5, 3, 2, 4, undefined, 3, 3, 4]);
  waiting[2]!('rejected', 3);
  assert.deepEqual(figures(), [5, 0, 2, 4, 3, 3, 0, 7]);
});

test('messages that are set aside out of a stored batch count as rejected', () => {
  const { ledger, waiting, deliver } = ledgerWith();
  deliver(12, { b: 2, a: 10 });
  waiting[0]!('stored', 3);
  const { stored, dropped } = ledger.report('udp', { ...emptyCounters(), received: 12, appended: 12 });
  assert.deepEqual([stored, dropped.rejected], [9, 3]);
  const [agent] = ledger.agents([counts!]);
  assert.deepEqual([agent!.stored, agent!.dropped, agent!.pending], [9, 1, 0]);
});

test('agents that nobody knows any more are forgotten', () => {
  const { ledger, waiting, deliver } = ledgerWith();
  deliver(1, { a: 1 });
  for (let i = 0; i < 5000; i++) deliver(1, { [`gone ${i}`]: 1 });
  for (const settle of waiting) settle('stored');
  assert.equal(ledger.agents([counts!])[0]!.stored, 1);
  assert.equal(ledger.agents([{ ...counts!, key: 'gone 7' }])[0]!.stored, 0);
});

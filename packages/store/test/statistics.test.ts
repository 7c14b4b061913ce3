import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DatabaseSession } from '../src/clickhouse/database-session.ts';
import { createStatistics } from '../src/clickhouse/statistics.ts';

function integers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [index, value] of values.entries()) bytes.writeBigInt64LE(BigInt(value), 8 * index);
  return bytes;
}

/** Answers the two questions that statistics ask, and counts how often the calls are counted. */
function pretendDatabase(rows: { messages: number; fragments: number }): {
  database: DatabaseSession;
  counts: () => number;
} {
  let counts = 0;
  const read = async (sql: string): Promise<Buffer> => {
    if (sql.includes('system.parts')) return integers(rows.messages, rows.fragments, 1000);
    counts++;
    await new Promise((resolve) => setTimeout(resolve, 80));
    return integers(rows.messages / 2);
  };
  const never = (): Promise<void> => Promise.reject(new Error('only reads'));
  return { database: { read, execute: never, insertBatches: never }, counts: () => counts };
}

const noMessages = { bounds: async () => undefined };

test('the calls are counted once for many who ask at the same time', async () => {
  const { database, counts } = pretendDatabase({ messages: 10, fragments: 4 });
  const statistics = createStatistics(database, noMessages);
  const answers = await Promise.all([statistics(), statistics(), statistics()]);
  assert.deepEqual(
    answers.map(({ messages, calls }) => [messages, calls]),
    [
      [10, 5],
      [10, 5],
      [10, 5],
    ],
  );
  assert.equal(counts(), 1);
});

test('a slow count is used again while messages come in, and the messages are those of now', async () => {
  const rows = { messages: 10, fragments: 4 };
  const { database, counts } = pretendDatabase(rows);
  const statistics = createStatistics(database, noMessages);
  await statistics();
  rows.messages = 20;
  rows.fragments = 8;
  const { messages, calls } = await statistics();
  assert.deepEqual([messages, calls, counts()], [20, 5, 1]);
});

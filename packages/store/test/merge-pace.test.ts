import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreError } from '@calliope/model';
import type { DatabaseSession } from '../src/clickhouse/database-session.ts';
import { createMergePace } from '../src/clickhouse/merge-pace.ts';

function pretendDatabase(failures: number): { database: DatabaseSession; parts: Map<string, number> } {
  const parts = new Map<string, number>();
  let left = failures;
  const never = (): Promise<never> => Promise.reject(new Error('only settings'));
  return {
    parts,
    database: {
      read: never,
      insertBatches: never,
      execute: async (sql) => {
        if (left-- > 0) throw new StoreError('unavailable', 'away', { retryable: true });
        const [, table, count, codec] =
          /^ALTER TABLE calliope\.(\w+) MODIFY SETTING\s+min_parts_to_merge_at_once = (\d+),\s+default_compression_codec = '(\w+).*'$/.exec(
            sql,
          )!;
        parts.set(table!, Number(count));
        assert.equal(codec, Number(count) > 10 ? 'LZ4' : 'ZSTD');
      },
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('merges wait while much comes in, and are made up for afterwards', async () => {
  const { database, parts } = pretendDatabase(0);
  let nowMs = 0;
  const pace = createMergePace(database, () => nowMs);
  async function second(ms: number): Promise<void> {
    nowMs += 1_001;
    pace.inserted(ms);
    await settled();
  }
  await second(80);
  assert.deepEqual(Object.fromEntries(parts), { messages: 6, calls: 10 });
  for (let times = 0; times < 10; times++) await second(900);
  assert.deepEqual(Object.fromEntries(parts), { messages: 90, calls: 90 });
  await second(400);
  assert.equal(parts.get('messages'), 90);
  for (let times = 0; times < 20; times++) await second(10);
  assert.deepEqual(Object.fromEntries(parts), { messages: 6, calls: 10 });
});

test('a database that is away is told when it is back', async () => {
  const { database, parts } = pretendDatabase(2);
  let nowMs = 0;
  const pace = createMergePace(database, () => nowMs);
  for (let times = 0; times < 3; times++) {
    nowMs += 1_001;
    pace.inserted(10);
    await settled();
  }
  assert.equal(parts.get('messages'), 6);
});

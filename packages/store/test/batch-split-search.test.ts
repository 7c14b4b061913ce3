import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreError } from '@calliope/model';
import fc from 'fast-check';
import { halveUntilIn } from '../src/clickhouse/batch-split-search.ts';

const refusal = (): StoreError => new StoreError('batch_corrupt', 'a constraint', { retryable: false });

/** A table that refuses some rows, and may take a part of what it refuses, as several partitions do. */
function pretendTable(bad: ReadonlySet<number>, takesPart = false) {
  const stored = new Map<number, number>();
  const take = (row: number): void => {
    stored.set(row, (stored.get(row) ?? 0) + 1);
  };
  let inserts = 0;
  return {
    stored,
    inserts: () => inserts,
    insert: async (rows: readonly number[]): Promise<void> => {
      inserts++;
      if (rows.some((row) => bad.has(row))) {
        if (takesPart) for (const row of rows) if (row % 3 === 0 && !bad.has(row)) take(row);
        throw refusal();
      }
      for (const row of rows) take(row);
    },
    without: async (rows: readonly number[]) => rows.filter((row) => !stored.has(row)),
  };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, row) => row);

test('the rows that are refused are found, and all others are in once', async () => {
  const cases = fc.record({
    count: fc.integer({ min: 2, max: 300 }),
    bad: fc.uniqueArray(fc.integer({ min: 0, max: 299 }), { maxLength: 12 }),
    takesPart: fc.boolean(),
    isWorldWell: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ count, bad, takesPart, isWorldWell }) => {
      const wanted = new Set(bad.filter((row) => row < count));
      fc.pre(wanted.size < count && wanted.size <= 4 * Math.log2(count));
      const table = pretendTable(wanted, takesPart);
      const refused: number[] = [];
      await halveUntilIn({ ...table, rows: upTo(count), isWorldWell, onRefused: (row) => refused.push(row) });
      assert.deepEqual(new Set(refused), wanted);
      assert.equal(refused.length, wanted.size);
      assert.equal(table.stored.size, count - wanted.size);
      assert.ok([...table.stored.values()].every((times) => times === 1));
    }),
  );
});

test('one bad row among very many costs few inserts', async () => {
  const table = pretendTable(new Set([40_000]));
  await halveUntilIn({ ...table, rows: upTo(65_536), isWorldWell: false, onRefused: () => {} });
  assert.equal(table.stored.size, 65_535);
  assert.ok(table.inserts() <= 2 * 17, `${table.inserts()} inserts`);
});

test('nothing is refused when nothing goes in, unless other batches do', async () => {
  for (const count of [1, 3, 5000]) {
    const table = pretendTable(new Set(upTo(count)));
    const refused: number[] = [];
    const all = { ...table, rows: upTo(count), onRefused: (row: number) => refused.push(row) };
    await assert.rejects(halveUntilIn({ ...all, isWorldWell: false }), { code: 'internal', retryable: true });
    assert.deepEqual(refused, []);
    assert.ok(table.inserts() <= 64);
    await halveUntilIn({ ...all, isWorldWell: true });
    assert.equal(refused.length, count);
  }
});

test('what does not lie in the rows ends it', async () => {
  const away = new StoreError('unavailable', 'the disk is full', { retryable: true });
  const failing = { rows: upTo(10), isWorldWell: true, without: async (rows: readonly number[]) => rows };
  const refused = (): void => assert.fail('refused');
  await assert.rejects(
    halveUntilIn({ ...failing, insert: () => Promise.reject(away), onRefused: refused }),
    (error) => error === away,
  );
});

test('what needs too much memory is made smaller, but never refused', async () => {
  const memory = new StoreError('query_memory', 'too large', { retryable: true });
  const sizes: number[] = [];
  const insert = async (rows: readonly number[]): Promise<void> => {
    if (rows.length > 3) throw memory;
    sizes.push(rows.length);
  };
  const without = async (rows: readonly number[]) => rows;
  const options = { rows: upTo(10), isWorldWell: false, without, onRefused: () => assert.fail('refused') };
  await halveUntilIn({ ...options, insert });
  assert.deepEqual(sizes, [3, 2, 3, 2]);
  await assert.rejects(halveUntilIn({ ...options, insert: () => Promise.reject(memory) }), (error) => error === memory);
});

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { StoreError, type StoreErrorCode } from '@calliope/model';
import fc from 'fast-check';
import { createEngine, type Engine } from '../src/clickhouse/engine.ts';
import { RowReader } from '../src/clickhouse/row-reader.ts';
import {
  addressBytesLiteral,
  addressLiteral,
  floatLiteral,
  integerLiteral,
  listLiteral,
  reversedStringLiteral,
  stringLiteral,
  timestampLiteral,
} from '../src/clickhouse/sql-literal.ts';
import { temporaryDirectory } from './spooled-store.ts';

const directory = temporaryDirectory();
let engine: Engine;
before(async () => {
  engine = await createEngine({ directory, memoryBytes: 1 << 29 });
});
after(async () => {
  await engine.stop();
  rmSync(directory, { recursive: true, force: true });
});

const failsWith =
  (code: StoreErrorCode) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof StoreError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  };

/** Many values in one query, because each costs a message to another process. */
async function readBack<T>(
  values: readonly T[],
  literal: (value: T) => string,
  read: (row: RowReader) => unknown,
): Promise<unknown[]> {
  const row = new RowReader(await engine.read(`SELECT ${values.map(literal).join(', ')}`));
  return values.map(() => read(row));
}
const lists = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: 1, maxLength: 40 });
const RUNS = { numRuns: 15 };

test('a text literal is read back byte by byte', async () => {
  const special = fc.constantFrom(
    "'",
    '\\',
    '\\\\',
    "\\'",
    "');--",
    '\0',
    '\n',
    '%',
    '_',
    '{a:String}',
    '`',
    '"',
    '/*',
    '--',
    '$$',
    '\\x41',
    '\ufeff',
    '😀',
  );
  const texts = fc
    .array(fc.oneof(special, fc.string({ unit: 'binary' })), { maxLength: 6 })
    .map((parts) => parts.join(''));
  const values = lists(
    fc.oneof(
      texts.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    ),
  );
  await fc.assert(
    fc.asyncProperty(values, async (all) => {
      const found = await readBack(all, stringLiteral, (row) => Buffer.from(row.bytes()).toString('hex'));
      assert.deepEqual(
        found,
        all.map((bytes) => bytes.toString('hex')),
      );
    }),
    RUNS,
  );
});

test('a reversed text literal equals what reverse() makes of the text', async () => {
  await fc.assert(
    fc.asyncProperty(lists(fc.string({ unit: 'grapheme' })), async (all) => {
      const found = await readBack(
        all,
        (text) => `reverse(${stringLiteral(text)}) = ${reversedStringLiteral(text)}`,
        (row) => row.u8(),
      );
      assert.deepEqual(
        found,
        all.map(() => 1),
      );
    }),
    RUNS,
  );
});

test('numbers, times and addresses are read back as they were', async () => {
  await fc.assert(
    fc.asyncProperty(
      lists(fc.maxSafeInteger()),
      lists(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
      lists(fc.double({ noNaN: true, noDefaultInfinity: true })),
      lists(fc.integer({ min: 0, max: 4_294_967_295_999_999 })),
      lists(fc.uint8Array({ minLength: 16, maxLength: 16 })),
      async (integers, wide, fractions, times, addresses) => {
        assert.deepEqual(
          await readBack(
            integers,
            (n) => `toInt64(${integerLiteral(n)})`,
            (row) => row.integer(),
          ),
          integers,
        );
        assert.deepEqual(
          await readBack(
            wide,
            (n) => `toUInt64(${integerLiteral(n)})`,
            (row) => row.u64(),
          ),
          wide,
        );
        // Negative zero is written as zero: comparisons, which is all that a search does, take them for equal.
        const expected = fractions.map((fraction) => fraction + 0);
        assert.deepEqual(await readBack(fractions, floatLiteral, (row) => row.f64()), expected);
        assert.deepEqual(await readBack(times, timestampLiteral, (row) => row.integer()), times);
        const hex = addresses.map((bytes) => Buffer.from(bytes).toString('hex'));
        const sixteen = (row: RowReader): string =>
          Array.from({ length: 16 }, () => row.u8().toString(16).padStart(2, '0')).join('');
        assert.deepEqual(await readBack(addresses, addressLiteral, sixteen), hex);
        assert.deepEqual(await readBack(addresses, addressBytesLiteral, sixteen), hex);
      },
    ),
    RUNS,
  );
});

test('what has no literal is refused', () => {
  for (const value of [1.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])
    assert.throws(() => integerLiteral(value), RangeError);
  assert.throws(() => integerLiteral(2n ** 64n), RangeError);
  assert.throws(() => floatLiteral(Number.NaN), RangeError);
  assert.throws(() => addressLiteral(new Uint8Array(4)), RangeError);
  assert.throws(() => listLiteral([], integerLiteral), RangeError);
});

test('a query ends with a plain error at each of its bounds', async () => {
  await assert.rejects(
    engine.read('SELECT count() FROM numbers(1000000000000)', { timeoutMs: 200 }),
    failsWith('query_timeout'),
  );
  await assert.rejects(
    engine.read('SELECT groupArray(number) FROM numbers(100000000)', { memoryBytes: 20_000_000 }),
    failsWith('query_memory'),
  );
  await assert.rejects(engine.read("SELECT match('a', '(')"), failsWith('query_invalid'));
  await assert.rejects(engine.read('SELECT * FROM nothing.of_this_name'), failsWith('internal'));
});

test('a slow query holds up neither another nor the end', async () => {
  let ended = false;
  const slow = engine
    .read('SELECT sum(sleepEachRow(0.1)) FROM numbers(20) SETTINGS max_block_size = 1')
    .catch(() => {})
    .then(() => {
      ended = true;
    });
  await engine.read('SELECT 1');
  assert.equal(ended, false);
  await slow;
});

test('logs of the engine itself do not grow on the disk', async () => {
  const row = new RowReader(
    await engine.read(
      "SELECT count() FROM system.tables WHERE database = 'system' AND engine LIKE '%MergeTree' AND name LIKE '%log%'",
    ),
  );
  assert.equal(row.integer(), 0);
});

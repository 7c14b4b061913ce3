import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from '../src/parse-duration.ts';

const good: [string, number, number][] = [
  ['5', 5000, 1000],
  ['1.5', 1500, 100],
  ['5s', 5000, 1000],
  ['300ms', 300, 1],
  ['250us', 0.25, 0.001],
  ['250µs', 0.25, 0.001],
  ['2m30s', 150_000, 1000],
  ['1h', 3_600_000, 3_600_000],
  ['1.5H', 5_400_000, 360_000],
  ['1d2h', 93_600_000, 3_600_000],
  ['1w', 604_800_000, 604_800_000],
  ['0.1s', 100, 100],
];
for (const [text, ms, resolutionMs] of good) {
  test(`duration ${text}`, () => assert.deepEqual(parseDuration(text), { ms, resolutionMs }));
}

test('anything else is no duration', () => {
  for (const text of ['', '-1', 's', '5x', '5s3', '1..2', '1e3', '5 s', '1.5.5s', '9'.repeat(20)])
    assert.equal(parseDuration(text), undefined, text);
});

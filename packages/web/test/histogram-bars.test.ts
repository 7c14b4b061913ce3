import assert from 'node:assert/strict';
import { test } from 'node:test';
import { histogramBars } from '../src/view/histogram-bars.ts';

test('empty buckets stand between full ones, and each group lies on those below it', () => {
  const bars = histogramBars({
    bucketUs: 10_000_000,
    fromUs: 3_000_000,
    toUs: 40_000_000,
    buckets: [
      { startUs: 0, counts: { failed: 1, answered: 5 } },
      { startUs: 30_000_000, counts: { answered: 2 } },
    ],
  });
  assert.deepEqual(bars, {
    groups: ['answered', 'failed'],
    xSeconds: [5, 15, 25, 35],
    counts: [
      [5, 0, 0, 2],
      [1, 0, 0, 0],
    ],
    tops: [
      [5, 0, 0, 2],
      [6, 0, 0, 2],
    ],
  });
});

test('methods come before classes of responses', () => {
  const bars = histogramBars({
    bucketUs: 1,
    fromUs: 0,
    toUs: 1,
    buckets: [{ startUs: 0, counts: { '2xx': 1, OPTIONS: 1, '1xx': 1, ACK: 1 } }],
  });
  assert.deepEqual(bars?.groups, ['ACK', 'OPTIONS', '1xx', '2xx']);
});

test('nothing found is no chart, and an absurd answer is not laid out without bound', () => {
  assert.equal(histogramBars({ bucketUs: 1, fromUs: 0, toUs: 9, buckets: [] }), null);
  const bars = histogramBars({
    bucketUs: 1,
    fromUs: 0,
    toUs: 1e15,
    buckets: [{ startUs: 0, counts: { answered: 1 } }],
  });
  assert.equal(bars?.xSeconds.length, 4000);
});

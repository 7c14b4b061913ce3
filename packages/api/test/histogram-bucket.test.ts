import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bucketWidthUs, MAX_BUCKETS } from '../src/histogram-bucket.ts';

test('widths are round', () => {
  const second = 1_000_000;
  assert.equal(bucketWidthUs(0, 60 * second), second);
  assert.equal(bucketWidthUs(0, 3600 * second), 60 * second);
  assert.equal(bucketWidthUs(0, 24 * 3600 * second), 15 * 60 * second);
  assert.equal(bucketWidthUs(0, 30 * 24 * 3600 * second), 12 * 3600 * second);
});

test('any range needs at most 120 aligned buckets', () => {
  const timeUs = fc.integer({ min: 0, max: 7_258_118_400_000_000 });
  fc.assert(
    fc.property(timeUs, timeUs, (a, b) => {
      const [fromUs, toUs] = a < b ? [a, b] : [b, a];
      const width = bucketWidthUs(fromUs, toUs);
      const count = Math.floor(Math.max(fromUs, toUs - 1) / width) - Math.floor(fromUs / width) + 1;
      assert.ok(Number.isInteger(width) && width > 0 && count <= MAX_BUCKETS, `${count}`);
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchedRange } from '../src/view/searched-range.ts';

const NOW_US = 1_795_352_520_000_000;

test('an answer without an end ends when it came', () => {
  const answer = { fromUs: NOW_US - 60_000_000, toUs: Date.UTC(2200, 0) * 1000 };
  assert.deepEqual(searchedRange(answer, NOW_US), { fromUs: answer.fromUs, toUs: NOW_US, openEnd: true });
});

test('an end that was asked for is kept, and an open range is never empty', () => {
  assert.deepEqual(searchedRange({ fromUs: 5, toUs: 9 }, NOW_US), { fromUs: 5, toUs: 9, openEnd: false });
  const future = searchedRange({ fromUs: NOW_US + 10, toUs: Date.UTC(2200, 0) * 1000 }, NOW_US);
  assert.ok(future.toUs > future.fromUs);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatBytes,
  formatCount,
  formatDeltaUs,
  formatDuration,
  formatTotal,
  formatUptime,
} from '../src/view/format-figures.ts';
import { rangeLabel } from '../src/view/time-presets.ts';

test('durations choose the unit in which they are read', () => {
  assert.equal(formatDuration(null), '–');
  assert.equal(formatDuration(0), '0 ms');
  assert.equal(formatDuration(0.25), '0.250 ms');
  assert.equal(formatDuration(310.4), '310 ms');
  assert.equal(formatDuration(999.6), '1.00 s');
  assert.equal(formatDuration(4213), '4.21 s');
  assert.equal(formatDuration(59_999), '1:00');
  assert.equal(formatDuration(125_000), '2:05');
  assert.equal(formatDuration(3_725_000), '1:02:05');
});

test('steps between messages keep what is known of them', () => {
  assert.equal(formatDeltaUs(0), '0 µs');
  assert.equal(formatDeltaUs(999), '999 µs');
  assert.equal(formatDeltaUs(2400), '2.40 ms');
  assert.equal(formatDeltaUs(-501_200), '−501 ms');
  assert.equal(formatDeltaUs(5_828_302), '5.828 s');
});

test('a total that was given up says so', () => {
  assert.equal(formatTotal({ count: 1, exact: true }, 'call'), '1 call');
  assert.equal(formatTotal({ count: 1204, exact: true }, 'call'), '1,204 calls');
  assert.equal(formatTotal({ count: 10_000, exact: false }, 'message'), 'more than 10,000 messages');
});

test('counts, bytes and uptimes', () => {
  assert.equal(formatCount(8_456_303), '8,456,303');
  assert.equal(formatBytes(512), '512 B');
  assert.equal(formatBytes(4_294_967_296), '4.00 GiB');
  assert.equal(formatUptime(187_233), '2 d 4 h');
  assert.equal(formatUptime(61), '1 min');
});

test('a range is named as people say it', () => {
  assert.equal(rangeLabel('now-1h', ''), 'Last 1 h');
  assert.equal(rangeLabel('now-3h', 'now'), 'Last 3 h');
  assert.equal(
    rangeLabel('2026-11-22T13:00:00.000000Z', '2026-11-22T13:00:00.118000Z'),
    '2026-11-22 13:00:00Z → 2026-11-22 13:00:00.118000Z',
  );
});

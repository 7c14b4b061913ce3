import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noteTime, unknownClock } from '../src/clock-offset.ts';

const NOW_US = 1_700_000_000_000_000;

test('the least counts, and is forgotten after a minute', () => {
  const clock = unknownClock();
  assert.equal(clock.isTimed, false);
  for (const [atS, lateMs, expectedMs] of [
    [0, 900, 900],
    [1, 12, 12],
    [2, 500, 12],
    [31, 40, 12],
    [32, 30, 12],
    [62, 35, 30],
    [93, 33, 33],
  ] as const) {
    noteTime(clock, NOW_US + atS * 1e6 - lateMs * 1000, NOW_US + atS * 1e6);
    assert.equal(clock.offsetUs, expectedMs * 1000, `after ${atS} s`);
  }
  assert.equal(clock.isTimed, true);
});

test('an agent’s clock that was set forward is known at once, one that was set back within a minute', () => {
  const clock = unknownClock();
  const note = (atS: number, offsetMs: number) =>
    noteTime(clock, NOW_US + atS * 1e6 - offsetMs * 1000, NOW_US + atS * 1e6);
  note(0, 5);
  note(1, -4000);
  assert.equal(clock.offsetUs, -4_000_000);
  for (let second = 2; second < 64; second++) note(second, 10);
  assert.equal(clock.offsetUs, 10_000);
});

test('when this node’s clock is set back, agents are known anew', () => {
  const clock = unknownClock();
  noteTime(clock, NOW_US, NOW_US + 5000);
  noteTime(clock, NOW_US + 1e6, NOW_US - 3600e6);
  noteTime(clock, NOW_US + 2e6, NOW_US - 3599e6);
  assert.ok(clock.offsetUs <= -3600e6);
});

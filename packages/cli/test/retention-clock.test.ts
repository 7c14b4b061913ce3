import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRetentionClock } from '../src/retention-clock.ts';

const MINUTE = 60_000;
const YEAR = 365 * 24 * 60 * MINUTE;

function clocks() {
  let wallMs = 1_770_000_000_000;
  let monotonicMs = 5;
  const clock = createRetentionClock(
    () => wallMs,
    () => monotonicMs,
  );
  return {
    /** Time passes, and the clock is put forward, or back. */
    pass(ms: number, jumpMs = 0): string | undefined {
      monotonicMs += ms;
      wallMs += ms + jumpMs;
      return clock.doubt();
    },
  };
}

test('an even clock, small corrections and jumps back are believed', () => {
  const { pass } = clocks();
  for (const jump of [0, 300, -300, 9 * MINUTE, -60 * MINUTE, -YEAR]) assert.equal(pass(MINUTE, jump), undefined);
});

test('after a jump forward age says nothing for an hour', () => {
  const { pass } = clocks();
  assert.match(pass(MINUTE, YEAR)!, /jumped forward by 525600 minutes/);
  for (let minute = 1; minute < 60; minute++) assert.notEqual(pass(MINUTE), undefined);
  assert.equal(pass(MINUTE), undefined);
});

test('a clock that is put right again is believed at once', () => {
  const { pass } = clocks();
  pass(MINUTE, 60 * MINUTE);
  assert.equal(pass(MINUTE, -60 * MINUTE), undefined);
  assert.match(pass(MINUTE, 30 * MINUTE)!, /by 30 minutes/);
});

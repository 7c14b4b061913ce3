import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DelayHistogram, emptySignalling, sumSignalling } from '../src/signalling-metrics-report.ts';

const delay = (target: string, first: number, kind: DelayHistogram['kind'] = 'session'): DelayHistogram => ({
  kind,
  target,
  counts: [first, 0, 1],
  sumSeconds: 0.5,
});

test('the sum of reports adds what is of the same name, and takes nothing from its parts', () => {
  const one = {
    requests: { INVITE: 2 },
    responses: { INVITE: { '2xx': 1 } },
    codes: { 200: 1 },
    delays: [delay('a', 1)],
    untimed: 1,
  };
  const two = {
    requests: { INVITE: 1, BYE: 1 },
    responses: { INVITE: { '4xx': 1 }, BYE: { '2xx': 1 } },
    codes: { 200: 1, 486: 1 },
    delays: [delay('a', 2), delay('a', 5, 'registration'), delay('b', 3)],
    untimed: 0,
  };
  const before = structuredClone(one);
  assert.deepEqual(sumSignalling([one, two]), {
    requests: { INVITE: 3, BYE: 1 },
    responses: { INVITE: { '2xx': 1, '4xx': 1 }, BYE: { '2xx': 1 } },
    codes: { 200: 2, 486: 1 },
    delays: [{ ...delay('a', 3), counts: [3, 0, 2], sumSeconds: 1 }, delay('a', 5, 'registration'), delay('b', 3)],
    untimed: 1,
  });
  assert.deepEqual(one, before);
  assert.deepEqual(sumSignalling([]), emptySignalling());
});

test('targets without end become "other"', () => {
  const many = Array.from({ length: 1100 }, (_, i) => delay(`host ${i}`, 1));
  const { delays } = sumSignalling([{ ...emptySignalling(), delays: many }]);
  assert.equal(delays.length, 1001);
  assert.deepEqual(delays.at(-1)!.target, 'other');
  assert.equal(delays.at(-1)!.counts[0], 100);
});

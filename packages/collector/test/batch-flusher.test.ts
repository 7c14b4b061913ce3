import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatchFlusher } from '../src/batch-flusher.ts';

function flusherWith(failures: Error[] = []) {
  const state = { pending: 0, flushed: [] as number[], errors: [] as string[] };
  const sink = {
    append() {},
    get pending() {
      return state.pending;
    },
    flush() {
      const failure = failures.shift();
      if (failure) throw failure;
      state.flushed.push(state.pending);
      state.pending = 0;
    },
  };
  const flusher = createBatchFlusher(sink, { maxMessages: 100, maxAgeMs: 250 }, (error) =>
    state.errors.push(error.message),
  );
  return { flusher, state };
}

test('closes a batch at its age, counted from its first message', () => {
  const { flusher, state } = flusherWith();
  flusher.poll(1000);
  state.pending = 3;
  flusher.poll(2000);
  flusher.poll(2249);
  assert.deepEqual(state.flushed, []);
  flusher.poll(2250);
  assert.deepEqual(state.flushed, [3]);
  state.pending = 1;
  flusher.poll(2400);
  flusher.poll(2649);
  assert.deepEqual(state.flushed, [3]);
});

test('closes a batch at its number of messages', () => {
  const { flusher, state } = flusherWith();
  state.pending = 100;
  flusher.poll(0);
  assert.deepEqual(state.flushed, [100]);
});

test('a clock that goes back delays a batch by no more than its age', () => {
  const { flusher, state } = flusherWith();
  state.pending = 1;
  flusher.poll(10_000);
  flusher.poll(5000);
  flusher.poll(5250);
  assert.deepEqual(state.flushed, [1]);
});

test('a sink that fails is asked again a batch’s age later', () => {
  const { flusher, state } = flusherWith([new Error('disk full')]);
  state.pending = 2;
  flusher.poll(0);
  flusher.poll(250);
  assert.deepEqual(state.errors, ['disk full']);
  flusher.poll(260);
  flusher.poll(509);
  assert.deepEqual(state.flushed, []);
  flusher.poll(510);
  assert.deepEqual(state.flushed, [2]);
});

test('an empty batch is not closed', () => {
  const { flusher, state } = flusherWith();
  flusher.flush();
  assert.deepEqual(state.flushed, []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CALL_TABS,
  type CallView,
  COLOUR_MODES,
  callPath,
  readCallView,
  TIME_MODES,
  toggleMark,
  writeCallView,
} from '../src/view/call-view.ts';

test('every state of a ladder comes back from its URL, Call-IDs of any characters included', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 });
  const views: fc.Arbitrary<CallView> = fc.record(
    {
      callIds: fc.uniqueArray(text),
      tab: fc.constantFrom(...CALL_TABS),
      messageId: text,
      marked: fc.array(text, { maxLength: 2 }),
      timeMode: fc.constantFrom(...TIME_MODES),
      colourMode: fc.constantFrom(...COLOUR_MODES),
      folded: fc.boolean(),
      laneOrder: fc.array(text),
      hiddenLanes: fc.array(text),
      byPort: fc.boolean(),
      zone: fc.constantFrom('UTC', 'Asia/Kolkata'),
    },
    { noNullPrototype: true },
  );
  fc.assert(fc.property(views, (view) => assert.deepEqual(readCallView(writeCallView(view)), view)));
});

test('the same Call-ID twice is one leg, and more than two marks are two', () => {
  const view = readCallView('call_id=a&call_id=a&mark=1&mark=2&mark=3&time=sundial');
  assert.deepEqual(view.callIds, ['a']);
  assert.deepEqual(view.marked, ['1', '2']);
  assert.equal(view.timeMode, 'absolute');
});

test('a third mark pushes out the older one, and a second press takes a mark away', () => {
  assert.deepEqual(toggleMark(['a', 'b'], 'c'), ['b', 'c']);
  assert.deepEqual(toggleMark(['a', 'b'], 'a'), ['b']);
});

test('the path of several calls names them all', () => {
  assert.deepEqual(readCallView(callPath(['x&y', 'z'], 'Europe/Berlin').slice(6)).callIds, ['x&y', 'z']);
});

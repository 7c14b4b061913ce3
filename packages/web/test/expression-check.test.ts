import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expressionTrouble, underlined } from '../src/view/expression-check.ts';

test('a good expression has no trouble, and a bad one says where', () => {
  assert.equal(expressionTrouble('status >= 500 and src in 10.30.0.0/24', 'calls', 'UTC'), undefined);
  const text = 'status >= abc and src = 10.0.0.1';
  const trouble = expressionTrouble(text, 'calls', 'UTC');
  assert.ok(trouble);
  assert.deepEqual(underlined(text, trouble), ['status >= ', 'abc', ' and src = 10.0.0.1']);
});

test('a place at the end, or beyond it, is shown as one blank', () => {
  assert.deepEqual(underlined('code =', { position: 6, length: 0 }), ['code =', ' ', '']);
  assert.deepEqual(underlined('x', { position: 90, length: 5 }), ['x', ' ', '']);
});

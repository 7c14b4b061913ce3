import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  escapePattern,
  literalOf,
  parsePattern,
  patternMatches,
  patternOfTyped,
  patternSource,
} from '../src/value-pattern.ts';

test('wildcards, escapes and text are told apart', () => {
  assert.deepEqual(parsePattern('a**b?\\*\\\\'), [{ literal: 'a' }, '*', { literal: 'b' }, '?', { literal: '*\\' }]);
  assert.equal(literalOf('a\\*b'), 'a*b');
  assert.equal(literalOf('a*b'), undefined);
  assert.equal(literalOf(''), '');
});

test('an escaped text is its own literal, and what is typed is a pattern that stays itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(literalOf(escapePattern(text)), text);
      assert.equal(patternOfTyped(patternOfTyped(text)), patternOfTyped(text));
    }),
  );
});

test('a pattern matches as its expression does', () => {
  const pieces = fc.array(fc.constantFrom('a', 'b', '*', '?', '.', '\\*'), { maxLength: 6 });
  fc.assert(
    fc.property(pieces, fc.stringMatching(/^[ab.*]{0,6}$/), (parts, text) => {
      const pattern = parsePattern(parts.join(''));
      assert.equal(patternMatches(pattern, text), new RegExp(`^${patternSource(pattern)}$`).test(text));
    }),
    { numRuns: 700 },
  );
});

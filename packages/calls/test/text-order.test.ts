import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareText, uniteSorted } from '../src/text-order.ts';

test('texts are ordered like their UTF-8 bytes', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', 'é', '\uD7FF', '\uE000', '\uFFFD', '\u{10000}', '\u{1F4DE}'),
  });
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(Math.sign(compareText(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 1000 },
  );
});

test('a union is sorted, without repeats, and cut to the limit', () => {
  const set = fc.uniqueArray(fc.constantFrom(...'abcdefghij')).map((values) => values.sort());
  fc.assert(
    fc.property(set, set, fc.integer({ min: 0, max: 12 }), (a, b, limit) => {
      assert.deepEqual(uniteSorted(a, b, limit), [...new Set([...a, ...b])].sort().slice(0, limit));
    }),
  );
});

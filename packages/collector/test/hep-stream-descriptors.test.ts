import assert from 'node:assert/strict';
import { test } from 'node:test';
import { descriptorBound } from '../src/hep-stream-descriptors.ts';

test('connections of all ports together leave descriptors for the rest', () => {
  for (const limit of [1024, 4096, 20_000, 524_288]) {
    const bound = descriptorBound(limit);
    assert.ok(bound >= 64);
    assert.ok(4 * bound <= limit - 256, `${bound} of ${limit}`);
  }
  assert.equal(descriptorBound(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
  assert.ok(descriptorBound() >= 64);
});

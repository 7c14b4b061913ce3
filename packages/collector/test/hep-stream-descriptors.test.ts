import assert from 'node:assert/strict';
import { test } from 'node:test';
import { descriptorBound } from '../src/hep-stream-descriptors.ts';

test('connections of all ports together leave descriptors for the rest', () => {
  for (const limit of [4096, 20_000, 524_288]) {
    for (const ports of [1, 2, 4]) assert.ok(ports * descriptorBound(ports, limit) <= limit - 2048);
  }
  assert.equal(descriptorBound(1, 6144), 4096);
  assert.equal(descriptorBound(4, 1024), 64);
  assert.equal(descriptorBound(4, Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
  assert.ok(descriptorBound(1) >= 64);
});

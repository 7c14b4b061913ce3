import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insertError, queryError } from '../src/clickhouse/engine-error.ts';

const fault = (clickhouseCode: number, message = 'Code: 1. DB::Exception: words') => ({ clickhouseCode, message });

test('a search that fails for the moment says that it may be repeated', () => {
  for (const code of [74, 76, 202, 243, 1001]) {
    const error = queryError(fault(code));
    assert.deepEqual([error.code, error.retryable], ['unavailable', true], String(code));
  }
  const noSpace = queryError(fault(999, 'DB::Exception: Cannot write to file: No space left on device'));
  assert.deepEqual([noSpace.code, noSpace.retryable], ['unavailable', true]);
});

test('a search that meets no table, or nothing known, failed in the server', () => {
  for (const code of [60, 81, 49]) assert.equal(queryError(fault(code)).code, 'internal', String(code));
});

test('an insert waits for the world, and is refused for its rows', () => {
  assert.equal(insertError(fault(243)).retryable, true);
  assert.equal(insertError(fault(60)).code, 'unavailable');
  assert.deepEqual([insertError(fault(33)).code, insertError(fault(33)).retryable], ['batch_corrupt', false]);
  assert.equal(insertError({ ...fault(33), message: 'No space left on device' }).code, 'unavailable');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreError, type StoreErrorCode } from '@calliope/model';
import type { InjectOptions } from 'fastify';
import { apiFixture } from './api-fixture.ts';

const STATUS_OF: Record<StoreErrorCode, [number, string]> = {
  query_timeout: [504, 'query_timeout'],
  query_memory: [503, 'query_memory'],
  query_invalid: [400, 'query_invalid'],
  unavailable: [503, 'store_unavailable'],
  batch_corrupt: [500, 'internal'],
  data_directory_in_use: [500, 'internal'],
  internal: [500, 'internal'],
};

for (const [code, [status, answered]] of Object.entries(STATUS_OF) as [StoreErrorCode, [number, string]][]) {
  test(`the store's ${code} is answered with ${status} ${answered}`, async () => {
    await using fixture = await apiFixture();
    fixture.reader.failNext(new StoreError(code, 'DB::Exception: secret internals', { retryable: true }));
    const response = await fixture.app.inject({ url: '/api/v1/messages', headers: fixture.as.user });
    assert.equal(response.statusCode, status);
    assert.equal(response.json().error.code, answered);
    if (code !== 'query_invalid') assert.doesNotMatch(response.body, /DB::Exception/);
    if (status >= 500)
      assert.ok(fixture.logged.some(({ details }) => JSON.stringify(details).includes('DB::Exception')));
  });
}

test('what nobody foresaw is logged under an id, and only the id is told', async () => {
  await using fixture = await apiFixture();
  for (const thrown of [new TypeError('the inside of the server'), 'the inside as a string', Object.create(null)]) {
    fixture.reader.failNext(thrown);
    const response = await fixture.app.inject({ url: '/api/v1/messages', headers: fixture.as.user });
    assert.equal(response.statusCode, 500);
    const { error } = response.json();
    assert.deepEqual([error.code, error.retryable], ['internal', false]);
    assert.doesNotMatch(response.body, /inside|at .*\.ts/);
    const id = /id ([0-9a-f]{12})/.exec(error.message)?.[1];
    assert.ok(fixture.logged.some(({ level, details }) => level === 'error' && details.id === id));
  }
});

test('every failure has the one body', async () => {
  await using fixture = await apiFixture();
  const { app, as } = fixture;
  const json = { ...as.admin, 'content-type': 'application/json' };
  const cases: [InjectOptions, number, string][] = [
    [{ url: '/api/v1/nothing', headers: as.user }, 404, 'not_found'],
    [{ url: '/api' }, 404, 'not_found'],
    [{ method: 'POST', url: '/' }, 404, 'not_found'],
    [{ method: 'PUT', url: '/api/v1/me', headers: as.user }, 404, 'not_found'],
    [{ url: '/api/v1/calls/%E0%A4%A', headers: as.user }, 400, 'bad_request'],
    [{ url: `/api/v1/messages/${'a'.repeat(2049)}`, headers: as.user }, 414, 'uri_too_long'],
    [{ url: `/api/v1/messages?q=${'a'.repeat(33_000)}`, headers: as.user }, 414, 'uri_too_long'],
    [{ method: 'POST', url: '/api/v1/users', headers: json, payload: '{' }, 400, 'bad_request'],
    [{ method: 'POST', url: '/api/v1/users', headers: json, payload: '' }, 400, 'bad_request'],
    [{ method: 'POST', url: '/api/v1/users', headers: json, payload: '{"__proto__":{"a":1}}' }, 400, 'bad_request'],
    [{ method: 'POST', url: '/api/v1/users', headers: json, payload: 'null' }, 400, 'invalid_parameter'],
    [{ method: 'POST', url: '/api/v1/users', headers: as.admin }, 400, 'invalid_parameter'],
    [
      { method: 'POST', url: '/api/v1/users', headers: { ...as.admin, 'content-type': 'text/xml' }, payload: '<a/>' },
      415,
      'unsupported_media_type',
    ],
    [
      { method: 'POST', url: '/api/v1/users', headers: json, payload: `"${'a'.repeat(1024 * 1024)}"` },
      413,
      'payload_too_large',
    ],
    [{ method: 'POST', url: '/api/v1/imports', headers: json, payload: '{}' }, 415, 'unsupported_media_type'],
    [{ method: 'POST', url: '/api/v1/imports', headers: as.user }, 400, 'bad_request'],
  ];
  for (const [options, status, code] of cases) {
    const response = await app.inject(options);
    const what = JSON.stringify(options).slice(0, 100);
    assert.equal(response.statusCode, status, `${what}: ${response.body}`);
    assert.match(String(response.headers['content-type']), /^application\/json/, what);
    const { error, ...rest } = response.json();
    assert.deepEqual(rest, {}, what);
    assert.equal(error.code, code, what);
    assert.deepEqual([typeof error.message, typeof error.retryable], ['string', 'boolean'], what);
    assert.equal(response.headers['x-content-type-options'], 'nosniff', what);
  }
});

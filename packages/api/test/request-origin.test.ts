import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import type { ApiOptions } from '../src/api-options.ts';
import { createApiServer } from '../src/api-server.ts';
import { EXAMPLE_HEALTH } from '../src/schemas/answer-examples.ts';
import { apiFixture, loginCookie, manualClock, PASSWORD } from './api-fixture.ts';
import { createMemoryReader } from './memory-reader.ts';

test('unsafe requests by cookie from another origin are refused', async () => {
  await using fixture = await apiFixture();
  const { app } = fixture;
  const cookie = await loginCookie(app, 'root');
  const remove = async (headers: Record<string, string>) =>
    (
      await app.inject({
        method: 'DELETE',
        url: '/api/v1/users/nobody',
        headers: { host: 'pbx.example', cookie, ...headers },
      })
    ).statusCode;
  assert.equal(await remove({ 'sec-fetch-site': 'cross-site' }), 403);
  assert.equal(await remove({ 'sec-fetch-site': 'same-site' }), 403);
  assert.equal(await remove({ origin: 'http://evil.example' }), 403);
  assert.equal(await remove({ origin: 'http://pbx.example:81' }), 403);
  assert.equal(await remove({ origin: 'null' }), 403);
  assert.equal(await remove({ 'sec-fetch-site': 'same-origin' }), 404);
  assert.equal(await remove({ origin: 'http://pbx.example' }), 404);
  assert.equal(await remove({}), 404);
});

test('a page of another site cannot log its visitor in', async () => {
  await using fixture = await apiFixture();
  const response = await fixture.app.inject({
    method: 'POST',
    url: '/api/v1/login',
    headers: { 'sec-fetch-site': 'cross-site' },
    payload: { username: 'alice', password: PASSWORD },
  });
  assert.equal(response.statusCode, 403);
  assert.equal(response.json().error.code, 'cross_site_request');
});

test('a token is no cookie: its requests have no origin to check', async () => {
  await using fixture = await apiFixture();
  const headers = { ...fixture.as.admin, origin: 'http://elsewhere.example' };
  const response = await fixture.app.inject({ method: 'DELETE', url: '/api/v1/users/nobody', headers });
  assert.equal(response.statusCode, 404);
});

test('a server on loopback answers to addresses, localhost and allowed names only', async () => {
  const listening = async (overrides: Partial<ApiOptions>) => {
    const server = await createApiServer({
      reader: createMemoryReader([]),
      importCapture: async () => assert.fail(),
      health: async () => EXAMPLE_HEALTH,
      metrics: async () => '',
      controlDatabasePath: ':memory:',
      log: () => {},
      clock: manualClock(),
      ...overrides,
    });
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const ask = (host: string) =>
      new Promise<number>((resolve, reject) => {
        request({ host: '127.0.0.1', port, path: '/metrics', headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
    return { ask, close: () => server.close() };
  };

  const plain = await listening({ allowedHosts: ['Calliope.lan'] });
  for (const host of [
    '127.0.0.1',
    '127.0.0.1:9080',
    '[::1]:9080',
    'localhost:9080',
    'a.localhost',
    'calliope.LAN:80',
  ]) {
    assert.equal(await plain.ask(host), 200, host);
  }
  for (const host of ['evil.example', 'evil.example:9080', 'localhost.evil.example', '127.0.0.1.evil.example']) {
    assert.equal(await plain.ask(host), 421, host);
  }
  await plain.close();

  const behindProxy = await listening({ trustProxy: 'loopback' });
  assert.equal(await behindProxy.ask('calliope.example.com'), 200);
  await behindProxy.close();
});

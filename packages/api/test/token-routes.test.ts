import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenCreated, TokenInfo } from '@calliope/model';
import { apiFixture, loginCookie } from './api-fixture.ts';

test('a token is made by a person, works until it is removed, and shows its secret once', async () => {
  await using fixture = await apiFixture();
  const { app, clock } = fixture;
  const cookie = await loginCookie(app, 'alice');
  const made = await app.inject({
    method: 'POST',
    url: '/api/v1/tokens',
    headers: { cookie },
    payload: { name: 'grafana', expiresInDays: 30 },
  });
  assert.equal(made.statusCode, 201);
  const { secret, ...info } = made.json<TokenCreated>();
  assert.match(secret, /^cal_[\w-]{43}$/);
  assert.equal(info.expiresUs, clock.nowUs() + 30 * 86_400e6);

  const headers = { authorization: `Bearer ${secret}` };
  clock.advanceSeconds(90);
  assert.equal((await app.inject({ url: '/api/v1/me', headers })).json().username, 'alice');
  const [listed] = (await app.inject({ url: '/api/v1/tokens', headers })).json<TokenInfo[]>();
  assert.deepEqual(listed, { ...info, lastUsedUs: clock.nowUs() });
  assert.equal('secret' in listed!, false);

  assert.equal((await app.inject({ method: 'DELETE', url: `/api/v1/tokens/${info.id}`, headers })).statusCode, 204);
  assert.equal((await app.inject({ url: '/api/v1/me', headers })).statusCode, 401);
});

test("others' tokens are seen and removed by administrators only", async () => {
  await using fixture = await apiFixture();
  const { app, as, accounts } = fixture;
  const list = async (query: string, headers: Record<string, string>) =>
    app.inject({ url: `/api/v1/tokens${query}`, headers });
  assert.equal((await list('', as.user)).json().length, 1);
  assert.equal((await list('?all=true', as.user)).statusCode, 403);
  assert.equal((await list('?all=true', as.admin)).json().length, 2);
  const [ofRoot] = accounts.listTokens('root');
  const remove = async (headers: Record<string, string>) =>
    (await app.inject({ method: 'DELETE', url: `/api/v1/tokens/${ofRoot!.id}`, headers })).statusCode;
  assert.equal(await remove(as.user), 404);
  assert.equal(await remove(as.local), 204);
});

test('an administrator makes tokens for others, a user does not; the command line makes them for the first administrator', async () => {
  await using fixture = await apiFixture();
  const { app, as } = fixture;
  const make = async (headers: Record<string, string>, payload: object) =>
    app.inject({ method: 'POST', url: '/api/v1/tokens', headers, payload });
  const admin = { cookie: await loginCookie(app, 'root') };
  const user = { cookie: await loginCookie(app, 'alice') };
  assert.equal((await make(admin, { name: 'a', username: 'Alice' })).json().username, 'alice');
  assert.equal((await make(admin, { name: 'a', username: 'nobody' })).statusCode, 404);
  assert.equal((await make(user, { name: 'a', username: 'root' })).statusCode, 403);
  assert.equal((await make(user, { name: 'a', username: 'nobody' })).statusCode, 403);
  assert.equal((await make(user, { name: 'a', username: 'alice' })).statusCode, 201);
  assert.equal((await make(as.local, { name: 'a' })).json().username, 'root');
  assert.equal((await make(user, { name: '' })).statusCode, 400);
  assert.equal((await make(user, { name: 'a', expiresInDays: null })).statusCode, 400);
});

test('a user has a hundred tokens at most', async () => {
  await using fixture = await apiFixture();
  const headers = { cookie: await loginCookie(fixture.app, 'alice') };
  const make = () => fixture.app.inject({ method: 'POST', url: '/api/v1/tokens', headers, payload: { name: 'a' } });
  for (let count = 1; count < 100; count++) assert.equal((await make()).statusCode, 201);
  assert.equal((await make()).json().error.code, 'too_many_tokens');
});

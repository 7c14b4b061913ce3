import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastify, { type InjectOptions } from 'fastify';
import { addAccessControl } from '../src/access.ts';
import type { ApiApp } from '../src/api-app.ts';
import type { ApiContext } from '../src/api-context.ts';
import { apiFixture, LOCAL_TOKEN, loginCookie, PASSWORD } from './api-fixture.ts';
import { listRoutes } from './list-routes.ts';

/** What each kind of asker is answered: `yes` is anything but 401 and 403. */
type Answer = 'yes' | 401 | 403;
interface Rule {
  anonymous: Answer;
  userToken: Answer;
  userSession: Answer;
  adminToken: Answer;
  adminSession: Answer;
  local: Answer;
}

const EVERYBODY: Rule = {
  anonymous: 'yes',
  userToken: 'yes',
  userSession: 'yes',
  adminToken: 'yes',
  adminSession: 'yes',
  local: 'yes',
};
const USERS: Rule = { ...EVERYBODY, anonymous: 401 };
const ADMINS: Rule = { ...USERS, userToken: 403, userSession: 403 };
const PERSONS: Rule = { ...USERS, userToken: 403, adminToken: 403 };
const SESSIONS: Rule = { ...PERSONS, local: 403 };

const RULES: Record<string, Rule> = {
  'GET /api/v1/messages': USERS,
  'GET /api/v1/messages/:id': USERS,
  'GET /api/v1/calls': USERS,
  'GET /api/v1/calls/:callId': USERS,
  'GET /api/v1/calls/*': USERS,
  'GET /api/v1/call': USERS,
  'GET /api/v1/histogram': USERS,
  'GET /api/v1/facets': USERS,
  'GET /api/v1/fields': USERS,
  'GET /api/v1/export': USERS,
  'POST /api/v1/export': USERS,
  'POST /api/v1/imports': USERS,
  'POST /api/v1/login': EVERYBODY,
  'POST /api/v1/logout': EVERYBODY,
  'GET /api/v1/me': USERS,
  'POST /api/v1/me/password': SESSIONS,
  'GET /api/v1/users': ADMINS,
  'POST /api/v1/users': ADMINS,
  'GET /api/v1/users/:username': ADMINS,
  'PATCH /api/v1/users/:username': ADMINS,
  'DELETE /api/v1/users/:username': ADMINS,
  'GET /api/v1/tokens': USERS,
  'POST /api/v1/tokens': PERSONS,
  'DELETE /api/v1/tokens/:id': USERS,
  'GET /api/v1/health': EVERYBODY,
  'GET /metrics': USERS,
  'GET /api/openapi.json': EVERYBODY,
  'GET /api/docs': EVERYBODY,
};

test('every route has a rule, and every rule a route', async () => {
  await using fixture = await apiFixture();
  const own = listRoutes(fixture.app).filter((route) => !/^\w+ \/api\/docs/.test(route));
  const ruled = Object.keys(RULES).filter((route) => route !== 'GET /api/docs');
  assert.deepEqual(own.sort(), ruled.sort());
});

test('a route under /api/v1 without a rule makes the start fail', () => {
  const app = fastify() as unknown as ApiApp;
  addAccessControl(app, { accounts: {} } as ApiContext);
  assert.throws(() => app.get('/api/v1/new', async () => ''), /no rule of access/);
});

for (const [route, rule] of Object.entries(RULES)) {
  test(`${route} answers each kind of asker by its rule`, async () => {
    await using fixture = await apiFixture();
    const { app, as } = fixture;
    const [method, path] = route.split(' ') as [InjectOptions['method'], string];
    const url = path.replace(':id', 'nothing').replace(':callId', 'nothing').replace(':username', 'nobody');
    const askers: Record<keyof Rule, Record<string, string>> = {
      anonymous: {},
      userToken: as.user,
      adminToken: as.admin,
      local: as.local,
      userSession: { cookie: await loginCookie(app, 'alice') },
      adminSession: { cookie: await loginCookie(app, 'root') },
    };
    for (const [asker, headers] of Object.entries(askers) as [keyof Rule, Record<string, string>][]) {
      // From another machine: being local is tested by itself. An empty body is refused after access was checked.
      const response = await app.inject({ method: method!, url, headers, remoteAddress: '192.0.2.7' });
      const { statusCode } = response;
      assert.equal(
        statusCode === 401 || statusCode === 403 ? statusCode : 'yes',
        rule[asker],
        `${asker}: ${response.body}`,
      );
      if (statusCode === 401) assert.equal(response.headers['www-authenticate'], 'Bearer');
    }
  });
}

test('metrics need no token from the same machine, but do through a proxy on it', async () => {
  await using fixture = await apiFixture();
  const ask = async (remoteAddress: string, headers = {}) =>
    (await fixture.app.inject({ url: '/metrics', remoteAddress, headers })).statusCode;
  assert.equal(await ask('127.0.0.1'), 200);
  assert.equal(await ask('::1'), 200);
  assert.equal(await ask('::ffff:127.0.0.1'), 200);
  assert.equal(await ask('10.0.0.1'), 401);
  assert.equal(await ask('127.0.0.1', { 'x-forwarded-for': '127.0.0.2' }), 401);
  assert.equal(await ask('127.0.0.1', { forwarded: 'for=192.0.2.1' }), 401);
});

test('a bad token is refused even where nobody needs one', async () => {
  await using fixture = await apiFixture();
  for (const authorization of [
    'Bearer cal_wrong',
    'Bearer',
    'Basic YTpi',
    `Bearer ${LOCAL_TOKEN}x`,
    `Bearer  ${'a'.repeat(9999)}`,
  ]) {
    const response = await fixture.app.inject({ url: '/api/v1/health', headers: { authorization } });
    assert.equal(response.statusCode, 401, authorization);
  }
});

test('a token of an expired, removed or demoted user loses its rights at once', async () => {
  await using fixture = await apiFixture();
  const { app, accounts, as, clock } = fixture;
  const ask = async (url: string, headers: Record<string, string>) => (await app.inject({ url, headers })).statusCode;
  await accounts.addUser({ username: 'second', role: 'admin', password: PASSWORD });
  accounts.setRole('root', 'user');
  assert.equal(await ask('/api/v1/users', as.admin), 403);
  const short = accounts.createToken({ username: 'alice', name: 'short', expiresUs: clock.nowUs() + 5_000_000 });
  const headers = { authorization: `Bearer ${short.secret}` };
  assert.equal(await ask('/api/v1/me', headers), 200);
  clock.advanceSeconds(5);
  assert.equal(await ask('/api/v1/me', headers), 401);
  accounts.removeUser('alice');
  assert.equal(await ask('/api/v1/me', as.user), 401);
});

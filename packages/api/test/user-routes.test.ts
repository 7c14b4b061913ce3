import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InjectOptions } from 'fastify';
import { type ApiFixture, apiFixture, loginCookie, PASSWORD } from './api-fixture.ts';

function asker({ app, as }: ApiFixture) {
  return async (method: InjectOptions['method'], path: string, payload?: object) => {
    const options = { method: method!, url: `/api/v1/${path}`, headers: as.admin };
    return app.inject(payload === undefined ? options : { ...options, payload });
  };
}

test('users are added, listed, changed and removed', async () => {
  await using fixture = await apiFixture();
  const ask = asker(fixture);
  const added = await ask('POST', 'users', { username: 'Bob.Builder@noc', role: 'user', password: PASSWORD });
  assert.equal(added.statusCode, 201);
  assert.equal(added.headers.location, '/api/v1/users/bob.builder%40noc');
  assert.deepEqual(added.json(), {
    username: 'bob.builder@noc',
    role: 'user',
    createdUs: fixture.clock.nowUs(),
    mustChangePassword: true,
  });
  const names = (await ask('GET', 'users')).json().map(({ username }: { username: string }) => username);
  assert.deepEqual(names, ['alice', 'bob.builder@noc', 'root']);
  assert.equal((await ask('GET', 'users/BOB.builder@noc')).json().username, 'bob.builder@noc');
  assert.equal((await ask('PATCH', 'users/bob.builder%40noc', { role: 'admin' })).json().role, 'admin');
  assert.equal((await ask('DELETE', 'users/bob.builder@noc')).statusCode, 204);
  assert.equal((await ask('GET', 'users/bob.builder@noc')).statusCode, 404);
});

test('without a password, a strong one is made and told once', async () => {
  await using fixture = await apiFixture();
  const { password } = (await asker(fixture)('POST', 'users', { username: 'bob', role: 'user' })).json();
  assert.match(password, /^(\w{4}-){4}\w{4}$/);
  await loginCookie(fixture.app, 'bob', password);
  assert.doesNotMatch(JSON.stringify(fixture.logged), new RegExp(password));
});

test('a password set by an administrator ends the sessions and has to be changed', async () => {
  await using fixture = await apiFixture();
  const { app, accounts } = fixture;
  const cookie = await loginCookie(app, 'alice');
  await asker(fixture)('PATCH', 'users/alice', { password: 'a new password from above' });
  assert.equal((await app.inject({ url: '/api/v1/me', headers: { cookie } })).statusCode, 401);
  assert.equal(accounts.findUser('alice')?.mustChangePassword, true);
  await loginCookie(app, 'alice', 'a new password from above');
});

test('the last administrator can be neither removed nor demoted', async () => {
  await using fixture = await apiFixture();
  const ask = asker(fixture);
  for (const response of [await ask('DELETE', 'users/root'), await ask('PATCH', 'users/root', { role: 'user' })]) {
    assert.equal(response.statusCode, 409);
    assert.equal(response.json().error.code, 'last_admin');
  }
  await ask('PATCH', 'users/alice', { role: 'admin' });
  assert.equal((await ask('DELETE', 'users/root')).statusCode, 204);
});

test('what a user may not be called, and a password may not be, is refused and changes nothing', async () => {
  await using fixture = await apiFixture();
  const ask = asker(fixture);
  for (const username of ['', ' ', '-bob', 'bob smith', 'b\u0000b', 'a'.repeat(65), 'böb', '../etc']) {
    assert.equal(
      (await ask('POST', 'users', { username, role: 'user', password: PASSWORD })).statusCode,
      400,
      username,
    );
  }
  for (const password of ['elevenchars', 'é'.repeat(513), 'bob-the-user']) {
    const response = await ask('POST', 'users', { username: 'bob-the-user', role: 'user', password });
    assert.equal(response.json().error.code, 'password_rules', password);
  }
  assert.equal((await ask('POST', 'users', { username: 'bob', role: 'king', password: PASSWORD })).statusCode, 400);
  assert.equal((await ask('POST', 'users', { username: 'bob', role: 'user', isGod: true })).statusCode, 400);
  assert.equal(
    (await ask('POST', 'users', { username: 'ALICE', role: 'user', password: PASSWORD })).json().error.code,
    'user_exists',
  );
  assert.equal((await ask('PATCH', 'users/alice', { role: 'admin', password: 'short' })).statusCode, 400);
  assert.equal(fixture.accounts.findUser('alice')?.role, 'user');
});

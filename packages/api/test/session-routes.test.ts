import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiFixture, loginCookie, PASSWORD } from './api-fixture.ts';

const login = (username: string, password: string) => ({
  method: 'POST' as const,
  url: '/api/v1/login',
  payload: { username, password },
});

test('logging in sets a cookie that scripts cannot read and other sites do not send', async () => {
  await using fixture = await apiFixture();
  const response = await fixture.app.inject(login('Alice', PASSWORD));
  assert.equal(response.statusCode, 200);
  assert.deepEqual(response.json(), {
    username: 'alice',
    role: 'user',
    createdUs: fixture.clock.nowUs(),
    mustChangePassword: true,
  });
  const header = String(response.headers['set-cookie']);
  assert.match(header, /^calliope_session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/);
  assert.equal(response.headers['cache-control'], 'no-store');
});

test('the cookie is Secure when the request came by TLS, which a trusted proxy says', async () => {
  await using trusting = await apiFixture({ trustProxy: 'loopback' });
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' };
  const response = await trusting.app.inject({ ...login('alice', PASSWORD), headers });
  assert.match(String(response.headers['set-cookie']), /; Secure/);
  await using other = await apiFixture();
  const untrusted = await other.app.inject({ ...login('alice', PASSWORD), headers });
  assert.doesNotMatch(String(untrusted.headers['set-cookie']), /; Secure/);
});

test('a wrong password and an unknown user are answered alike', async () => {
  await using fixture = await apiFixture();
  const wrong = await fixture.app.inject(login('alice', 'not the password'));
  const unknown = await fixture.app.inject(login('nobody', 'not the password'));
  assert.equal(wrong.statusCode, 401);
  assert.deepEqual(unknown.json(), wrong.json());
  assert.equal(wrong.json().error.code, 'login_failed');
  assert.equal(wrong.headers['set-cookie'], undefined);
});

test('logging out ends the session and takes the cookie away', async () => {
  await using fixture = await apiFixture();
  const { app } = fixture;
  const cookie = await loginCookie(app, 'alice');
  assert.equal((await app.inject({ url: '/api/v1/me', headers: { cookie } })).statusCode, 200);
  const response = await app.inject({ method: 'POST', url: '/api/v1/logout', headers: { cookie } });
  assert.equal(response.statusCode, 204);
  assert.match(String(response.headers['set-cookie']), /^calliope_session=;.*Expires=Thu, 01 Jan 1970/);
  assert.equal((await app.inject({ url: '/api/v1/me', headers: { cookie } })).statusCode, 401);
});

test('logging in again ends the session that the browser brought along', async () => {
  await using fixture = await apiFixture();
  const { app } = fixture;
  const first = await loginCookie(app, 'alice');
  await app.inject({ ...login('alice', PASSWORD), headers: { cookie: first } });
  assert.equal((await app.inject({ url: '/api/v1/me', headers: { cookie: first } })).statusCode, 401);
});

test('a session ends twelve hours after its last request, and a week after its login', async () => {
  await using fixture = await apiFixture();
  const { app, clock } = fixture;
  const ask = async (cookie: string) => (await app.inject({ url: '/api/v1/me', headers: { cookie } })).statusCode;
  const idle = await loginCookie(app, 'alice');
  clock.advanceSeconds(12 * 3600 - 1);
  assert.equal(await ask(idle), 200);
  clock.advanceSeconds(12 * 3600 - 1);
  assert.equal(await ask(idle), 200);
  clock.advanceSeconds(12 * 3600);
  assert.equal(await ask(idle), 401);

  const busy = await loginCookie(app, 'alice');
  for (let hours = 0; hours < 7 * 24 - 6; hours += 6) {
    clock.advanceSeconds(6 * 3600);
    assert.equal(await ask(busy), 200, `after ${hours + 6} h`);
  }
  clock.advanceSeconds(6 * 3600);
  assert.equal(await ask(busy), 401);
});

test('changing the password keeps this browser logged in and ends the other sessions', async () => {
  await using fixture = await apiFixture();
  const { app } = fixture;
  const here = await loginCookie(app, 'alice');
  const elsewhere = await loginCookie(app, 'alice');
  const change = (currentPassword: string, newPassword: string) =>
    app.inject({
      method: 'POST',
      url: '/api/v1/me/password',
      headers: { cookie: here },
      payload: { currentPassword, newPassword },
    });
  const wrong = await change('not the password', 'another good password');
  assert.equal(wrong.json().error.code, 'current_password_wrong');
  const short = await change(PASSWORD, 'short');
  assert.equal(short.json().error.code, 'password_rules');
  const done = await change(PASSWORD, 'another good password');
  assert.equal(done.statusCode, 204);
  const [cookie] = done.cookies;
  const now = await app.inject({ url: '/api/v1/me', headers: { cookie: `${cookie!.name}=${cookie!.value}` } });
  assert.equal(now.json().mustChangePassword, false);
  for (const old of [here, elsewhere]) {
    assert.equal((await app.inject({ url: '/api/v1/me', headers: { cookie: old } })).statusCode, 401);
  }
  assert.equal((await app.inject(login('alice', PASSWORD))).statusCode, 401);
  assert.equal((await app.inject(login('alice', 'another good password'))).statusCode, 200);
});

test('after five failures a user name waits, twice as long each time, a minute at most', async () => {
  await using fixture = await apiFixture();
  const { app, clock } = fixture;
  let address = 0;
  // Each attempt from an address of its own, so that only the name is slowed down.
  const attempt = (password = 'not the password') =>
    app.inject({ ...login('alice', password), remoteAddress: `192.0.2.${++address}` });
  for (let failure = 0; failure < 5; failure++) assert.equal((await attempt()).statusCode, 401);
  for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
    const refused = await attempt();
    assert.equal(refused.statusCode, 429);
    assert.equal(refused.headers['retry-after'], String(seconds));
    assert.equal(refused.json().error.code, 'too_many_attempts');
    clock.advanceSeconds(seconds - 0.5);
    assert.equal((await attempt(PASSWORD)).statusCode, 429, 'also the right password has to wait');
    clock.advanceSeconds(0.5);
    assert.equal((await attempt()).statusCode, 401);
  }
  clock.advanceSeconds(60);
  assert.equal((await attempt(PASSWORD)).statusCode, 200);
  assert.equal((await attempt()).statusCode, 401, 'a success forgets the failures');
});

test('an address waits after twenty failures whatever the names, and a /64 of IPv6 is one address', async () => {
  await using fixture = await apiFixture();
  const { app } = fixture;
  const attempt = async (remoteAddress: string, name: string) =>
    (await app.inject({ ...login(name, 'not the password'), remoteAddress })).statusCode;
  for (let failure = 0; failure < 20; failure++) {
    assert.equal(await attempt('192.0.2.1', `four${failure}`), 401);
    assert.equal(await attempt(`2001:db8::${failure + 1}`, `six${failure}`), 401);
  }
  assert.equal(await attempt('192.0.2.1', 'fresh'), 429);
  assert.equal(await attempt('::ffff:192.0.2.1', 'fresh'), 429);
  assert.equal(await attempt('2001:db8::abcd', 'fresh'), 429);
  assert.equal(await attempt('192.0.2.2', 'fresh'), 401);
  assert.equal(await attempt('2001:db8:0:1::1', 'fresh2'), 401);
});

test('many attempts at once do not outrun the count', async () => {
  await using fixture = await apiFixture();
  const attempts = Array.from({ length: 20 }, () => fixture.app.inject(login('alice', 'not the password')));
  const codes = (await Promise.all(attempts)).map(({ statusCode }) => statusCode);
  assert.equal(codes.filter((code) => code === 401).length, 5);
  assert.equal(codes.filter((code) => code === 429).length, 15);
});

test('neither passwords nor names that were tried are logged', async () => {
  await using fixture = await apiFixture();
  await fixture.app.inject(login('my secret typed as name', 'my secret typed as password'));
  await fixture.app.inject(login('alice', PASSWORD));
  const text = JSON.stringify(fixture.logged);
  assert.match(text, /A login failed/);
  assert.match(text, /A user logged in/);
  assert.doesNotMatch(text, /my secret|a password of the tests/);
});

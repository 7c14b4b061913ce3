import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { ApiOptions } from '../src/api-options.ts';
import { createApiServer } from '../src/api-server.ts';
import { EXAMPLE_HEALTH } from '../src/schemas/answer-examples.ts';
import { apiFixture, manualClock } from './api-fixture.ts';
import { createMemoryReader } from './memory-reader.ts';
import { FIRST_US, sampleMessage } from './sample-messages.ts';

const options = (overrides: Partial<ApiOptions> = {}): ApiOptions => ({
  reader: createMemoryReader([]),
  importCapture: async () => assert.fail(),
  health: async () => EXAMPLE_HEALTH,
  metrics: async () => '',
  controlDatabasePath: ':memory:',
  log: () => {},
  clock: manualClock(),
  ...overrides,
});

test('a server tells where it listens, answers, and closes', async () => {
  const server = await createApiServer(options());
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  assert.equal(address.url, `http://127.0.0.1:${address.port}`);
  const response = await fetch(`${address.url}/api/v1/health`);
  assert.deepEqual(await response.json(), { status: 'ok', version: '0.1.0' });
  await server.close();
  await assert.rejects(fetch(`${address.url}/api/v1/health`));
});

test('an address in use fails at start', async () => {
  const first = await createApiServer(options());
  const { port } = await first.listen({ host: '127.0.0.1', port: 0 });
  const second = await createApiServer(options());
  await assert.rejects(second.listen({ host: '127.0.0.1', port }), { code: 'EADDRINUSE' });
  await second.close();
  await first.close();
});

test('the first administrator is made once, with a password that logs in', async () => {
  const server = await createApiServer(options());
  const initial = await server.ensureInitialAdmin();
  assert.equal(await server.ensureInitialAdmin(), undefined);
  const { url } = await server.listen({ host: '127.0.0.1', port: 0 });
  const response = await fetch(`${url}/api/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(initial),
  });
  assert.equal(response.status, 200);
  const user = (await response.json()) as { role: string; mustChangePassword: boolean };
  assert.deepEqual([user.role, user.mustChangePassword], ['admin', true]);
  await server.close();
});

test('bytes that are no HTTP, and headers without end, are answered and closed', async () => {
  const server = await createApiServer(options());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const talk = async (bytes: string) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(bytes);
    return text(socket);
  };
  const garbage = await talk('INVITE sip:a@b SIP/2.0\r\n\r\n');
  assert.match(garbage, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.match(garbage, /"code":"bad_request"/);
  const endless = await talk(`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(70_000)}\r\n\r\n`);
  assert.match(endless, /^HTTP\/1\.1 431 /);
  assert.match(endless, /"code":"headers_too_large"/);
  await server.close();
});

test('connections beyond the limit are closed', async () => {
  const server = await createApiServer(options({ limits: { maxConnections: 2 } }));
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const open = async () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  };
  const sockets = [await open(), await open()];
  const third = await open();
  third.resume();
  await once(third, 'close');
  for (const socket of sockets) socket.destroy();
  await server.close();
});

test('long answers are compressed for who takes that', async () => {
  await using fixture = await apiFixture();
  const { app, as, reader } = fixture;
  reader.add(
    Array.from({ length: 100 }, (_, index) => sampleMessage({ id: `m${index}`, timestampUs: FIRST_US, callId: 'm' })),
  );
  const ask = (encoding: string, path = 'messages') =>
    app.inject({ url: `/api/v1/${path}`, headers: { ...as.user, 'accept-encoding': encoding } });
  const compressed = await ask('br, gzip');
  assert.equal(compressed.headers['content-encoding'], 'gzip');
  assert.equal(JSON.parse(gunzipSync(compressed.rawPayload).toString()).items.length, 100);
  for (const encoding of ['', 'br', 'gzip;q=0', 'xgzip']) {
    const plain = await ask(encoding);
    assert.equal(plain.headers['content-encoding'], undefined, encoding);
    assert.equal(plain.json().items.length, 100);
  }
  assert.equal((await ask('gzip', 'me')).headers['content-encoding'], undefined);
});

test('no address, parameter or body makes the server fail', async () => {
  await using fixture = await apiFixture();
  const { app, as, logged } = fixture;
  const names = [
    'q',
    'from',
    'to',
    'tz',
    'limit',
    'cursor',
    'order',
    'count',
    'of',
    'fields',
    'format',
    'call_id',
    'id',
    'all',
    '__proto__',
    'constructor',
    '',
  ];
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      'now-1h',
      '0',
      '-1',
      '1e999',
      'NaN',
      '%',
      '2026-11-22',
      '7654321',
      'code >= 500',
      'calls',
      'pcap',
      'ladder',
      'outcome',
      '1.at:5',
      'gt6ftc.at:3',
      '*',
      'a=~"("',
      'time > now',
    ),
  );
  const path = fc.constantFrom(
    'messages',
    'calls',
    'call',
    'histogram',
    'facets',
    'export',
    'tokens',
    'me',
    'calls/x',
    'messages/x',
    'users/x',
    'fields',
  );
  const parameters = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(path, parameters, async (base, pairs) => {
      const query = pairs.map(([name, text]) => `${name}=${encodeURIComponent(text)}`).join('&');
      const response = await app.inject({ url: `/api/v1/${base}?${query}`, headers: as.admin });
      assert.ok(response.statusCode < 500, `${base}?${query}: ${response.body} ${JSON.stringify(logged.at(-1))}`);
      if (response.statusCode >= 400) assert.equal(typeof response.json().error.code, 'string');
    }),
    { numRuns: 400 },
  );
  const raw = fc.string({ unit: fc.constantFrom(...'%2Fa?&=.;/\\#"<>*:~[]{}|^` +'), maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(raw, async (tail) => {
      const response = await app.inject({ url: `/api/v1/calls/${tail}`, headers: as.user });
      assert.ok(response.statusCode < 500, tail);
    }),
    { numRuns: 200 },
  );
  const target = fc.constantFrom<[method: 'POST' | 'PATCH', path: string]>(
    ['POST', 'users'],
    ['POST', 'tokens'],
    ['POST', 'export'],
    ['PATCH', 'users/alice'],
    ['POST', 'login'],
  );
  const body = fc.oneof(
    fc.json(),
    fc.string({ maxLength: 20 }),
    fc
      .dictionary(
        fc.constantFrom('username', 'password', 'role', 'name', 'expiresInDays', 'format', 'id', 'q', 'call_id'),
        fc.jsonValue({ maxDepth: 1 }),
      )
      .map((object) => JSON.stringify(object)),
  );
  await fc.assert(
    fc.asyncProperty(target, body, async ([method, base], payload) => {
      const headers = { ...(base === 'login' ? {} : as.local), 'content-type': 'application/json' };
      const response = await app.inject({ method, url: `/api/v1/${base}`, headers, payload });
      assert.ok(response.statusCode < 500, `${base} ${payload}: ${response.body} ${JSON.stringify(logged.at(-1))}`);
    }),
    { numRuns: 200 },
  );
});

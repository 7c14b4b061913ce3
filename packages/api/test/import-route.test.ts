import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import { type ApiFixture, apiFixture } from './api-fixture.ts';

const OCTETS = { 'content-type': 'application/octet-stream' };

async function listen({ app }: ApiFixture): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as { port: number }).port;
}

test('a capture is read as it comes, whatever its declared type', async () => {
  await using fixture = await apiFixture();
  const { app, as, logged } = fixture;
  for (const type of [
    'application/octet-stream',
    'application/vnd.tcpdump.pcap',
    'application/x-pcapng',
    'application/gzip',
  ]) {
    const response = await app.inject({
      method: 'POST',
      url: '/api/v1/imports',
      headers: { ...as.user, 'content-type': type },
      payload: Buffer.alloc(100_000),
    });
    assert.equal(response.statusCode, 200, type);
    assert.equal(response.json().frames, 100_000);
  }
  assert.ok(logged.some(({ message, details }) => message === 'A capture was imported.' && details.by === 'alice'));
});

test('a capture is taken piece by piece before all of it is sent', async () => {
  let sawFirst = () => {};
  const first = new Promise<void>((resolve) => {
    sawFirst = resolve;
  });
  await using fixture = await apiFixture({
    importCapture: async (stream) => {
      let frames = 0;
      for await (const _ of stream) {
        frames++;
        sawFirst();
      }
      return { messages: frames, frames, otherMessages: 0, duplicates: 0, defects: {}, firstUs: null, lastUs: null };
    },
  });
  const port = await listen(fixture);
  const upload = request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/api/v1/imports',
    headers: { ...fixture.as.user, ...OCTETS },
  });
  upload.write('first');
  await first;
  upload.end('second');
  const [response] = await once(upload, 'response');
  assert.equal(response.statusCode, 200);
  response.resume();
});

test('a capture beyond the limit is refused, by its declared length or when it gets there', async () => {
  await using fixture = await apiFixture({ limits: { importMaxBytes: 1000 } });
  const port = await listen(fixture);
  const send = async (headers: Record<string, string>) => {
    const upload = request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/api/v1/imports',
      headers: { ...fixture.as.user, ...OCTETS, ...headers },
    });
    // The server closes while the rest is still on its way.
    upload.on('error', () => {});
    upload.write(Buffer.alloc(900));
    if (!('content-length' in headers)) upload.write(Buffer.alloc(900));
    const [response] = await once(upload, 'response');
    const chunks: Buffer[] = await response.toArray();
    upload.destroy();
    return {
      status: response.statusCode,
      connection: response.headers.connection,
      body: JSON.parse(Buffer.concat(chunks).toString()),
    };
  };
  for (const headers of [{ 'content-length': '5000000' }, {}] as Record<string, string>[]) {
    const { status, connection, body } = await send(headers);
    assert.equal(status, 413);
    assert.equal(body.error.code, 'payload_too_large');
    assert.equal(connection, 'close');
  }
});

test('a file that is no capture is told from a failure of the server', async () => {
  const failures = [Object.assign(new Error('This is no capture file.'), { code: 'import_failed' }), new Error('boom')];
  await using fixture = await apiFixture({
    importCapture: async () => {
      throw failures.shift();
    },
  });
  const send = () =>
    fixture.app.inject({
      method: 'POST',
      url: '/api/v1/imports',
      headers: { ...fixture.as.user, ...OCTETS },
      payload: 'x',
    });
  const noCapture = await send();
  assert.deepEqual([noCapture.statusCode, noCapture.json().error.message], [422, 'This is no capture file.']);
  assert.equal((await send()).statusCode, 500);
});

test('imports run a few at a time', async () => {
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  await using fixture = await apiFixture({
    limits: { maxImports: 1 },
    importCapture: async () => {
      await finished;
      return { messages: 0, frames: 0, otherMessages: 0, duplicates: 0, defects: {}, firstUs: null, lastUs: null };
    },
  });
  const send = () =>
    fixture.app.inject({
      method: 'POST',
      url: '/api/v1/imports',
      headers: { ...fixture.as.user, ...OCTETS },
      payload: 'x',
    });
  const running = send().then(({ statusCode }) => statusCode);
  await new Promise((resume) => setImmediate(resume));
  const refused = await send();
  assert.equal(refused.json().error.code, 'busy');
  finish();
  assert.equal(await running, 200);
  assert.equal((await send()).statusCode, 200);
});

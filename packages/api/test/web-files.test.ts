import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { apiFixture } from './api-fixture.ts';

let webRoot = '';
before(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'calliope-web-'));
  await mkdir(join(webRoot, 'assets'));
  await writeFile(join(webRoot, 'index.html'), '<!doctype html><title>Calliope</title>');
  await writeFile(join(webRoot, 'favicon.svg'), '<svg/>');
  await writeFile(join(webRoot, 'assets', 'index-abc123.js'), 'export {}');
  await writeFile(join(webRoot, '..', 'calliope-outside.txt'), 'secret');
});
after(async () => {
  await rm(webRoot, { recursive: true });
  await rm(join(webRoot, '..', 'calliope-outside.txt'));
});

test('the interface is served at its root and at every page of it, and asked for again each time', async () => {
  await using fixture = await apiFixture({ webRoot });
  for (const url of ['/', '/index.html', '/calls', '/call?id=a%2Fb.c', '/settings/users', '/apis']) {
    const response = await fixture.app.inject({ url });
    assert.equal(response.statusCode, 200, url);
    assert.match(response.body, /<title>Calliope/);
    assert.equal(response.headers['cache-control'], 'no-cache', url);
    assert.match(String(response.headers['content-type']), /^text\/html/);
  }
  assert.equal((await fixture.app.inject({ method: 'HEAD', url: '/calls' })).statusCode, 200);
  assert.equal((await fixture.app.inject({ url: '/favicon.svg' })).headers['content-type'], 'image/svg+xml');
});

test('assets are kept for ever, and a missing one is no page', async () => {
  await using fixture = await apiFixture({ webRoot });
  const asset = await fixture.app.inject({ url: '/assets/index-abc123.js' });
  assert.equal(asset.statusCode, 200);
  assert.equal(asset.headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.match(String(asset.headers['content-type']), /javascript/);
  for (const url of [
    '/assets/index-gone.js',
    '/assets/',
    '/assets',
    '/api',
    '/api/v2/x',
    '/api/v1/nothing',
    '/metrics/x',
  ]) {
    const response = await fixture.app.inject({ url });
    assert.equal(response.statusCode, 404, url);
    assert.equal(response.json().error.code, 'not_found');
  }
  assert.equal((await fixture.app.inject({ method: 'POST', url: '/calls' })).statusCode, 404);
});

test('nothing outside of the directory is served', async () => {
  await using fixture = await apiFixture({ webRoot });
  for (const url of [
    '/../calliope-outside.txt',
    '/assets/../../calliope-outside.txt',
    '/%2e%2e/calliope-outside.txt',
    '/assets/%2e%2e%2f%2e%2e%2fcalliope-outside.txt',
    '/..%5ccalliope-outside.txt',
  ]) {
    assert.doesNotMatch((await fixture.app.inject({ url })).body, /secret/, url);
  }
});

test('pages carry a policy without inline scripts or other origins, and may not be framed', async () => {
  await using fixture = await apiFixture({ webRoot });
  for (const url of ['/', '/api/v1/health', '/assets/index-abc123.js', '/api/v1/nothing']) {
    const { headers } = await fixture.app.inject({ url });
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /default-src 'self'/, url);
    assert.match(policy, /script-src 'self';/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe-|https?:|\*|upgrade-insecure-requests/);
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['strict-transport-security'], undefined);
    assert.equal(headers['x-powered-by'], undefined);
  }
  assert.equal((await fixture.app.inject({ url: '/api/v1/health' })).headers['cache-control'], 'no-store');
});

test('without a web interface there is the API alone', async () => {
  await using fixture = await apiFixture();
  assert.equal((await fixture.app.inject({ url: '/' })).statusCode, 404);
});

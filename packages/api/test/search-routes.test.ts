import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallsResponse, FacetsResponse, HistogramResponse, MessagesResponse } from '@calliope/model';
import { type ApiFixture, apiFixture } from './api-fixture.ts';
import { FIRST_US, NOW_US, SIMPLE_CALL_ID, sampleMessage } from './sample-messages.ts';

async function get<T>({ app, as }: ApiFixture, path: string, parameters: Record<string, string> = {}): Promise<T> {
  const url = `/api/v1/${path}?${new URLSearchParams(parameters)}`;
  const response = await app.inject({ url, headers: as.user });
  assert.equal(response.statusCode, 200, response.body);
  return response.json();
}

async function refusal({ app, as }: ApiFixture, path: string, parameters: Record<string, string>) {
  const response = await app.inject({ url: `/api/v1/${path}?${new URLSearchParams(parameters)}`, headers: as.user });
  assert.equal(response.statusCode, 400, response.body);
  return response.json().error;
}

test('without parameters, all messages come newest first with their total, also those dated after now', async () => {
  await using fixture = await apiFixture();
  fixture.reader.add([
    sampleMessage({ id: 'old', timestampUs: NOW_US - 400 * 86_400e6, callId: 'old' }),
    sampleMessage({ id: 'ahead', timestampUs: NOW_US + 5e6, callId: 'ahead' }),
  ]);
  const page = await get<MessagesResponse>(fixture, 'messages');
  assert.deepEqual(page.total, { count: 12, exact: true });
  assert.deepEqual(
    page.items.map(({ id }) => id),
    ['ahead', 'o1', 'b4', 'b3', 'b2', 'b1', 'a4', 'a3', 'r1', 'a2', 'a1', 'old'],
  );
  assert.equal('payload' in page.items[0]!, false);
  assert.ok(page.fromUs <= NOW_US - 400 * 86_400e6 && page.toUs > NOW_US + 5e6);
});

test('pages follow each other through the cursor, counted once', async () => {
  await using fixture = await apiFixture();
  const seen: string[] = [];
  let cursor = '';
  for (let page = 0; page < 4; page++) {
    const answer = await get<MessagesResponse>(fixture, 'messages', {
      limit: '3',
      order: 'asc',
      ...(cursor ? { cursor } : {}),
    });
    assert.equal(answer.total === undefined, page > 0);
    seen.push(...answer.items.map(({ id }) => id));
    cursor = answer.cursor ?? '';
  }
  assert.equal(cursor, '');
  assert.deepEqual(seen, ['a1', 'a2', 'r1', 'a3', 'a4', 'b1', 'b2', 'b3', 'b4', 'o1']);
});

test('a range relative to now stays where it was for the pages that follow', async () => {
  await using fixture = await apiFixture();
  const parameters = { from: 'now-1h', limit: '3' };
  const first = await get<MessagesResponse>(fixture, 'messages', parameters);
  fixture.clock.advanceSeconds(3600);
  const second = await get<MessagesResponse>(fixture, 'messages', { ...parameters, cursor: first.cursor! });
  assert.deepEqual([second.fromUs, second.toUs], [first.fromUs, first.toUs]);
  assert.equal(second.items.length, 3);
});

test('from, to and the times of the expression narrow each other', async () => {
  await using fixture = await apiFixture();
  const from = new Date(FIRST_US / 1000 + 900).toISOString();
  const to = new Date(FIRST_US / 1000 + 2000).toISOString();
  const page = await get<MessagesResponse>(fixture, 'messages', { from, to, order: 'asc' });
  assert.deepEqual(
    page.items.map(({ id }) => id),
    ['b1', 'b2', 'b3', 'b4'],
  );
  const narrowed = await get<MessagesResponse>(fixture, 'messages', { q: `time < "${to}"`, from });
  assert.equal(narrowed.total?.count, 4);
  assert.equal(narrowed.fromUs, FIRST_US + 900_000);
  assert.equal(narrowed.toUs, FIRST_US + 2_000_000);
  const empty = await get<MessagesResponse>(fixture, 'messages', { q: `time > "${to}"`, to: from });
  assert.deepEqual([empty.items, empty.total], [[], { count: 0, exact: true }]);
});

test('local times are read in the given zone', async () => {
  await using fixture = await apiFixture();
  const page = await get<MessagesResponse>(fixture, 'messages', {
    from: '2026-11-22 14:02:11',
    to: '2026-11-22 14:02:12',
    tz: 'Europe/Berlin',
  });
  assert.equal(page.total?.count, 4);
});

test('a Call-ID is looked for in all of time, unless a range is given', async () => {
  await using fixture = await apiFixture();
  const old = sampleMessage({ id: 'old', timestampUs: NOW_US - 90 * 86_400e6, callId: 'from-august' });
  fixture.reader.add([old]);
  const q = 'call_id = "from-august"';
  assert.equal((await get<MessagesResponse>(fixture, 'messages', { q })).total?.count, 1);
  assert.equal((await get<MessagesResponse>(fixture, 'messages', { q, from: 'now-1h' })).total?.count, 0);
  assert.equal((await get<CallsResponse>(fixture, 'calls', { q })).total?.count, 1);
  const histogram = await get<HistogramResponse>(fixture, 'histogram', { q });
  assert.equal(histogram.fromUs, old.timestampUs);
  assert.equal(histogram.buckets.length, 1);
});

test('calls are found by number, with one record a Call-ID', async () => {
  await using fixture = await apiFixture();
  const page = await get<CallsResponse>(fixture, 'calls', { q: '7654321' });
  assert.equal(page.total?.count, 2);
  assert.equal(page.items[1]!.callId, SIMPLE_CALL_ID);
  assert.equal(page.items[1]!.outcome, 'failed');
  assert.equal(page.items[1]!.pddMs, 310);
});

test('count=false leaves the total out', async () => {
  await using fixture = await apiFixture();
  assert.equal((await get<CallsResponse>(fixture, 'calls', { count: 'false' })).total, undefined);
  assert.equal(fixture.reader.requests.length, 1);
});

test('the histogram has 120 buckets at most, of a round width', async () => {
  await using fixture = await apiFixture();
  for (const from of ['now-1s', 'now-5m', 'now-1h', 'now-24h', 'now-365d', '2000-01-01']) {
    const { bucketUs, fromUs, toUs } = await get<HistogramResponse>(fixture, 'histogram', { from, of: 'calls' });
    assert.ok(Math.ceil((toUs - fromUs) / bucketUs) <= 120, from);
    assert.equal(bucketUs % 1000, 0);
  }
  const { buckets } = await get<HistogramResponse>(fixture, 'histogram', { from: 'now-1h', of: 'messages' });
  assert.equal(buckets[0]!.counts['5xx'], 2);
  assert.equal(buckets[0]!.counts.INVITE, 2);
});

test('facets count the most frequent values, and name the columns that there are', async () => {
  await using fixture = await apiFixture();
  const { facets } = await get<FacetsResponse>(fixture, 'facets', { of: 'calls', fields: 'outcome, hosts' });
  assert.deepEqual(facets.outcome, [{ value: 'failed', count: 2 }]);
  assert.equal(facets.hosts!.length, 2);
  const codes = await get<FacetsResponse>(fixture, 'facets', { fields: 'responseCode', limit: '1' });
  assert.deepEqual(codes.facets.responseCode, [{ value: '0', count: 6 }]);
  const error = await refusal(fixture, 'facets', { of: 'calls', fields: 'payload' });
  assert.equal(error.code, 'invalid_parameter');
  assert.match(error.message, /outcome/);
  await refusal(fixture, 'facets', { fields: ' , ' });
});

test('an error in the expression says where and what could stand there', async () => {
  await using fixture = await apiFixture();
  for (const path of ['messages', 'calls', 'histogram', 'export']) {
    const error = await refusal(fixture, path, {
      q: 'code >= 500 and (',
      ...(path === 'export' ? { format: 'csv' } : {}),
    });
    assert.equal(error.code, 'query_syntax', path);
    assert.equal(typeof error.position, 'number');
    assert.ok(Array.isArray(error.expected));
    assert.equal(error.retryable, false);
  }
  assert.equal((await refusal(fixture, 'messages', { q: 'nofield = 1' })).code, 'query_unknown_field');
  assert.equal((await refusal(fixture, 'messages', { q: 'port > abc' })).code, 'query_type');
});

test('bad parameters are refused by name, not ignored', async () => {
  await using fixture = await apiFixture();
  const cases: [Record<string, string>, RegExp][] = [
    [{ form: 'now-1h' }, /There is no parameter "form"/],
    [{ limit: '0' }, /"limit"/],
    [{ limit: '10001' }, /"limit"/],
    [{ limit: 'many' }, /"limit"/],
    [{ order: 'up' }, /"order"/],
    [{ from: 'the other day' }, /"from"/],
    [{ to: '1969-12-31' }, /"to"/],
    [{ from: 'now', to: 'now-1h' }, /"from" is after "to"/],
    [{ tz: 'Europe/Atlantis' }, /no time zone "Europe\/Atlantis"/],
    [{ cursor: 'nonsense' }, /cursor/],
    [{ q: 'a'.repeat(9000) }, /"q"/],
  ];
  for (const [parameters, message] of cases) {
    const error = await refusal(fixture, 'messages', parameters);
    assert.match(error.message, message);
  }
  const twice = await fixture.app.inject({ url: '/api/v1/messages?q=a&q=b', headers: fixture.as.user });
  assert.equal(twice.statusCode, 400);
});

test('the fields of the language are listed with their types', async () => {
  await using fixture = await apiFixture();
  const { fields } = await get<{ fields: { name: string; type: string }[] }>(fixture, 'fields');
  assert.ok(fields.length > 10);
  assert.ok(fields.every(({ name, type }) => typeof name === 'string' && typeof type === 'string'));
});

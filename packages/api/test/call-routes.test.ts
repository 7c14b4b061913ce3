import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallResponse, MessageResponse } from '@calliope/model';
import { type ApiFixture, apiFixture } from './api-fixture.ts';
import { AWKWARD_CALL_ID, SIMPLE_CALL_ID } from './sample-messages.ts';

async function get<T>({ app, as }: ApiFixture, url: string): Promise<T> {
  const response = await app.inject({ url: `/api/v1/${url}`, headers: as.user });
  assert.equal(response.statusCode, 200, response.body);
  return response.json();
}

test('a call comes with its record and its messages, oldest first, with what the ladder draws', async () => {
  await using fixture = await apiFixture();
  const { call, calls, messages } = await get<CallResponse>(fixture, `calls/${encodeURIComponent(SIMPLE_CALL_ID)}`);
  assert.equal(call?.responseCode, 503);
  assert.equal(calls, undefined);
  assert.deepEqual(
    messages.map(({ id }) => id),
    ['a1', 'a2', 'r1', 'a3', 'a4'],
  );
  const [invite, , report] = messages;
  assert.match(invite!.text, /^INVITE sip:/);
  assert.match(invite!.viaBranch, /^z9hG4bK/);
  assert.deepEqual(invite!.sdp?.media[0]?.codecs, ['PCMA/8000']);
  assert.deepEqual([report!.sdp, report!.viaBranch, report!.text], [null, '', '{\ufffd\ufffd}']);
});

test('who else saw a message comes with the call, the message and the ladder', async () => {
  await using fixture = await apiFixture();
  const observation = { node: 'edge-2', senderIp: '10.30.0.5', timestampUs: 17 };
  fixture.reader.observe('a1', observation);
  const { messages } = await get<CallResponse>(fixture, `calls/${encodeURIComponent(SIMPLE_CALL_ID)}`);
  assert.deepEqual(
    messages.map(({ alsoSeenBy }) => alsoSeenBy),
    [[observation], undefined, undefined, undefined, undefined],
  );
  assert.deepEqual((await get<MessageResponse>(fixture, 'messages/a1')).alsoSeenBy, [observation]);
  assert.deepEqual((await get<MessageResponse>(fixture, 'messages/a2')).alsoSeenBy, []);
  const query = new URLSearchParams({ format: 'ladder', call_id: SIMPLE_CALL_ID });
  const { body } = await fixture.app.inject({ url: `/api/v1/export?${query}`, headers: fixture.as.user });
  assert.match(body, /INVITE.*seen by 2/);
});

test('a Call-ID may hold anything, as a path component and as a parameter', async () => {
  await using fixture = await apiFixture();
  const encoded = encodeURIComponent(AWKWARD_CALL_ID);
  const parameter = new URLSearchParams({ call_id: AWKWARD_CALL_ID });
  // What a proxy makes of it that undoes the encoding of slashes.
  const slashed = encoded.replaceAll('%2F', '/');
  for (const url of [`calls/${encoded}`, `call?${parameter}`, `calls/${slashed}`]) {
    assert.equal((await get<CallResponse>(fixture, url)).call?.callId, AWKWARD_CALL_ID, url);
  }
});

test('several Call-IDs come in one ladder with all their records', async () => {
  await using fixture = await apiFixture();
  const parameters = new URLSearchParams(
    [AWKWARD_CALL_ID, SIMPLE_CALL_ID, SIMPLE_CALL_ID, 'unknown'].map((id) => ['call_id', id]),
  );
  const { call, calls, messages } = await get<CallResponse>(fixture, `call?${parameters}`);
  assert.equal(call?.callId, SIMPLE_CALL_ID);
  assert.deepEqual(
    calls?.map(({ callId }) => callId),
    [SIMPLE_CALL_ID, AWKWARD_CALL_ID],
  );
  assert.equal(messages.length, 9);
});

test('messages that are of no call come without a record', async () => {
  await using fixture = await apiFixture();
  const { call, messages } = await get<CallResponse>(fixture, 'calls/options-1');
  assert.equal(call, null);
  assert.equal(messages.length, 1);
});

test('a long call comes in pages', async () => {
  await using fixture = await apiFixture();
  const url = `call?${new URLSearchParams({ call_id: SIMPLE_CALL_ID, limit: '3' })}`;
  const first = await get<CallResponse>(fixture, url);
  const second = await get<CallResponse>(fixture, `${url}&cursor=${encodeURIComponent(first.cursor!)}`);
  assert.deepEqual(
    [...first.messages, ...second.messages].map(({ id }) => id),
    ['a1', 'a2', 'r1', 'a3', 'a4'],
  );
  assert.equal(second.cursor, undefined);
});

test('a range narrows the messages of a call', async () => {
  await using fixture = await apiFixture();
  const parameters = new URLSearchParams({ call_id: SIMPLE_CALL_ID, to: '2026-11-22T13:02:10.118001Z' });
  assert.deepEqual(
    (await get<CallResponse>(fixture, `call?${parameters}`)).messages.map(({ id }) => id),
    ['a1'],
  );
});

test('an unknown Call-ID is not found, but an empty ladder when asked with others', async () => {
  await using fixture = await apiFixture();
  const { app, as } = fixture;
  const missing = await app.inject({ url: '/api/v1/calls/unknown', headers: as.user });
  assert.equal(missing.statusCode, 404);
  assert.match(missing.json().error.message, /"unknown"/);
  assert.deepEqual(await get(fixture, 'call?call_id=unknown'), { call: null, messages: [] });
  const none = await app.inject({ url: '/api/v1/call', headers: as.user });
  assert.equal(none.statusCode, 400);
  const parameters = Array.from({ length: 201 }, (_, index) => `call_id=${index}`).join('&');
  assert.equal((await app.inject({ url: `/api/v1/call?${parameters}`, headers: as.user })).statusCode, 400);
});

test('a message comes whole, with its exact bytes and taken apart', async () => {
  await using fixture = await apiFixture();
  const answer = await get<MessageResponse>(fixture, 'messages/a1');
  const stored = await fixture.reader.message('a1');
  assert.deepEqual(Buffer.from(answer.payloadBase64, 'base64'), Buffer.from(stored!.payload));
  assert.equal(answer.startLine, 'INVITE sip:+49697654321@example.net SIP/2.0');
  assert.deepEqual(
    answer.headers.find(({ name }) => name === 'i'),
    {
      name: 'i',
      canonicalName: 'Call-ID',
      value: SIMPLE_CALL_ID,
    },
  );
  assert.match(answer.body, /^v=0/);
  assert.equal(answer.sdp?.media[0]?.port, 40000);
  assert.equal('payload' in answer.message, false);
});

test('a message of another protocol is all body', async () => {
  await using fixture = await apiFixture();
  const answer = await get<MessageResponse>(fixture, 'messages/r1');
  assert.equal(answer.payloadBase64, Buffer.of(0x7b, 0xff, 0xfe, 0x7d).toString('base64'));
  assert.deepEqual([answer.startLine, answer.headers, answer.body], ['', [], '{\ufffd\ufffd}']);
  assert.equal((await fixture.app.inject({ url: '/api/v1/messages/none', headers: fixture.as.user })).statusCode, 404);
});

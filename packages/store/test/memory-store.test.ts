import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MATCH_ALL } from '@calliope/model';
import { createMemoryStore } from '@calliope/store';
import { testStore } from './conformance.ts';
import { appendTo, BASE_US, END_US, plainMessage } from './generated-messages.ts';

testStore('memory', async () => {
  const { sink, reader } = createMemoryStore();
  return { append: sink.append, appendCopy: sink.appendCopy!, settle: async () => {}, reader, stop: async () => {} };
});

test('the oldest messages go when there are too many, and are counted', async () => {
  const store = createMemoryStore({ maxMessages: 3 });
  for (let index = 0; index < 5; index++) appendTo(store.sink.append, plainMessage({ timestampUs: BASE_US + index }));
  const { items } = await store.reader.searchMessages({ fromUs: 0, toUs: END_US, filter: MATCH_ALL, limit: 10 });
  assert.deepEqual(
    items.map(({ timestampUs }) => timestampUs - BASE_US),
    [4, 3, 2],
  );
  assert.equal(store.evicted(), 2);
});

test('a message is shown as it came', async () => {
  const store = createMemoryStore();
  const texts = {
    CALL_ID: Buffer.from('a@b'),
    METHOD: Buffer.from('INVITE'),
    FROM_USER: Buffer.from('%2B49%2030%zz'),
    TO_USER: Buffer.from([0x66, 0xff]),
    REASON_PHRASE: Buffer.from('Très'),
  };
  appendTo(store.sink.append, plainMessage({ texts, defects: 1 << 10, captureId: 12 }));
  const { items } = await store.reader.searchMessagesWhole({ fromUs: 0, toUs: END_US, filter: MATCH_ALL, limit: 10 });
  const { id: _, ...message } = items[0]!;
  assert.deepEqual(message, {
    timestampUs: BASE_US,
    node: '12',
    payloadType: 1,
    transport: 'udp',
    ipVersion: 4,
    sourceIp: '10.0.0.1',
    sourcePort: 5060,
    destinationIp: '10.0.0.2',
    destinationPort: 5060,
    callId: 'a@b',
    method: 'INVITE',
    responseCode: 0,
    reasonPhrase: 'Très',
    cseq: 1,
    fromUser: '+49 30%zz',
    fromHost: '',
    fromTag: '',
    toUser: 'f\ufffd',
    toHost: '',
    toTag: '',
    requestUser: '',
    requestHost: '',
    assertedUser: '',
    diversionUser: '',
    userAgent: '',
    correlationId: '',
    defects: ['bad_cseq'],
    size: 7,
    payload: new Uint8Array(Buffer.from('payload')),
  });
});

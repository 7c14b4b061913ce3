import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageSummary } from '@calliope/model';
import fc from 'fast-check';
import { CALL_SET_LIMIT, completeCallRecord, foldMessage, mergeCallRecords, type RawCallRecord } from '../src/index.ts';
import { sampleMessage } from './sample-messages.ts';

/** Few values each, so that ties in time, code and address are common. */
const messageArbitrary: fc.Arbitrary<MessageSummary> = fc
  .record({
    timestampUs: fc.integer({ min: 0, max: 6 }),
    payloadType: fc.constantFrom(1, 1, 1, 1, 5, 100),
    method: fc.constantFrom('INVITE', 'INVITE', 'INVITE', 'ACK', 'BYE', 'CANCEL', 'PRACK', ''),
    responseCode: fc.constantFrom(0, 0, 0, 100, 180, 183, 200, 202, 302, 401, 407, 486, 487, 503, 603, 799),
    reasonPhrase: fc.constantFrom('', 'OK', 'Busy', '\u{1F4DE}', '\uFFFD'),
    toTag: fc.constantFrom('', '', 'tt'),
    node: fc.constantFrom('node-1', 'node-2', ''),
    sourceIp: fc.constantFrom('10.0.0.1', '10.0.0.2', '2001:db8::1'),
    destinationIp: fc.constantFrom('10.0.0.2', '10.0.0.3'),
    fromUser: fc.constantFrom('alice', 'bob'),
    assertedUser: fc.constantFrom('', '', '4930', '4940'),
    userAgent: fc.constantFrom('', 'SBC', '\u{1F4DE} phone', '\uFFFD'),
  })
  .map((fields) => sampleMessage(fields));

function fold(messages: readonly MessageSummary[]): RawCallRecord {
  let raw: RawCallRecord | undefined;
  for (const message of messages) raw = foldMessage(raw, message);
  return raw!;
}

const messagesArbitrary = fc.array(messageArbitrary, { minLength: 1, maxLength: 14 });

test('any order of the messages gives the same record', () => {
  const shuffled = messagesArbitrary.chain((messages) =>
    fc.tuple(
      fc.constant(messages),
      fc.shuffledSubarray(messages, { minLength: messages.length, maxLength: messages.length }),
    ),
  );
  fc.assert(
    fc.property(shuffled, ([messages, other]) => {
      assert.deepEqual(fold(other), fold(messages));
    }),
    { numRuns: 500 },
  );
});

test('any grouping of the messages gives the same record', () => {
  const grouped = messagesArbitrary.chain((messages) =>
    fc.tuple(
      fc.constant(messages),
      fc.array(fc.nat({ max: 3 }), { minLength: messages.length, maxLength: messages.length }),
    ),
  );
  fc.assert(
    fc.property(grouped, fc.boolean(), ([messages, groupOf], fromRight) => {
      const groups = [0, 1, 2, 3]
        .map((group) => messages.filter((_, i) => groupOf[i] === group))
        .filter((group) => group.length > 0)
        .map(fold);
      const merged = fromRight
        ? groups.reduceRight((right, left) => mergeCallRecords(left, right))
        : groups.reduce((left, right) => mergeCallRecords(right, left));
      assert.deepEqual(merged, fold(messages));
    }),
    { numRuns: 500 },
  );
});

test('merging a record with itself, or with part of itself, changes the count of messages only', () => {
  fc.assert(
    fc.property(messagesArbitrary, fc.nat(), (messages, at) => {
      const whole = fold(messages);
      const part = fold(messages.slice(0, 1 + (at % messages.length)));
      const again = mergeCallRecords(whole, part);
      assert.deepEqual({ ...again, messageCount: 0 }, { ...whole, messageCount: 0 });
      assert.equal(again.messageCount, whole.messageCount + part.messageCount);
    }),
  );
});

test('a completed record has the contract’s fields and no others', () => {
  const keys = Object.keys(completeCallRecord(fold([sampleMessage()]))).sort();
  assert.deepEqual(keys, [
    ...['ackUs', 'answerUs', 'assertedUser', 'byeUs', 'callId', 'cancelUs', 'destinationIp', 'durationMs', 'firstUs'],
    ...['fromHost', 'fromUser', 'hosts', 'inviteUs', 'lastUs', 'messageCount', 'methods', 'nodes', 'outcome', 'pddMs'],
    ...['reasonPhrase', 'requestUser', 'responseCode', 'ringingUs', 'sourceIp', 'toHost', 'toUser', 'tryingUs'],
    'userAgents',
  ]);
});

test('sets stay bounded, and the bound is the same in any order', () => {
  const many = Array.from({ length: CALL_SET_LIMIT + 50 }, (_, i) =>
    sampleMessage({ userAgent: `agent ${String(i).padStart(4, '0')}` }),
  );
  const record = fold(many);
  assert.equal(record.userAgents.length, CALL_SET_LIMIT);
  assert.equal(record.userAgents.at(-1), `agent ${String(CALL_SET_LIMIT - 1).padStart(4, '0')}`);
  assert.deepEqual(fold([...many].reverse()), record);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallRecord, MessageSummary, Outcome } from '@calliope/model';
import { completeCallRecord, foldMessage, type RawCallRecord } from '../src/index.ts';
import { sampleRequest, sampleResponse } from './sample-messages.ts';

function recordOf(messages: MessageSummary[]): CallRecord {
  let raw: RawCallRecord | undefined;
  for (const message of messages) raw = foldMessage(raw, message);
  return completeCallRecord(raw!);
}

const invite = (timestampUs: number, fields: Partial<MessageSummary> = {}) =>
  sampleRequest(timestampUs, 'INVITE', fields);

const FINALS: [number, Outcome][] = [
  [200, 'answered'],
  [202, 'answered'],
  [300, 'redirected'],
  [302, 'redirected'],
  [380, 'redirected'],
  [401, 'challenged'],
  [407, 'challenged'],
  [486, 'busy'],
  [600, 'busy'],
  [408, 'no_answer'],
  [480, 'no_answer'],
  [487, 'cancelled'],
  [403, 'rejected'],
  [433, 'rejected'],
  [488, 'rejected'],
  [603, 'rejected'],
  [606, 'rejected'],
  [607, 'rejected'],
  [608, 'rejected'],
  [400, 'failed'],
  [404, 'failed'],
  [484, 'failed'],
  [500, 'failed'],
  [503, 'failed'],
  [604, 'failed'],
  [699, 'failed'],
];

for (const [code, outcome] of FINALS) {
  test(`an INVITE answered with ${code} is ${outcome}`, () => {
    const record = recordOf([invite(0), sampleResponse(10, 100), sampleResponse(20, 180), sampleResponse(30, code)]);
    assert.equal(record.outcome, outcome);
    assert.equal(record.responseCode, code);
    assert.equal(record.reasonPhrase, `Reason ${code}`);
  });
}

test('an INVITE alone, or with 100, is trying; with 18x it is ringing', () => {
  assert.equal(recordOf([invite(0)]).outcome, 'trying');
  assert.equal(recordOf([invite(0), sampleResponse(1, 100)]).outcome, 'trying');
  assert.equal(recordOf([invite(0), sampleResponse(1, 183)]).outcome, 'ringing');
  assert.equal(recordOf([invite(0)]).responseCode, 0);
});

test('a CANCEL without a final response is cancelled', () => {
  assert.equal(
    recordOf([
      invite(0),
      sampleResponse(1, 180),
      sampleRequest(2, 'CANCEL'),
      sampleResponse(3, 200, { method: 'CANCEL' }),
    ]).outcome,
    'cancelled',
  );
});

test('a proxy that cancels a gateway and answers 408 did not reach anybody', () => {
  const record = recordOf([
    invite(0),
    sampleRequest(10, 'CANCEL'),
    sampleResponse(11, 487),
    sampleResponse(12, 408, { sourceIp: '10.0.0.9' }),
  ]);
  assert.equal(record.outcome, 'no_answer');
});

test('a CANCEL that crossed the 200 does not undo the answer', () => {
  const record = recordOf([invite(0), sampleRequest(9, 'CANCEL'), sampleResponse(10, 200), sampleRequest(12, 'BYE')]);
  assert.equal(record.outcome, 'answered');
});

test('a call without its INVITE is unknown, whatever else was seen', () => {
  const byeOnly = recordOf([sampleRequest(5, 'BYE', { toTag: 'tt' })]);
  assert.equal(byeOnly.outcome, 'unknown');
  const reInviteOnly = recordOf([invite(0, { toTag: 'tt' }), sampleResponse(1, 200), sampleRequest(9, 'BYE')]);
  assert.equal(reInviteOnly.outcome, 'unknown');
  assert.equal(reInviteOnly.inviteUs, null);
  assert.equal(reInviteOnly.durationMs, null);
  assert.equal(reInviteOnly.pddMs, null);
});

test('INVITE, 407, INVITE with credentials is one attempt that goes on', () => {
  const first = [invite(0), sampleResponse(10, 407), sampleRequest(20, 'ACK'), invite(30, { cseq: 2 })];
  const open = recordOf(first);
  assert.equal(open.outcome, 'trying');
  assert.equal(open.responseCode, 0);
  const ringing = recordOf([...first, sampleResponse(1_530, 180, { cseq: 2 })]);
  assert.equal(ringing.outcome, 'ringing');
  assert.equal(ringing.pddMs, 1.53);
  const answered = recordOf([...first, sampleResponse(1_530, 180), sampleResponse(9_000, 200)]);
  assert.equal(answered.outcome, 'answered');
  assert.equal(answered.responseCode, 200);
  const refusedAgain = recordOf([...first, sampleResponse(50, 407, { cseq: 2 })]);
  assert.equal(refusedAgain.outcome, 'challenged');
  assert.equal(refusedAgain.responseCode, 407);
  assert.equal(refusedAgain.pddMs, null);
});

test('the failure of a re-INVITE does not end an answered call otherwise', () => {
  const record = recordOf([
    invite(0),
    sampleResponse(100, 180),
    sampleResponse(2_000, 200),
    invite(5_000, { cseq: 2, toTag: 'tt' }),
    sampleResponse(5_100, 488, { cseq: 2 }),
    sampleRequest(1_002_000, 'BYE', { cseq: 3, toTag: 'tt' }),
  ]);
  assert.equal(record.outcome, 'answered');
  assert.equal(record.responseCode, 200);
  assert.equal(record.answerUs, 2_000);
  assert.equal(record.durationMs, 1_000);
  assert.equal(record.pddMs, 0.1);
});

test('the last gateway decides when a proxy hunts', () => {
  const toGateway = { sourceIp: '10.0.0.2', destinationIp: '10.0.0.3' };
  const fromGateway = { sourceIp: '10.0.0.3', destinationIp: '10.0.0.2' };
  const hunt = [invite(0), invite(1, toGateway), sampleResponse(2, 503, fromGateway), invite(3, toGateway)];
  assert.equal(recordOf([...hunt, sampleResponse(9, 486)]).outcome, 'busy');
  assert.equal(recordOf([...hunt, sampleResponse(9, 200)]).outcome, 'answered');
});

test('a retransmitted failure does not stretch the post-dial delay', () => {
  const record = recordOf([invite(0), sampleResponse(300, 503), sampleResponse(500_300, 503)]);
  assert.equal(record.pddMs, 0.3);
});

test('the post-dial delay ends at the answer when 18x came only to a re-INVITE, and is null when clocks disagree', () => {
  assert.equal(recordOf([invite(0), sampleResponse(400, 200), sampleResponse(9_000, 180)]).pddMs, 0.4);
  assert.equal(recordOf([invite(1_000), sampleResponse(400, 180)]).pddMs, null);
});

test('an answered call without BYE lasts to its last message, of whatever protocol', () => {
  const record = recordOf([
    invite(0),
    sampleResponse(1_000, 200),
    sampleRequest(61_000, 'RTCP', { payloadType: 5, method: '', node: 'media', sourceIp: '10.0.0.7' }),
  ]);
  assert.equal(record.durationMs, 60);
  assert.deepEqual(record.hosts, ['10.0.0.1', '10.0.0.2', '10.0.0.7']);
  assert.deepEqual(record.nodes, ['media', 'node-1']);
  assert.deepEqual(record.methods, ['INVITE']);
});

test('who calls whom is told by the first INVITE, else by the first message, always from the asking side', () => {
  const record = recordOf([
    sampleResponse(-50, 100, { fromUser: 'wrong' }),
    invite(1, { sourceIp: '10.0.0.2', destinationIp: '10.0.0.3', assertedUser: '4930' }),
    invite(0),
  ]);
  assert.equal(record.fromUser, 'alice');
  assert.equal(record.sourceIp, '10.0.0.1');
  assert.equal(record.destinationIp, '10.0.0.2');
  assert.equal(record.assertedUser, '4930', 'the identity that the proxy added on the next hop');
  const responsesOnly = recordOf([sampleResponse(3, 200)]);
  assert.equal(responsesOnly.sourceIp, '10.0.0.1');
  assert.equal(responsesOnly.fromUser, 'alice');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildLadder, type Ladder, type LadderMessageRow, type LadderOptions, rowText } from '../src/index.ts';
import { audio, challengedCall, GATEWAY, hop, PHONE, PROXY, proxiedCall } from './ladder-scenarios.ts';
import { sampleCallMessage } from './sample-messages.ts';

/** `left>right text` a row. */
function drawn(ladder: Ladder): string[] {
  return ladder.rows.map((row) =>
    row.kind === 'note' ? `${row.lane} ${row.label}` : `${row.fromLane}>${row.toLane} ${rowText(row)}`,
  );
}

function messageRow(ladder: Ladder, index: number): LadderMessageRow {
  const row = ladder.rows[index];
  assert.equal(row?.kind, 'message');
  return row as LadderMessageRow;
}

test('an answered call through a proxy has three lanes and every message once', () => {
  const ladder = buildLadder(proxiedCall());
  assert.deepEqual(
    ladder.lanes.map((lane) => lane.key),
    ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
  );
  assert.deepEqual(drawn(ladder), [
    '0>1 INVITE (PCMA)',
    '1>0 100 Trying',
    '1>2 INVITE (PCMA)',
    '2>1 180 Ringing',
    '1>0 180 Ringing',
    '2>1 200 OK',
    '1>0 200 OK',
    '0>1 ACK',
    '1>2 ACK',
    '0>1 BYE',
    '1>2 BYE',
    '2>1 200 OK',
    '1>0 200 OK',
  ]);
  assert.equal(ladder.firstFailureRow, null);
  const rows = ladder.rows as LadderMessageRow[];
  assert.deepEqual(
    rows.slice(0, 6).map((row) => [row.sincePreviousUs, row.sinceFirstUs, row.class, row.createsDialog]),
    [
      [0, 0, 'request', true],
      [1_000, 1_000, '1xx', false],
      [1_000, 2_000, 'request', true],
      [398_000, 400_000, '1xx', false],
      [1_000, 401_000, '1xx', false],
      [1_599_000, 2_000_000, '2xx', false],
    ],
  );
  assert.equal(rows[0]!.transaction, rows[6]!.transaction);
  assert.equal(rows[2]!.transaction, rows[5]!.transaction);
  assert.notEqual(rows[0]!.transaction, rows[2]!.transaction);
  assert.notEqual(rows[7]!.transaction, rows[0]!.transaction, 'the ACK to a 2xx is a transaction of its own');
});

test('the same messages in any order give the same ladder', () => {
  const messages = [...proxiedCall(), ...challengedCall().map((message) => ({ ...message, callId: 'call-2' }))].map(
    // Three rows a microsecond, so that ties have to be decided.
    (message) => ({ ...message, timestampUs: Math.trunc(message.timestampUs / 3_000) }),
  );
  const expected = buildLadder(messages, { expectBye: true });
  const shuffled = fc.shuffledSubarray(messages, { minLength: messages.length, maxLength: messages.length });
  fc.assert(
    fc.property(shuffled, (other) => {
      assert.deepEqual(buildLadder(other, { expectBye: true }), expected);
    }),
  );
});

test('with all times equal a request still comes before its responses, the ACK last, and hops in their order', () => {
  const flat = proxiedCall().map((message) => ({ ...message, timestampUs: 7 }));
  const order = drawn(buildLadder(flat.reverse()));
  assert.deepEqual(order, [
    '0>1 INVITE (PCMA)',
    '1>2 INVITE (PCMA)',
    '1>0 100 Trying',
    '2>1 180 Ringing',
    '1>0 180 Ringing',
    '2>1 200 OK',
    '1>0 200 OK',
    '0>1 ACK',
    '1>2 ACK',
    '0>1 BYE',
    '1>2 BYE',
    '2>1 200 OK',
    '1>0 200 OK',
  ]);
});

test('a response stamped a little before its request, and an ACK before the 200, stand behind it and keep their times', () => {
  const branch = { viaBranch: 'z9hG4bKk' };
  const early = [
    hop(0, PHONE, PROXY, 'INVITE', branch),
    hop(0.9, PHONE, PROXY, 'ACK', { viaBranch: 'z9hG4bKk2' }),
    hop(1, PROXY, PHONE, '200 OK', branch),
    hop(5, PROXY, PHONE, '200 OK', { viaBranch: 'z9hG4bKk3', cseq: 2, method: 'BYE' }),
    hop(5.2, PHONE, PROXY, 'BYE', { viaBranch: 'z9hG4bKk3', cseq: 2 }),
  ];
  const ladder = buildLadder(early);
  assert.deepEqual(drawn(ladder), ['0>1 INVITE', '1>0 200 OK', '0>1 ACK', '0>1 BYE', '1>0 200 OK']);
  assert.deepEqual(
    ladder.rows.map((row) => row.sincePreviousUs),
    [0, 1_000, -100, 4_300, -200],
  );
  const wrongClock = buildLadder([
    hop(0, PROXY, PHONE, '200 OK', { method: 'OPTIONS' }),
    hop(3_000, PHONE, PROXY, 'OPTIONS'),
  ]);
  assert.deepEqual(drawn(wrongClock), ['1>0 200 OK', '0>1 OPTIONS']);
});

test('a cancelled call is no failure, and its ACK belongs to the INVITE', () => {
  const branch = { viaBranch: 'z9hG4bKc' };
  const ladder = buildLadder([
    hop(0, PHONE, PROXY, 'INVITE', branch),
    hop(1, PROXY, PHONE, '180 Ringing', branch),
    hop(2, PHONE, PROXY, 'CANCEL', branch),
    hop(3, PROXY, PHONE, '200 OK', { ...branch, method: 'CANCEL' }),
    hop(4, PROXY, PHONE, '487 Request Terminated', branch),
    hop(5, PHONE, PROXY, 'ACK', branch),
  ]);
  assert.equal(ladder.rows.length, 6, 'nothing is missing');
  assert.equal(ladder.firstFailureRow, null);
  const keys = (ladder.rows as LadderMessageRow[]).map((row) => row.transaction);
  assert.equal(keys[5], keys[0]);
  assert.equal(keys[4], keys[0]);
  assert.equal(keys[3], keys[2]);
  assert.notEqual(keys[2], keys[0]);
});

test('a digest challenge is marked, is no failure when answered, and folds into the request with credentials', () => {
  const open = buildLadder(challengedCall());
  assert.deepEqual(
    (open.rows as LadderMessageRow[]).map((row) => row.digest),
    [null, 'challenge', null, 'credentials', null, null],
  );
  assert.equal(open.firstFailureRow, null);
  const folded = buildLadder(challengedCall(), { foldChallenges: true });
  assert.deepEqual(drawn(folded), ['0>1 INVITE +auth (challenged)', '1>0 200 OK', '0>1 ACK']);
  assert.deepEqual(
    messageRow(folded, 0).challenge.map((row) => row.label),
    ['INVITE', '407 Proxy Authentication Required', 'ACK'],
  );
});

test('a challenge that nobody answered is the failure; credentials refused again fold into the last attempt', () => {
  const once = buildLadder(challengedCall().slice(0, 3));
  assert.equal(once.firstFailureRow, 1);
  assert.equal(messageRow(once, 1).firstFailure, true);
  const third = { viaBranch: 'z9hG4bK9', cseq: 3 };
  const again = buildLadder(
    [
      ...challengedCall().slice(0, 4),
      hop(4, PROXY, PHONE, '407 Proxy Authentication Required', { viaBranch: 'z9hG4bK2', cseq: 2 }),
      hop(5, PHONE, PROXY, 'ACK', { viaBranch: 'z9hG4bK2', cseq: 2 }),
      hop(6, PHONE, PROXY, 'INVITE', third),
      hop(7, PROXY, PHONE, '403 Forbidden', third),
      hop(8, PHONE, PROXY, 'ACK', third),
    ],
    { foldChallenges: true },
  );
  assert.deepEqual(
    again.rows.map((row) => row.label),
    ['INVITE', '403 Forbidden', 'ACK'],
  );
  assert.equal(messageRow(again, 0).challenge.length, 6);
  assert.equal(again.firstFailureRow, 1);
});

test('retransmissions fold into the first row with their times, or stand alone and say of what', () => {
  const branch = { viaBranch: 'z9hG4bKr' };
  const messages = [
    hop(0, PHONE, PROXY, 'INVITE', branch),
    hop(500, PHONE, PROXY, 'INVITE', branch),
    hop(1_500, PHONE, PROXY, 'INVITE', branch),
    hop(1_600, PROXY, PHONE, '503 Service Unavailable', branch),
    hop(1_700, PHONE, PROXY, 'ACK', branch),
  ];
  const folded = buildLadder(messages);
  assert.deepEqual(drawn(folded), ['0>1 INVITE ×3', '1>0 503 Service Unavailable ✖', '0>1 ACK']);
  assert.deepEqual(
    messageRow(folded, 0).retransmissions.map(({ messageId, sinceFirstTransmissionUs }) => [
      messageId,
      sinceFirstTransmissionUs,
    ]),
    [
      [messages[1]!.id, 500_000],
      [messages[2]!.id, 1_500_000],
    ],
  );
  const open = buildLadder(messages, { foldRetransmissions: false });
  assert.deepEqual(
    (open.rows as LadderMessageRow[]).map((row) => row.retransmissionOf),
    [null, messages[0]!.id, messages[0]!.id, null, null],
  );
});

test('one packet seen by two nodes is one arrow, also when it was sent twice', () => {
  const branch = { viaBranch: 'z9hG4bKs' };
  const seen = (ms: number, node: string) => hop(ms, PHONE, PROXY, 'OPTIONS', { ...branch, node });
  const ladder = buildLadder([
    seen(0, 'node-1'),
    seen(3, 'node-2'),
    seen(500, 'node-1'),
    seen(503, 'node-2'),
    hop(510, PROXY, PHONE, '200 OK', { ...branch, method: 'OPTIONS', node: 'node-2' }),
  ]);
  assert.deepEqual(drawn(ladder), ['0>1 OPTIONS ×2 seen by 2', '1>0 200 OK']);
  const row = messageRow(ladder, 0);
  assert.deepEqual(
    row.observations.map(({ node, timestampUs }) => [node, timestampUs]),
    [
      ['node-1', 0],
      ['node-2', 3_000],
    ],
  );
  assert.equal(row.retransmissions[0]!.observations.length, 2);
  assert.equal(ladder.messageCount, 5);
});

test('copies that were not stored again count as captures of their packet', () => {
  const branch = { viaBranch: 'z9hG4bKs' };
  const seen = (ms: number, node: string, also: string[]) => ({
    ...hop(ms, PHONE, PROXY, 'OPTIONS', { ...branch, node }),
    alsoSeenBy: also.map((name) => ({ node: name, senderIp: '192.0.2.9', timestampUs: ms * 1000 + 2000 })),
  });
  // Of the second transmission the copy was stored: it came too late.
  const messages = [seen(0, 'node-1', ['node-2', 'node-3']), seen(500, 'node-1', []), seen(590, 'node-2', [])];
  const ladder = buildLadder(messages, { ghosts: false });
  assert.deepEqual(drawn(ladder), ['0>1 OPTIONS ×2 seen by 3']);
  const row = messageRow(ladder, 0);
  assert.deepEqual(
    row.observations.map(({ node, messageId }) => [node, messageId]),
    ['node-1', 'node-2', 'node-3'].map((node) => [node, messages[0]!.id]),
  );
  assert.equal(row.retransmissions[0]!.observations.length, 2);
  assert.equal(ladder.messageCount, 3);
});

test('a packet that a mirror port gave twice is no retransmission', () => {
  const branch = { viaBranch: 'z9hG4bKm' };
  const ladder = buildLadder([hop(0, PHONE, PROXY, 'BYE', branch), hop(0.02, PHONE, PROXY, 'BYE', branch)], {
    ghosts: false,
  });
  const row = messageRow(ladder, 0);
  assert.equal(ladder.rows.length, 1);
  assert.equal(row.observations.length, 2);
  assert.equal(row.seenBy, 1);
  assert.equal(row.retransmissions.length, 0);
});

test('provisional responses of two forks are two rows', () => {
  const branch = { viaBranch: 'z9hG4bKf' };
  const ladder = buildLadder(
    [
      hop(0, PHONE, PROXY, 'INVITE', branch),
      hop(50, PROXY, PHONE, '180 Ringing', { ...branch, toTag: 'one' }),
      hop(90, PROXY, PHONE, '180 Ringing', { ...branch, toTag: 'two' }),
    ],
    { ghosts: false },
  );
  assert.equal(ladder.rows.length, 3);
});

test('two legs of a back-to-back user agent share its lane, in the order of the path though its clock is ahead', () => {
  const legB = { callId: 'call-b', viaBranch: 'z9hG4bKlegb', fromTag: 'fb', node: 'node-2' };
  const ladder = buildLadder(
    [
      hop(0, PROXY, GATEWAY, 'INVITE', legB),
      hop(5, PHONE, PROXY, 'INVITE', { viaBranch: 'z9hG4bKlega' }),
      hop(60, GATEWAY, PROXY, '486 Busy Here', legB),
      hop(70, PROXY, PHONE, '486 Busy Here', { viaBranch: 'z9hG4bKlega' }),
    ],
    { ghosts: false },
  );
  assert.deepEqual(
    ladder.lanes.map((lane) => lane.key),
    ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
  );
  assert.deepEqual(
    ladder.legs.map((leg) => [leg.callId, leg.messageCount]),
    [
      ['call-b', 2],
      ['call-1', 2],
    ],
  );
  assert.deepEqual(
    ladder.rows.map((row) => row.leg),
    [0, 1, 0, 1],
  );
  assert.equal(ladder.firstFailureRow, 2);
});

test('an ACK that did not come is a ghost behind the final response', () => {
  const branch = { viaBranch: 'z9hG4bKn' };
  const messages = [hop(0, PHONE, PROXY, 'INVITE', branch), hop(9, PROXY, PHONE, '404 Not Found', branch)];
  const ladder = buildLadder(messages);
  assert.deepEqual(drawn(ladder), ['0>1 INVITE', '1>0 404 Not Found ✖', '0>1 (no ACK)']);
  assert.equal(ladder.rows[2]!.id, `ghost-ack-${messages[1]!.id}`);
  assert.equal(buildLadder(messages, { ghosts: false }).rows.length, 2);
  assert.equal(buildLadder(messages, { observedUntilUs: 1_000_000 }).rows.length, 2, 'its time is not up');
  assert.equal(buildLadder(messages, { observedUntilUs: 40_000_000 }).rows.length, 3);
});

test('a final response that did not come is a ghost from the other side; ringing may take three minutes', () => {
  const branch = { viaBranch: 'z9hG4bKp' };
  const messages = [hop(0, PHONE, PROXY, 'INVITE', branch), hop(9, PROXY, PHONE, '180 Ringing', branch)];
  assert.deepEqual(drawn(buildLadder(messages)), ['0>1 INVITE', '1>0 180 Ringing', '1>0 (no final response)']);
  assert.equal(buildLadder(messages, { observedUntilUs: 100_000_000 }).rows.length, 2);
  assert.equal(buildLadder(messages.slice(0, 1), { observedUntilUs: 100_000_000 }).rows.length, 2);
});

test('the ACK to a 2xx that goes another way is not missing', () => {
  const direct = proxiedCall()
    .filter((message) => message.method !== 'ACK')
    .concat(hop(2_050, PHONE, GATEWAY, 'ACK', { viaBranch: 'z9hG4bKdirect' }));
  assert.equal(
    buildLadder(direct).rows.some((row) => row.kind === 'ghost'),
    false,
  );
});

test('a BYE is missing only when asked for', () => {
  const talking = proxiedCall().slice(0, 9);
  assert.equal(buildLadder(talking).rows.length, 9);
  assert.deepEqual(drawn(buildLadder(talking, { expectBye: true })).slice(9), ['0>1 (no BYE)']);
  assert.equal(buildLadder(proxiedCall(), { expectBye: true }).rows.length, 13);
});

test('lone responses make no ghosts, and the asking side is on the left', () => {
  const ladder = buildLadder([hop(0, GATEWAY, PHONE, '486 Busy Here')]);
  assert.deepEqual(drawn(ladder), ['1>0 486 Busy Here ✖']);
  assert.equal(ladder.lanes[0]!.key, PHONE[0]);
});

test('ports of one host share a lane, but a host that talks to itself has one a port', () => {
  const keys = (messages: Parameters<typeof buildLadder>[0], options: LadderOptions = {}) =>
    buildLadder(messages, options).lanes.map((lane) => lane.key);
  const tcp = [
    hop(0, ['10.0.0.1', 49_152], PROXY, 'INVITE'),
    hop(5, ['10.0.0.1', 49_999], PROXY, 'OPTIONS', { cseq: 5 }),
  ];
  assert.deepEqual(keys(tcp), ['10.0.0.1', '10.0.0.2']);
  assert.deepEqual(buildLadder(tcp).lanes[0]!.ports, [49_152, 49_999]);
  assert.equal(keys(tcp, { lanesBy: 'endpoint' }).length, 3);
  const laboratory = [
    hop(0, ['127.0.0.1', 5071], ['127.0.0.1', 5060], 'INVITE'),
    hop(1, ['127.0.0.1', 5060], ['127.0.0.1', 5072], 'INVITE', { viaBranch: 'z9hG4bKx' }),
  ];
  assert.deepEqual(keys(laboratory), ['127.0.0.1:5071', '127.0.0.1:5060', '127.0.0.1:5072']);
  const alone = buildLadder(laboratory, { lanesBy: 'address', ghosts: false });
  assert.deepEqual(drawn(alone), ['0>0 INVITE', '0>0 INVITE']);
});

test('IPv6 endpoints are lanes with brackets only where a port follows', () => {
  const a: [string, number] = ['2001:db8::1', 5060];
  const b: [string, number] = ['2001:db8::2', 5060];
  assert.deepEqual(
    buildLadder([hop(0, a, b, 'INVITE')]).lanes.map((lane) => lane.key),
    ['2001:db8::1', '2001:db8::2'],
  );
  assert.deepEqual(
    buildLadder([hop(0, a, b, 'INVITE')], { lanesBy: 'endpoint' }).lanes.map((lane) => lane.key),
    ['[2001:db8::1]:5060', '[2001:db8::2]:5060'],
  );
});

test('aliases merge hosts, the order can be given, and what hidden lanes said is counted', () => {
  const alias = (ip: string) => (ip === '10.0.0.2' || ip === '10.0.0.3' ? 'core' : undefined);
  const merged = buildLadder(proxiedCall(), { alias });
  assert.deepEqual(
    merged.lanes.map((lane) => [lane.key, lane.addresses]),
    [
      ['10.0.0.1', ['10.0.0.1']],
      ['core', ['10.0.0.2', '10.0.0.3']],
    ],
  );
  const turned = buildLadder(proxiedCall(), { laneOrder: ['10.0.0.3', 'nobody', '10.0.0.1'] });
  assert.deepEqual(
    turned.lanes.map((lane) => lane.key),
    ['10.0.0.3', '10.0.0.1', '10.0.0.2'],
  );
  const hidden = buildLadder(proxiedCall(), { hiddenLanes: ['10.0.0.3'] });
  assert.deepEqual(
    hidden.hiddenLanes.map((lane) => lane.key),
    ['10.0.0.3'],
  );
  assert.equal(hidden.rows.length, 7);
  assert.equal(hidden.hiddenMessageCount, 6);
});

test('other protocols are notes at a lane that SIP made, or at none', () => {
  const note = { payloadType: 5, method: '', callId: 'call-1', text: '{"type":200}\nmore' };
  const ladder = buildLadder([
    ...proxiedCall(),
    sampleCallMessage({ ...note, timestampUs: 3_000_000, sourceIp: '10.0.0.3', sourcePort: 4001 }),
    sampleCallMessage({
      ...note,
      timestampUs: 3_000_001,
      payloadType: 100,
      sourceIp: '172.16.0.1',
      destinationIp: '172.16.0.2',
    }),
  ]);
  assert.equal(ladder.lanes.length, 3);
  assert.deepEqual(drawn(ladder).slice(9, 11), ['2 RTCP: {"type":200}', 'null log: {"type":200}']);
});

test('the SDP chip names the codec and says hold', () => {
  const chip = (sdp: ReturnType<typeof audio>) =>
    messageRow(buildLadder([hop(0, PHONE, PROXY, 'INVITE', { sdp })], { ghosts: false }), 0).sdp;
  assert.deepEqual(chip(audio(['telephone-event/8000', 'opus/48000/2'])), {
    codec: 'opus',
    direction: 'sendrecv',
    hold: false,
    mediaCount: 1,
  });
  assert.equal(chip(audio(['PCMU/8000'], { direction: 'sendonly' }))?.hold, true);
  assert.equal(chip(audio(['PCMU/8000'], { address: '0.0.0.0' }))?.hold, true);
  assert.equal(chip(audio(['PCMU/8000'], { direction: 'recvonly' }))?.hold, false);
  assert.equal(chip({ origin: '', media: [] }), null);
});

test('branches of RFC 2543 do not join what they do not identify', () => {
  const old = { viaBranch: '1' };
  const ladder = buildLadder([
    hop(0, PHONE, PROXY, 'INVITE', old),
    hop(1, PROXY, PHONE, '404 Not Found', old),
    hop(2, PHONE, PROXY, 'ACK', old),
    hop(3, PHONE, PROXY, 'INVITE', { ...old, cseq: 2 }),
    hop(4, PROXY, PHONE, '404 Not Found', { ...old, cseq: 2 }),
    hop(5, PHONE, PROXY, 'ACK', { ...old, cseq: 2 }),
  ]);
  const keys = (ladder.rows as LadderMessageRow[]).map((row) => row.transaction);
  assert.equal(new Set(keys).size, 2);
  assert.equal(keys[2], keys[0]);
  assert.equal(ladder.rows.length, 6);
});

test('time can be counted from a marked message', () => {
  const messages = proxiedCall();
  const ladder = buildLadder(messages, { markedId: messages[3]!.id });
  assert.deepEqual(
    ladder.rows.slice(2, 6).map((row) => row.sinceMarkedUs),
    [-398_000, 0, 1_000, 1_600_000],
  );
  assert.equal(buildLadder(messages).rows[0]!.sinceMarkedUs, null);
});

test('whatever the messages are, each is in the ladder once and nothing throws', () => {
  const ip = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '2001:db8::1');
  const message = fc
    .record({
      timestampUs: fc.integer({ min: 0, max: 100_000 }),
      method: fc.constantFrom('INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', ''),
      responseCode: fc.constantFrom(0, 0, 0, 100, 180, 200, 302, 401, 407, 487, 503, 799),
      cseq: fc.integer({ min: 0, max: 3 }),
      viaBranch: fc.constantFrom('', '1', 'z9hG4bK', 'z9hG4bKa', 'z9hG4bKb'),
      callId: fc.constantFrom('a', 'b'),
      node: fc.constantFrom('n1', 'n2'),
      payloadType: fc.constantFrom(1, 1, 1, 5),
      toTag: fc.constantFrom('', 't'),
      sourceIp: ip,
      destinationIp: ip,
      sourcePort: fc.constantFrom(5060, 5070),
    })
    .map((fields) => sampleCallMessage(fields));
  const idsOf = (row: LadderMessageRow): string[] => [
    ...row.observations.map((observation) => observation.messageId),
    ...row.retransmissions.flatMap((again) => again.observations.map((observation) => observation.messageId)),
    ...row.challenge.flatMap(idsOf),
  ];
  fc.assert(
    fc.property(fc.array(message, { maxLength: 40 }), fc.boolean(), fc.boolean(), (messages, foldA, foldB) => {
      const ladder = buildLadder(messages, { foldRetransmissions: foldA, foldChallenges: foldB, expectBye: true });
      const ids = ladder.rows.flatMap((row) =>
        row.kind === 'message' ? idsOf(row) : row.kind === 'note' ? [row.id] : [],
      );
      assert.deepEqual(ids.sort(), messages.map((each) => each.id).sort());
      for (const row of ladder.rows) {
        if (row.kind === 'note') continue;
        assert.ok(ladder.lanes[row.fromLane] && ladder.lanes[row.toLane]);
      }
    }),
    { numRuns: 300 },
  );
});

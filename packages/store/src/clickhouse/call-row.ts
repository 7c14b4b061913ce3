import { BUSY_CODES, type CallFacts, completeCallRecord, NO_ANSWER_CODES, REJECTED_CODES } from '@calliope/calls';
import type { CallRecord } from '@calliope/model';
import {
  assertedUser,
  CALL_AGGREGATES,
  finalParts,
  identityParts,
  isCallMask,
  methodNames,
  NEVER,
  seenMembers,
} from './calls-table.ts';
import type { RowReader } from './row-reader.ts';
import { integerLiteral, listLiteral, type Sql } from './sql-literal.ts';

const NEVER_US = BigInt(NEVER);

const answer = finalParts('m_answer');
const failure = finalParts('m_failure');
const challenge = finalParts('m_challenge');
const identity = identityParts('m_identity');

/** A call's columns as expressions over its merged aggregates (named `m_…`), by the table at `RawCallRecord` in `@calliope/calls`. */
const DERIVED: ReadonlyArray<[name: string, expression: Sql]> = [
  ['first_us', 'm_first_us'],
  ['last_us', 'm_last_us'],
  ['invite_us', 'm_invite_us'],
  ['trying_us', 'm_trying_us'],
  ['ringing_us', 'm_ringing_us'],
  ['answer_us', `if(${answer.present}, ${answer.us}, ${NEVER})`],
  ['ack_us', 'm_ack_us'],
  ['cancel_us', 'm_cancel_us'],
  ['bye_us', 'm_bye_us'],
  ['final_us', `if(${answer.present}, answer_us, m_first_failure_us)`],
  ['start_us', `if(m_invite_us != ${NEVER}, m_invite_us, m_first_us)`],
  [
    'final',
    `multiIf(${answer.present}, m_answer, ${failure.present}, m_failure,
      ${challenge.present} AND ${challenge.us} >= m_last_invite_us, m_challenge, '')`,
  ],
  ['code', `if(final = '', 0, ${finalParts('final').code})`],
  ['reason', finalParts('final').reason],
  ['src_ip', identity.srcIp],
  ['dst_ip', identity.dstIp],
  ['from_user', identity.fromUser],
  ['from_host', identity.fromHost],
  ['to_user', identity.toUser],
  ['to_host', identity.toHost],
  ['request_user', identity.requestUser],
  ['asserted_user', assertedUser('m_asserted')],
  ['hosts', seenMembers('m_seen', 'host')],
  ['user_agents', seenMembers('m_seen', 'userAgent')],
  ['nodes', seenMembers('m_seen', 'node')],
  ['methods', methodNames('m_methods')],
  ['message_count', 'm_message_count'],
  [
    'outcome',
    `multiIf(invite_us = ${NEVER}, 'unknown', ${answer.present}, 'answered', code BETWEEN 300 AND 399, 'redirected',
      code IN (401, 407), 'challenged', code IN ${codes(BUSY_CODES)}, 'busy', code IN ${codes(NO_ANSWER_CODES)}, 'no_answer',
      code = 487, 'cancelled', code IN ${codes(REJECTED_CODES)}, 'rejected', code != 0, 'failed',
      cancel_us != ${NEVER}, 'cancelled', ringing_us != ${NEVER}, 'ringing', 'trying')`,
  ],
  ['progress_us', 'least(ringing_us, final_us)'],
  [
    'pdd_ms',
    `if(invite_us = ${NEVER} OR progress_us = ${NEVER} OR progress_us < invite_us, NULL, (progress_us - invite_us) / 1000)`,
  ],
  ['end_us', `if(bye_us != ${NEVER}, bye_us, last_us)`],
  ['duration_ms', "if(outcome != 'answered' OR end_us < answer_us, NULL, (end_us - answer_us) / 1000)"],
];

function codes(values: readonly number[]): Sql {
  return listLiteral(values, integerLiteral);
}

/**
 * Calls (one row each, columns of {@link DERIVED}) whose `slot` and `call_id` satisfy `keys`. FINAL merges the fragments while it reads them in the
 * order of Call-IDs: a third of the time, and hardly any of the memory, of a GROUP BY. PREWHERE, because a condition on keys may hold before
 * the merge, and then only the fragments wanted are read; ClickHouse does not move it there by itself.
 */
export function selectCalls(keys: Sql): Sql {
  const merged = CALL_AGGREGATES.map(({ name }) => `${name} AS m_${name}`).join(', ');
  const derived = DERIVED.map(([name, expression]) => `${expression} AS ${name}`).join(', ');
  return `SELECT call_id, ${derived} FROM (
    SELECT call_id, ${merged} FROM calliope.calls FINAL PREWHERE ${keys}
  ) WHERE ${isCallMask('m_methods')}`;
}

/** What is read of a call, in the order of {@link readCall}. */
export const CALL_COLUMNS: Sql = [
  'start_us',
  'call_id',
  'first_us',
  'last_us',
  'from_user',
  'from_host',
  'to_user',
  'to_host',
  'request_user',
  'asserted_user',
  'invite_us',
  'trying_us',
  'ringing_us',
  'answer_us',
  'ack_us',
  'cancel_us',
  'bye_us',
  'final_us',
  'code',
  'reason',
  'src_ip',
  'dst_ip',
  'hosts',
  'user_agents',
  'nodes',
  'methods',
  'message_count',
].join(', ');

export interface CallRow {
  /** What lists of calls are ordered by: the INVITE's time, else the first message's. */
  startUs: number;
  call: CallRecord;
}

export function readCall(row: RowReader): CallRow {
  const time = (): number | null => row.integerUnless(NEVER_US);
  const startUs = row.integer();
  const facts: CallFacts = {
    callId: row.text(),
    firstUs: row.integer(),
    lastUs: row.integer(),
    fromUser: row.text(),
    fromHost: row.text(),
    toUser: row.text(),
    toHost: row.text(),
    requestUser: row.text(),
    assertedUser: row.text(),
    inviteUs: time(),
    tryingUs: time(),
    ringingUs: time(),
    answerUs: time(),
    ackUs: time(),
    cancelUs: time(),
    byeUs: time(),
    finalUs: time(),
    responseCode: row.u16(),
    reasonPhrase: row.text(),
    sourceIp: row.address(),
    destinationIp: row.address(),
    hosts: sortedSet(row.list(() => row.address())),
    userAgents: sortedSet(row.list(() => row.text())),
    nodes: sortedSet(row.list(() => row.text())),
    methods: sortedSet(row.list(() => row.text())),
    messageCount: row.integer(),
  };
  return { startUs, call: completeCallRecord(facts) };
}

/** By code point, which is the order of UTF-8 bytes. Two texts with different invalid bytes read the same. */
function sortedSet(values: readonly string[]): string[] {
  return [...new Set(values)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

import type { CallIdentity, FinalResponse, RawCallRecord, TimedText } from './raw-call-record.ts';
import { CALL_SET_LIMIT } from './raw-call-record.ts';
import { compareText, uniteSorted } from './text-order.ts';

/** The parts of a {@link RawCallRecord} that are aggregates; the rest is derived from them. */
export type CallAggregates = Pick<
  RawCallRecord,
  | 'callId'
  | 'firstUs'
  | 'lastUs'
  | 'inviteUs'
  | 'lastInviteUs'
  | 'tryingUs'
  | 'ringingUs'
  | 'ackUs'
  | 'cancelUs'
  | 'byeUs'
  | 'answer'
  | 'failure'
  | 'firstFailureUs'
  | 'challenge'
  | 'identity'
  | 'asserted'
  | 'hosts'
  | 'userAgents'
  | 'nodes'
  | 'methods'
  | 'messageCount'
>;

/**
 * One record of two of the same Call-ID. Commutative and associative, and idempotent but for `messageCount`, which is a sum:
 * whoever merges the same messages twice counts them twice and gets everything else right.
 */
export function mergeCallRecords(a: RawCallRecord, b: RawCallRecord): RawCallRecord {
  return deriveFacts({
    callId: a.callId,
    firstUs: Math.min(a.firstUs, b.firstUs),
    lastUs: Math.max(a.lastUs, b.lastUs),
    inviteUs: least(a.inviteUs, b.inviteUs),
    lastInviteUs: greatest(a.lastInviteUs, b.lastInviteUs),
    tryingUs: least(a.tryingUs, b.tryingUs),
    ringingUs: least(a.ringingUs, b.ringingUs),
    ackUs: least(a.ackUs, b.ackUs),
    cancelUs: least(a.cancelUs, b.cancelUs),
    byeUs: least(a.byeUs, b.byeUs),
    answer: pick(a.answer, b.answer, compareFinals),
    failure: pick(a.failure, b.failure, (x, y) => compareFinals(y, x)),
    firstFailureUs: least(a.firstFailureUs, b.firstFailureUs),
    challenge: pick(a.challenge, b.challenge, (x, y) => compareFinals(y, x)),
    identity: pick(a.identity, b.identity, compareIdentities),
    asserted: pick(a.asserted, b.asserted, compareTimedTexts),
    hosts: uniteSorted(a.hosts, b.hosts, CALL_SET_LIMIT),
    userAgents: uniteSorted(a.userAgents, b.userAgents, CALL_SET_LIMIT),
    nodes: uniteSorted(a.nodes, b.nodes, CALL_SET_LIMIT),
    methods: uniteSorted(a.methods, b.methods, CALL_SET_LIMIT),
    messageCount: a.messageCount + b.messageCount,
  });
}

/** Adds the fields that follow from the aggregates (the lines marked "derived" in the table at {@link RawCallRecord}). */
export function deriveFacts(aggregates: CallAggregates): RawCallRecord {
  const { answer, failure, challenge, lastInviteUs, identity } = aggregates;
  const challengeStands = challenge !== null && (lastInviteUs === null || challenge.timestampUs >= lastInviteUs);
  const final = answer ?? failure ?? (challengeStands ? challenge : null);
  return {
    ...aggregates,
    fromUser: identity?.fromUser ?? '',
    fromHost: identity?.fromHost ?? '',
    toUser: identity?.toUser ?? '',
    toHost: identity?.toHost ?? '',
    requestUser: identity?.requestUser ?? '',
    assertedUser: aggregates.asserted?.text ?? '',
    sourceIp: identity?.sourceIp ?? '',
    destinationIp: identity?.destinationIp ?? '',
    answerUs: answer?.timestampUs ?? null,
    responseCode: final?.code ?? 0,
    reasonPhrase: final?.reasonPhrase ?? '',
    finalUs: answer?.timestampUs ?? aggregates.firstFailureUs,
  };
}

function least(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

function greatest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

function pick<T>(a: T | null, b: T | null, compare: (a: T, b: T) => number): T | null {
  return a === null ? b : b === null ? a : compare(a, b) <= 0 ? a : b;
}

function compareFinals(a: FinalResponse, b: FinalResponse): number {
  return a.timestampUs - b.timestampUs || a.code - b.code || compareText(a.reasonPhrase, b.reasonPhrase);
}

function compareTimedTexts(a: TimedText, b: TimedText): number {
  return a.timestampUs - b.timestampUs || compareText(a.text, b.text);
}

function compareIdentities(a: CallIdentity, b: CallIdentity): number {
  return (
    a.rank - b.rank ||
    a.timestampUs - b.timestampUs ||
    compareText(a.sourceIp, b.sourceIp) ||
    compareText(a.destinationIp, b.destinationIp) ||
    compareText(a.fromUser, b.fromUser) ||
    compareText(a.fromHost, b.fromHost) ||
    compareText(a.toUser, b.toUser) ||
    compareText(a.toHost, b.toHost) ||
    compareText(a.requestUser, b.requestUser)
  );
}

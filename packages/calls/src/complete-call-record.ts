import type { CallRecord } from '@calliope/model';
import { outcomeOf } from './outcome-of.ts';
import type { CallFacts } from './raw-call-record.ts';

/**
 * The record that everybody sees, from what a store kept. Milliseconds, with fraction:
 * - `pddMs`: `inviteUs` to `ringingUs`, or to `finalUs` when that is earlier or nothing rang (RFC 6076 section 4.3, measured from the first INVITE, so
 *   that a digest challenge counts as delay; 401 and 407 themselves never end it). Null without both ends, and when the clocks of two nodes
 *   disagree so much that it would be negative.
 * - `durationMs`: `answerUs` to `byeUs`, else to `lastUs`; null unless the outcome is `answered`, and when it would be negative.
 */
export function completeCallRecord(facts: CallFacts): CallRecord {
  const outcome = outcomeOf(facts);
  const { inviteUs, ringingUs, finalUs, answerUs, byeUs } = facts;
  // A provisional response after the answer belongs to a re-INVITE.
  const progressUs = ringingUs === null ? finalUs : finalUs === null ? ringingUs : Math.min(ringingUs, finalUs);
  return {
    callId: facts.callId,
    firstUs: facts.firstUs,
    lastUs: facts.lastUs,
    fromUser: facts.fromUser,
    fromHost: facts.fromHost,
    toUser: facts.toUser,
    toHost: facts.toHost,
    requestUser: facts.requestUser,
    assertedUser: facts.assertedUser,
    inviteUs,
    tryingUs: facts.tryingUs,
    ringingUs,
    answerUs,
    ackUs: facts.ackUs,
    cancelUs: facts.cancelUs,
    byeUs,
    responseCode: facts.responseCode,
    reasonPhrase: facts.reasonPhrase,
    outcome,
    pddMs: millisecondsBetween(inviteUs, progressUs),
    durationMs: outcome === 'answered' ? millisecondsBetween(answerUs, byeUs ?? facts.lastUs) : null,
    sourceIp: facts.sourceIp,
    destinationIp: facts.destinationIp,
    hosts: facts.hosts,
    userAgents: facts.userAgents,
    nodes: facts.nodes,
    methods: facts.methods,
    messageCount: facts.messageCount,
  };
}

function millisecondsBetween(fromUs: number | null, toUs: number | null): number | null {
  if (fromUs === null || toUs === null || toUs < fromUs) return null;
  return (toUs - fromUs) / 1000;
}

import type { CallRecord } from '@calliope/model';

/** A call without what is computed at the end: the columns that a store reads back before {@link completeCallRecord}. */
export interface CallFacts extends Omit<CallRecord, 'outcome' | 'pddMs' | 'durationMs'> {
  /** Time of the first final response that counts: `answerUs`, else the first failure (see {@link RawCallRecord}); null when none. */
  finalUs: number | null;
}

/** A final response to an INVITE. Ordered by time, then code, then reason phrase, so that ties are decided alike everywhere. */
export interface FinalResponse {
  timestampUs: number;
  code: number;
  reasonPhrase: string;
}

/** Who calls whom, as one message tells it. Ordered field by field, in the order given here. */
export interface CallIdentity {
  /** 0: an initial INVITE; 1: any other SIP message. */
  rank: 0 | 1;
  timestampUs: number;
  /** Of a response, the two addresses are swapped: always from the side that asked to the side that was asked. */
  sourceIp: string;
  destinationIp: string;
  fromUser: string;
  fromHost: string;
  toUser: string;
  toHost: string;
  /** '' from a response. */
  requestUser: string;
}

/** Value with the time that it was seen at. */
export interface TimedText {
  timestampUs: number;
  text: string;
}

/**
 * What the messages of one Call-ID add up to, in a form that merges in any order and grouping. Each field is one SQL aggregate over messages;
 * the fields of {@link CallFacts} marked (derived) are expressions over aggregates. This table is the rule for every store:
 *
 * | field | aggregate | over the messages with |
 * |---|---|---|
 * | firstUs, lastUs | min, max of time | any |
 * | messageCount | count | any |
 * | hosts | union of source and destination address | any |
 * | nodes | union | any |
 * | userAgents, methods | union, without '' | any |
 * | inviteUs, lastInviteUs | min, max of time | initial INVITE: `method = INVITE`, `responseCode = 0`, `toTag = ''` |
 * | tryingUs | min of time | method INVITE, code 100 |
 * | ringingUs | min of time | method INVITE, code 180..199 |
 * | answer | min of (time, code, reason) | method INVITE, code 200..299 |
 * | failure | max of (time, code, reason) | method INVITE, code 300..699 but 401 and 407 |
 * | firstFailureUs | min of time | the same |
 * | challenge | max of (time, code, reason) | method INVITE, code 401 or 407 |
 * | ackUs, cancelUs, byeUs | min of time | request ACK, CANCEL, BYE |
 * | identity | min of (rank, time, …) | payload type 1 (SIP) |
 * | asserted | min of (time, assertedUser) | initial INVITE with an assertedUser |
 * | answerUs (derived) | `answer.time` | |
 * | responseCode, reasonPhrase (derived) | of `answer`, else of `failure`, else of `challenge` if `challenge.time >= lastInviteUs` (or there is no INVITE), else 0 and '' | |
 * | finalUs (derived) | `answer.time`, else `firstFailureUs`, else null | |
 * | fromUser … requestUser, sourceIp, destinationIp (derived) | of `identity` | |
 * | assertedUser (derived) | of `asserted` | |
 *
 * Everything but time, count, hosts and nodes looks at SIP only (payload type 1).
 *
 * Why so: a 2xx ends the question whether a call was answered, so failures of re-INVITEs and of forked branches (487) never override it. Of
 * failures the last counts, because a proxy that tried several gateways answers its caller last. A challenge that was followed by another INVITE
 * is the same attempt going on (RFC 3261 section 22). `failure` is the last, retransmissions included, so its time says nothing of
 * delay: `firstFailureUs` does.
 *
 * Sets hold the least {@link CALL_SET_LIMIT} values, sorted by code point: a union cut like that still merges in any order, and nobody can make
 * a record grow for ever by inventing user agents.
 */
export interface RawCallRecord extends CallFacts {
  lastInviteUs: number | null;
  answer: FinalResponse | null;
  failure: FinalResponse | null;
  firstFailureUs: number | null;
  challenge: FinalResponse | null;
  identity: CallIdentity | null;
  asserted: TimedText | null;
}

/** Most values that hosts, userAgents, nodes and methods hold each. */
export const CALL_SET_LIMIT = 256;

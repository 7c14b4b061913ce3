import { type MessageSummary, PayloadType } from '@calliope/model';
import { deriveFacts, mergeCallRecords } from './merge-call-records.ts';
import type { CallIdentity, FinalResponse, RawCallRecord } from './raw-call-record.ts';
import { uniteSorted } from './text-order.ts';

/**
 * The record with one more message of the same Call-ID; of the message alone when `raw` is undefined.
 * Any order of messages gives the same record (rules at {@link RawCallRecord}). The same message twice counts twice and changes nothing else.
 */
export function foldMessage(raw: RawCallRecord | undefined, message: MessageSummary): RawCallRecord {
  const fragment = fragmentOf(message);
  return raw ? mergeCallRecords(raw, fragment) : fragment;
}

function fragmentOf(message: MessageSummary): RawCallRecord {
  const { timestampUs } = message;
  const sip = message.payloadType === PayloadType.SIP;
  const code = sip ? message.responseCode : 0;
  const request = sip && code === 0 ? message.method : '';
  const inviteCode = sip && message.method === 'INVITE' ? code : 0;
  const initialInvite = request === 'INVITE' && message.toTag === '';
  const challenged = inviteCode === 401 || inviteCode === 407;
  const failed = inviteCode >= 300 && inviteCode <= 699 && !challenged;
  const at = (condition: boolean): number | null => (condition ? timestampUs : null);
  const final = (condition: boolean): FinalResponse | null =>
    condition ? { timestampUs, code, reasonPhrase: message.reasonPhrase } : null;

  return deriveFacts({
    callId: message.callId,
    firstUs: timestampUs,
    lastUs: timestampUs,
    inviteUs: at(initialInvite),
    lastInviteUs: at(initialInvite),
    tryingUs: at(inviteCode === 100),
    ringingUs: at(inviteCode >= 180 && inviteCode <= 199),
    ackUs: at(request === 'ACK'),
    cancelUs: at(request === 'CANCEL'),
    byeUs: at(request === 'BYE'),
    answer: final(inviteCode >= 200 && inviteCode <= 299),
    failure: final(failed),
    firstFailureUs: at(failed),
    challenge: final(challenged),
    identity: sip ? identityOf(message, initialInvite) : null,
    asserted: initialInvite && message.assertedUser !== '' ? { timestampUs, text: message.assertedUser } : null,
    hosts: uniteSorted(setOf(message.sourceIp), setOf(message.destinationIp), 2),
    userAgents: setOf(sip ? message.userAgent : ''),
    nodes: setOf(message.node),
    methods: setOf(sip ? message.method : ''),
    messageCount: 1,
  });
}

function identityOf(message: MessageSummary, initialInvite: boolean): CallIdentity {
  const response = message.responseCode !== 0;
  return {
    rank: initialInvite ? 0 : 1,
    timestampUs: message.timestampUs,
    sourceIp: response ? message.destinationIp : message.sourceIp,
    destinationIp: response ? message.sourceIp : message.destinationIp,
    fromUser: message.fromUser,
    fromHost: message.fromHost,
    toUser: message.toUser,
    toHost: message.toHost,
    requestUser: response ? '' : message.requestUser,
  };
}

function setOf(value: string): string[] {
  return value === '' ? [] : [value];
}

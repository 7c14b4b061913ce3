import type { CallMessage, MessageSummary } from '@calliope/model';

let serial = 0;

/** A request from 10.0.0.1:5060 to 10.0.0.2:5060 at 1,000,000 µs unless told otherwise. */
export function sampleMessage(fields: Partial<MessageSummary> = {}): MessageSummary {
  serial++;
  return {
    id: `m${serial}`,
    timestampUs: 1_000_000,
    node: 'node-1',
    payloadType: 1,
    transport: 'udp',
    ipVersion: 4,
    sourceIp: '10.0.0.1',
    sourcePort: 5060,
    destinationIp: '10.0.0.2',
    destinationPort: 5060,
    callId: 'call-1',
    method: 'INVITE',
    responseCode: 0,
    reasonPhrase: '',
    cseq: 1,
    fromUser: 'alice',
    fromHost: 'a.example',
    fromTag: 'ft',
    toUser: 'bob',
    toHost: 'b.example',
    toTag: '',
    requestUser: 'bob',
    requestHost: 'b.example',
    assertedUser: '',
    diversionUser: '',
    userAgent: '',
    correlationId: '',
    defects: [],
    size: 500,
    ...fields,
  };
}

/** The same with what the ladder needs. */
export function sampleCallMessage(fields: Partial<CallMessage> = {}): CallMessage {
  return { ...sampleMessage(fields), text: '', viaBranch: 'z9hG4bK1', sdp: null, ...fields };
}

/** A response to INVITE, from 10.0.0.2 to 10.0.0.1. */
export function sampleResponse(timestampUs: number, responseCode: number, fields: Partial<MessageSummary> = {}) {
  return sampleMessage({
    timestampUs,
    responseCode,
    reasonPhrase: `Reason ${responseCode}`,
    toTag: responseCode === 100 ? '' : 'tt',
    requestUser: '',
    sourceIp: '10.0.0.2',
    destinationIp: '10.0.0.1',
    ...fields,
  });
}

export function sampleRequest(timestampUs: number, method: string, fields: Partial<MessageSummary> = {}) {
  return sampleMessage({ timestampUs, method, ...fields });
}

import { type Message, PayloadType } from '@calliope/model';

/** Where the tests' clock stands, and when their first message was: 2026-11-22T13:02:10.118Z. */
export const FIRST_US = Date.UTC(2026, 10, 22, 13, 2, 10) * 1000 + 118_000;
export const NOW_US = FIRST_US + 60_000_000;

interface SampleOptions {
  id: string;
  timestampUs: number;
  callId: string;
  method?: string;
  responseCode?: number;
  reasonPhrase?: string;
  toTag?: string;
  fromUser?: string;
  toUser?: string;
  body?: string;
  ipVersion?: 4 | 6;
  userAgent?: string;
}

/** A SIP message and its fields, which agree with each other. */
export function sampleMessage(options: SampleOptions): Message {
  const { id, timestampUs, callId, method = 'INVITE', responseCode = 0, reasonPhrase = '', toTag = '' } = options;
  const { fromUser = '+49305550432', toUser = '+49697654321', body = '', ipVersion = 4, userAgent = 'SBC-1' } = options;
  const [near, far] = ipVersion === 4 ? ['10.30.0.4', '10.30.0.9'] : ['2001:db8::4', '2001:db8::9'];
  const isResponse = responseCode > 0;
  const startLine = isResponse
    ? `SIP/2.0 ${responseCode} ${reasonPhrase}`
    : `${method} sip:${toUser}@example.net SIP/2.0`;
  const text = [
    startLine,
    `Via: SIP/2.0/UDP ${near}:5060;branch=z9hG4bK-${callId.length}-${method === 'ACK' ? 'ack' : 'invite'}`,
    `From: <sip:${fromUser}@example.com>;tag=a73`,
    `To: <sip:${toUser}@example.net>${toTag === '' ? '' : `;tag=${toTag}`}`,
    `i: ${callId}`,
    `CSeq: 1 ${method}`,
    `User-Agent: ${userAgent}`,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
  const payload = new Uint8Array(Buffer.from(text));
  return {
    id,
    timestampUs,
    node: 'node-1',
    payloadType: PayloadType.SIP,
    transport: 'udp',
    ipVersion,
    sourceIp: isResponse ? far! : near!,
    sourcePort: 5060,
    destinationIp: isResponse ? near! : far!,
    destinationPort: 5060,
    callId,
    method,
    responseCode,
    reasonPhrase,
    cseq: 1,
    fromUser,
    fromHost: 'example.com',
    fromTag: 'a73',
    toUser,
    toHost: 'example.net',
    toTag,
    requestUser: isResponse ? '' : toUser,
    requestHost: isResponse ? '' : 'example.net',
    assertedUser: '',
    diversionUser: '',
    userAgent,
    correlationId: '',
    defects: [],
    size: payload.length,
    payload,
  };
}

export const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 10.30.0.4',
  's=-',
  'c=IN IP4 10.30.0.4',
  't=0 0',
  'm=audio 40000 RTP/AVP 8',
  '',
].join('\r\n');

/** A call that fails with 503, seen from INVITE to ACK. */
export function failedCall(callId: string, startUs: number, prefix: string): Message[] {
  const at = (ms: number) => startUs + ms * 1000;
  return [
    sampleMessage({ id: `${prefix}1`, timestampUs: at(0), callId, body: SDP }),
    sampleMessage({ id: `${prefix}2`, timestampUs: at(1), callId, responseCode: 100, reasonPhrase: 'Trying' }),
    sampleMessage({
      id: `${prefix}3`,
      timestampUs: at(310),
      callId,
      responseCode: 503,
      reasonPhrase: 'Service Unavailable',
      toTag: 'b1',
    }),
    sampleMessage({ id: `${prefix}4`, timestampUs: at(311), callId, method: 'ACK', toTag: 'b1' }),
  ];
}

/** What an agent said of the same call: no SIP, and its bytes are no UTF-8. */
export function rtcpReport(id: string, timestampUs: number, callId: string): Message {
  const payload = Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d);
  const sip = sampleMessage({ id, timestampUs, callId });
  return {
    ...sip,
    payloadType: PayloadType.RTCP_JSON,
    method: '',
    cseq: 0,
    fromUser: '',
    fromHost: '',
    fromTag: '',
    toUser: '',
    toHost: '',
    requestUser: '',
    requestHost: '',
    userAgent: '',
    payload,
    size: payload.length,
  };
}

/** A Call-ID with everything that is awkward in a URL. */
export const AWKWARD_CALL_ID = 'a/b%2Fc d+e?f#g&h=ä@10.30.0.4';
export const SIMPLE_CALL_ID = 'f81d4fae-7dec@10.30.0.4';

/** Two failed calls a second apart, an RTCP report of the first, and an OPTIONS by IPv6 that is no call. */
export function sampleMessages(): Message[] {
  return [
    ...failedCall(SIMPLE_CALL_ID, FIRST_US, 'a'),
    rtcpReport('r1', FIRST_US + 200_000, SIMPLE_CALL_ID),
    ...failedCall(AWKWARD_CALL_ID, FIRST_US + 1_000_000, 'b'),
    sampleMessage({
      id: 'o1',
      timestampUs: FIRST_US + 5_000_000,
      callId: 'options-1',
      method: 'OPTIONS',
      ipVersion: 6,
      userAgent: '=HYPERLINK("http://example.com","x"), "q"',
    }),
  ];
}

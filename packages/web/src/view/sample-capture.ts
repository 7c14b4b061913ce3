import { pcapBytes, type SampleDatagram } from './pcap-bytes.ts';

const PHONE = '192.0.2.10';
const SBC = '192.0.2.1';
const GATEWAY = '198.51.100.7';

/**
 * A capture of two invented calls, ending just before `nowUs`, with documentation addresses (RFC 5737) and numbers that
 * nobody has: one is answered and hung up after seven seconds, one is refused with 503 by a gateway, with a
 * retransmitted INVITE. `seed` makes the Call-IDs unique, so that loading twice shows four calls.
 */
export function sampleCapture(nowUs: number, seed: string): Uint8Array {
  return pcapBytes([...answeredCall(nowUs - 20_000_000, seed), ...refusedCall(nowUs - 4_000_000, seed)]);
}

interface Step {
  afterMs: number;
  from: string;
  to: string;
  startLine: string;
  cseq: string;
  headers?: string[];
  toTag?: string;
  sdp?: string;
  /** An ACK to a failure: it belongs to the INVITE's transaction and goes one hop (RFC 3261 section 17.1.1.3). */
  acknowledgesFailure?: boolean;
}

function isBehindSbc(step: Step): boolean {
  return step.from === GATEWAY || step.to === GATEWAY;
}

/** The session border controller puts its Via on top of the phone's, and acknowledges failures for itself. */
function viaLines(step: Step, callId: string): string[] {
  const transaction = step.acknowledgesFailure ? '1INVITE' : step.cseq.replace(' ', '');
  const via = (host: string, hop: string) =>
    `Via: SIP/2.0/UDP ${host}:5060;branch=z9hG4bK-${hop}-${callId.split('@')[0]}-${transaction}`;
  if (!isBehindSbc(step)) return [via(PHONE, 'phone')];
  return step.acknowledgesFailure ? [via(SBC, 'sbc')] : [via(SBC, 'sbc'), via(PHONE, 'phone')];
}

function sdpOf(address: string, port: number, payloadTypes: string): string {
  return [
    'v=0',
    `o=- 3981 3981 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP ${payloadTypes}`,
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=sendrecv',
    '',
  ].join('\r\n');
}

function datagrams(
  startUs: number,
  callId: string,
  from: string,
  to: string,
  steps: readonly Step[],
): SampleDatagram[] {
  return steps.map((step) => {
    const body = step.sdp ?? '';
    const text = [
      step.startLine,
      ...viaLines(step, callId),
      `Max-Forwards: ${isBehindSbc(step) ? 69 : 70}`,
      `From: <sip:${from}@example.com>;tag=a-${callId.split('@')[0]}`,
      `To: <sip:${to}@example.com>${step.toTag ? `;tag=${step.toTag}` : ''}`,
      `Call-ID: ${callId}`,
      `CSeq: ${step.cseq}`,
      `Contact: <sip:${step.from}:5060>`,
      'User-Agent: Calliope sample',
      ...(step.headers ?? []),
      ...(body ? ['Content-Type: application/sdp'] : []),
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
    return {
      timestampUs: startUs + Math.round(step.afterMs * 1000),
      source: step.from,
      sourcePort: 5060,
      destination: step.to,
      destinationPort: 5060,
      payload: new TextEncoder().encode(text),
    };
  });
}

function answeredCall(startUs: number, seed: string): SampleDatagram[] {
  const toTag = 'b-answered';
  const invite = '1 INVITE';
  const target = 'sip:+4969555010773@example.com';
  return datagrams(startUs, `${seed}-answered@sample.calliope`, '+4930555010432', '+4969555010773', [
    {
      afterMs: 0,
      from: PHONE,
      to: SBC,
      startLine: `INVITE ${target} SIP/2.0`,
      cseq: invite,
      sdp: sdpOf(PHONE, 40000, '8 101'),
    },
    { afterMs: 1.2, from: SBC, to: PHONE, startLine: 'SIP/2.0 100 Trying', cseq: invite },
    {
      afterMs: 4.9,
      from: SBC,
      to: GATEWAY,
      startLine: `INVITE ${target} SIP/2.0`,
      cseq: invite,
      sdp: sdpOf(SBC, 42000, '8 101'),
    },
    { afterMs: 6.1, from: GATEWAY, to: SBC, startLine: 'SIP/2.0 100 Trying', cseq: invite },
    { afterMs: 871, from: GATEWAY, to: SBC, startLine: 'SIP/2.0 180 Ringing', cseq: invite, toTag },
    { afterMs: 872.3, from: SBC, to: PHONE, startLine: 'SIP/2.0 180 Ringing', cseq: invite, toTag },
    {
      afterMs: 4120,
      from: GATEWAY,
      to: SBC,
      startLine: 'SIP/2.0 200 OK',
      cseq: invite,
      toTag,
      sdp: sdpOf(GATEWAY, 50000, '8 101'),
    },
    {
      afterMs: 4121.4,
      from: SBC,
      to: PHONE,
      startLine: 'SIP/2.0 200 OK',
      cseq: invite,
      toTag,
      sdp: sdpOf(SBC, 42002, '8 101'),
    },
    { afterMs: 4160, from: PHONE, to: SBC, startLine: `ACK ${target} SIP/2.0`, cseq: '1 ACK', toTag },
    { afterMs: 4161.1, from: SBC, to: GATEWAY, startLine: `ACK ${target} SIP/2.0`, cseq: '1 ACK', toTag },
    {
      afterMs: 11_420,
      from: PHONE,
      to: SBC,
      startLine: `BYE ${target} SIP/2.0`,
      cseq: '2 BYE',
      toTag,
      headers: ['Reason: Q.850;cause=16;text="Normal call clearing"'],
    },
    { afterMs: 11_421.5, from: SBC, to: GATEWAY, startLine: `BYE ${target} SIP/2.0`, cseq: '2 BYE', toTag },
    { afterMs: 11_440, from: GATEWAY, to: SBC, startLine: 'SIP/2.0 200 OK', cseq: '2 BYE', toTag },
    { afterMs: 11_441.2, from: SBC, to: PHONE, startLine: 'SIP/2.0 200 OK', cseq: '2 BYE', toTag },
  ]);
}

function refusedCall(startUs: number, seed: string): SampleDatagram[] {
  const toTag = 'b-refused';
  const invite = '1 INVITE';
  const target = 'sip:+4940555010219@example.com';
  const reason = ['Reason: Q.850;cause=34;text="No circuit available"', 'Retry-After: 30'];
  return datagrams(startUs, `${seed}-refused@sample.calliope`, '+4917555010001', '+4940555010219', [
    {
      afterMs: 0,
      from: PHONE,
      to: SBC,
      startLine: `INVITE ${target} SIP/2.0`,
      cseq: invite,
      sdp: sdpOf(PHONE, 40010, '8 101'),
    },
    { afterMs: 1, from: SBC, to: PHONE, startLine: 'SIP/2.0 100 Trying', cseq: invite },
    {
      afterMs: 3.4,
      from: SBC,
      to: GATEWAY,
      startLine: `INVITE ${target} SIP/2.0`,
      cseq: invite,
      sdp: sdpOf(SBC, 42010, '8 101'),
    },
    {
      afterMs: 503.6,
      from: SBC,
      to: GATEWAY,
      startLine: `INVITE ${target} SIP/2.0`,
      cseq: invite,
      sdp: sdpOf(SBC, 42010, '8 101'),
    },
    {
      afterMs: 640,
      from: GATEWAY,
      to: SBC,
      startLine: 'SIP/2.0 503 Service Unavailable',
      cseq: invite,
      toTag,
      headers: reason,
    },
    {
      afterMs: 641,
      from: SBC,
      to: GATEWAY,
      startLine: `ACK ${target} SIP/2.0`,
      cseq: '1 ACK',
      acknowledgesFailure: true,
      toTag,
    },
    {
      afterMs: 642.5,
      from: SBC,
      to: PHONE,
      startLine: 'SIP/2.0 503 Service Unavailable',
      cseq: invite,
      toTag,
      headers: reason,
    },
    {
      afterMs: 668,
      from: PHONE,
      to: SBC,
      startLine: `ACK ${target} SIP/2.0`,
      cseq: '1 ACK',
      acknowledgesFailure: true,
      toTag,
    },
  ]);
}

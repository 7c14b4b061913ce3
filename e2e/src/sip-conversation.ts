import { createHash } from 'node:crypto';

/** A SIP message on the wire, and where it was seen. */
export interface WireMessage {
  timestampUs: number;
  sourceIp: string;
  destinationIp: string;
  sourcePort: number;
  destinationPort: number;
  nodeName: string;
  text: string;
}

export interface SipHost {
  ip: string;
  port: number;
  /** Of its User-Agent or Server header. */
  agent: string;
  mediaPort: number;
}

/** Who talks with whom: a phone behind a session border controller, and a gateway behind that. */
export interface SipParties {
  phone: SipHost;
  sbc: SipHost;
  gateway: SipHost;
  domain: string;
  caller: string;
  callerName: string;
  callee: string;
}

/** Direction of a message. Requests and responses of one transaction have opposite ones. */
export type Hop = 'phone>sbc' | 'sbc>phone' | 'sbc>gateway' | 'gateway>sbc';

export interface SipStep {
  /** Milliseconds since the conversation began. */
  atMs: number;
  hop: Hop;
  /** Of the transaction, so also of its responses. */
  method: string;
  /** 0 or absent for a request. */
  code?: number;
  cseq: number;
  /** Where the transaction began: the phone unless said otherwise. */
  origin?: 'phone' | 'gateway';
  sdp?: boolean;
  headers?: readonly string[];
  /** Who put the To tag: the SBC where it answers by itself. */
  answeredBy?: 'sbc' | 'callee';
}

const REASONS: Record<number, string> = {
  100: 'Trying',
  180: 'Ringing',
  200: 'OK',
  401: 'Unauthorized',
  407: 'Proxy Authentication Required',
  486: 'Busy Here',
  487: 'Request Terminated',
  503: 'Service Unavailable',
};

const digest = (text: string, length: number): string => createHash('sha1').update(text).digest('hex').slice(0, length);

/**
 * The messages of one Call-ID as the three hosts exchange them (RFC 3261): Via and Record-Route as a proxy leaves them, tags, CSeq,
 * digest headers where a step gives them, and session descriptions (RFC 4566) with each hop's media address. The same arguments
 * give the same bytes; a step that occurs twice is a retransmission.
 */
export function sipConversation(
  parties: SipParties,
  callId: string,
  startUs: number,
  steps: readonly SipStep[],
): WireMessage[] {
  return steps.map((step) => {
    const [source, destination] = step.hop.split('>').map((name) => parties[name as 'phone' | 'sbc' | 'gateway']) as [
      SipHost,
      SipHost,
    ];
    return {
      timestampUs: startUs + Math.round(step.atMs * 1000),
      sourceIp: source.ip,
      destinationIp: destination.ip,
      sourcePort: source.port,
      destinationPort: destination.port,
      nodeName: 'sbc-1',
      text: messageText(parties, callId, step, source, destination),
    };
  });
}

function messageText(
  parties: SipParties,
  callId: string,
  step: SipStep,
  source: SipHost,
  destination: SipHost,
): string {
  const { phone, sbc, gateway, domain, caller, callee } = parties;
  const { method, cseq, code = 0, origin = 'phone', sdp = false } = step;
  const request = code === 0;
  const fromPhone = origin === 'phone';
  const registering = method === 'REGISTER';
  const uri = registering ? `sip:${domain}` : fromPhone ? `sip:${callee}@${domain}` : `sip:${caller}@${phone.ip}`;
  const calleeTag = `${digest(`${callId} ${step.answeredBy ?? 'callee'}`, 10)}`;
  const me = `"${parties.callerName}" <sip:${caller}@${domain}>;tag=${digest(callId, 8)}`;
  const tagged = request ? method === 'ACK' || method === 'BYE' : code > 100;
  const peerUser = registering ? caller : callee;
  const peer = `<sip:${peerUser}@${domain}>${tagged ? `;tag=${calleeTag}` : ''}`;
  const vias = viasOf(parties, callId, step);
  const onFarHop = source === gateway || destination === gateway;
  const dialogMaking = method === 'INVITE' && code !== 100 && code < 300;
  const body = sdp ? sessionDescription(source, callId) : '';
  const lines = [
    request ? `${method} ${uri} SIP/2.0` : `SIP/2.0 ${code} ${REASONS[code] ?? 'Other'}`,
    ...vias,
    ...(dialogMaking && onFarHop ? [`Record-Route: <sip:${sbc.ip};lr;ftag=${digest(callId, 8)}>`] : []),
    ...(request ? [`Max-Forwards: ${source === sbc ? 69 : 70}`] : []),
    `From: ${fromPhone ? me : peer}`,
    `To: ${fromPhone ? peer : me}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    ...contactOf(parties, step),
    ...(request ? ['Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK'] : []),
    ...(step.headers ?? []),
    // A proxy forwards the header of whoever made the message.
    request
      ? `User-Agent: ${fromPhone ? phone.agent : gateway.agent}`
      : `Server: ${code === 100 || step.answeredBy === 'sbc' ? source.agent : fromPhone ? gateway.agent : phone.agent}`,
    ...(sdp ? ['Content-Type: application/sdp'] : []),
    `Content-Length: ${body.length}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

function viasOf({ phone, sbc, gateway }: SipParties, callId: string, step: SipStep): string[] {
  const { method, cseq, origin = 'phone', hop } = step;
  // CANCEL, and ACK for a failure, belong to the INVITE's branch (RFC 3261 9.1 and 17.1.1.3); ACK for 200 comes with a CSeq of its own here.
  const key = `${callId} ${cseq} ${method === 'CANCEL' || method === 'ACK' ? 'INVITE' : method}`;
  const first = origin === 'phone' ? phone : gateway;
  const firstVia = `Via: SIP/2.0/UDP ${first.ip}:${first.port};branch=z9hG4bK${digest(key, 12)};rport`;
  const nearHop = hop.includes(origin);
  return nearHop
    ? [firstVia]
    : [`Via: SIP/2.0/UDP ${sbc.ip}:${sbc.port};branch=z9hG4bK${digest(`sbc ${key}`, 12)}.0`, firstVia];
}

function contactOf({ phone, gateway, caller, callee }: SipParties, step: SipStep): string[] {
  const { method, code = 0, origin = 'phone' } = step;
  if (method !== 'INVITE' && method !== 'REGISTER') return [];
  if (code === 100 || code >= 300) return [];
  const ofPhone = method === 'REGISTER' || (origin === 'phone') === (code === 0);
  const uri = ofPhone ? `sip:${caller}@${phone.ip}:${phone.port}` : `sip:${callee}@${gateway.ip}:${gateway.port}`;
  return [`Contact: <${uri}>${method === 'REGISTER' ? ';expires=300' : ''}`];
}

function sessionDescription(host: SipHost, callId: string): string {
  const session = Number.parseInt(digest(callId, 7), 16);
  return [
    'v=0',
    `o=- ${session} ${session} IN IP4 ${host.ip}`,
    's=-',
    `c=IN IP4 ${host.ip}`,
    't=0 0',
    `m=audio ${host.mediaPort} RTP/AVP 8 0 101`,
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-15',
    'a=ptime:20',
    'a=sendrecv',
    '',
  ].join('\r\n');
}

import type { CallMessage, SdpSummary } from '@calliope/model';
import { sampleCallMessage } from './sample-messages.ts';

type Endpoint = [ip: string, port: number];
type Extra = Partial<CallMessage>;

export const PHONE: Endpoint = ['10.0.0.1', 5060];
export const PROXY: Endpoint = ['10.0.0.2', 5060];
export const GATEWAY: Endpoint = ['10.0.0.3', 5060];

/** A request or response (by a code in front) between two endpoints; time in milliseconds. */
export function hop(ms: number, from: Endpoint, to: Endpoint, what: string, extra: Extra = {}): CallMessage {
  const response = /^(\d{3}) (.*)$/.exec(what);
  return sampleCallMessage({
    timestampUs: ms * 1_000,
    sourceIp: from[0],
    sourcePort: from[1],
    destinationIp: to[0],
    destinationPort: to[1],
    ipVersion: from[0].includes(':') ? 6 : 4,
    method: response ? 'INVITE' : what,
    responseCode: response ? Number(response[1]) : 0,
    reasonPhrase: response?.[2] ?? '',
    toTag: what === 'INVITE' || what === 'CANCEL' || response?.[1] === '100' ? '' : 'tt',
    ...extra,
  });
}

export function audio(codecs: string[], extra: Partial<SdpSummary['media'][number]> = {}): SdpSummary {
  return {
    origin: 'o',
    media: [
      { type: 'audio', port: 4000, address: '192.0.2.9', protocol: 'RTP/AVP', codecs, direction: 'sendrecv', ...extra },
    ],
  };
}

/** A call through a proxy that is answered and ended by the phone. */
export function proxiedCall(): CallMessage[] {
  const b1 = { viaBranch: 'z9hG4bKa' };
  const b2 = { viaBranch: 'z9hG4bKb' };
  const ack = { viaBranch: 'z9hG4bKack' };
  const bye = { viaBranch: 'z9hG4bKbye', cseq: 2 };
  return [
    hop(0, PHONE, PROXY, 'INVITE', { ...b1, sdp: audio(['PCMA/8000', 'telephone-event/8000']) }),
    hop(1, PROXY, PHONE, '100 Trying', b1),
    hop(2, PROXY, GATEWAY, 'INVITE', { ...b2, sdp: audio(['PCMA/8000']) }),
    hop(400, GATEWAY, PROXY, '180 Ringing', b2),
    hop(401, PROXY, PHONE, '180 Ringing', b1),
    hop(2_000, GATEWAY, PROXY, '200 OK', b2),
    hop(2_001, PROXY, PHONE, '200 OK', b1),
    hop(2_050, PHONE, PROXY, 'ACK', ack),
    hop(2_051, PROXY, GATEWAY, 'ACK', { viaBranch: 'z9hG4bKack2' }),
    hop(9_000, PHONE, PROXY, 'BYE', bye),
    hop(9_001, PROXY, GATEWAY, 'BYE', { ...bye, viaBranch: 'z9hG4bKbye2' }),
    hop(9_002, GATEWAY, PROXY, '200 OK', { ...bye, viaBranch: 'z9hG4bKbye2', method: 'BYE' }),
    hop(9_003, PROXY, PHONE, '200 OK', { ...bye, method: 'BYE' }),
  ];
}

/** INVITE, 407, ACK, INVITE with credentials, 200, ACK. */
export function challengedCall(): CallMessage[] {
  const first = { viaBranch: 'z9hG4bK1' };
  const second = { viaBranch: 'z9hG4bK2', cseq: 2 };
  const text = 'INVITE sip:b@x SIP/2.0\r\nProxy-Authorization: Digest username="a"\r\n\r\n';
  return [
    hop(0, PHONE, PROXY, 'INVITE', first),
    hop(1, PROXY, PHONE, '407 Proxy Authentication Required', first),
    hop(2, PHONE, PROXY, 'ACK', first),
    hop(3, PHONE, PROXY, 'INVITE', { ...second, text }),
    hop(4, PROXY, PHONE, '200 OK', second),
    hop(5, PHONE, PROXY, 'ACK', { ...second, viaBranch: 'z9hG4bK3' }),
  ];
}

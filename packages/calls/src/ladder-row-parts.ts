import type { SdpSummary } from '@calliope/model';
import type { LadderClass, LadderInput, LadderMissing, SdpChip } from './ladder.ts';

/** Names of HEP protocol types that reach a ladder as notes. */
const PAYLOAD_NAMES: Readonly<Record<number, string>> = {
  1: 'unreadable SIP',
  3: 'SDP',
  4: 'RTP',
  5: 'RTCP',
  32: 'report',
  34: 'RTP report',
  35: 'RTP report',
  53: 'DNS',
  54: 'ISUP',
  56: 'Diameter',
  100: 'log',
};
const NOTE_LENGTH = 120;

export function messageLabel(message: LadderInput): string {
  if (message.responseCode === 0) return message.method;
  return message.reasonPhrase === '' ? String(message.responseCode) : `${message.responseCode} ${message.reasonPhrase}`;
}

/** Name of the protocol and the first line of the text, cut at 120 characters. */
export function noteLabel(message: LadderInput): string {
  const name = PAYLOAD_NAMES[message.payloadType] ?? `HEP type ${message.payloadType}`;
  const line = /\S[^\r\n]{0,200}/.exec(message.text?.slice(0, 400) ?? '')?.[0] ?? '';
  if (line === '') return name;
  const characters = [...line];
  return `${name}: ${characters.length > NOTE_LENGTH ? `${characters.slice(0, NOTE_LENGTH - 1).join('')}…` : line}`;
}

export function ghostLabel(missing: LadderMissing): string {
  if (missing === 'ack') return 'no ACK';
  return missing === 'bye' ? 'no BYE' : 'no final response';
}

export function messageClass(message: LadderInput): LadderClass {
  const first = Math.trunc(message.responseCode / 100);
  if (first === 0) return 'request';
  // Three digits outside the classes of RFC 3261 are treated like the nearest class, as section 8.1.3.2 does with unknown codes.
  return `${Math.min(Math.max(first, 1), 6)}xx` as LadderClass;
}

export function createsDialog(message: LadderInput): boolean {
  const { method, responseCode, toTag } = message;
  return responseCode === 0 && toTag === '' && (method === 'INVITE' || method === 'SUBSCRIBE' || method === 'REFER');
}

export function sdpChip(sdp: SdpSummary | null): SdpChip | null {
  const medium = sdp?.media.find((candidate) => candidate.type === 'audio') ?? sdp?.media[0];
  if (!sdp || !medium) return null;
  const codec = medium.codecs.find((name) => !name.toLowerCase().startsWith('telephone-event')) ?? medium.codecs[0];
  return {
    codec: codec?.split('/')[0] ?? medium.type,
    direction: medium.direction,
    hold: medium.direction === 'sendonly' || medium.direction === 'inactive' || medium.address === '0.0.0.0',
    mediaCount: sdp.media.length,
  };
}

/** Whether a request has an Authorization or Proxy-Authorization header; undefined without its text. */
export function hasCredentials(message: LadderInput): boolean | undefined {
  const { text } = message;
  if (text === undefined) return undefined;
  const at = text.search(/[\r\n](?:proxy-)?authorization[ \t]*:/i);
  if (at < 0) return false;
  const end = text.search(/\r?\n\r?\n/);
  return end < 0 || at < end;
}

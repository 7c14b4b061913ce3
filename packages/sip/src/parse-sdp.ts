import type { SdpMediaSummary } from '@calliope/model';
import { decodeText } from './decode-text.ts';
import { trimBlanks } from './split-list.ts';
import { type Encoding, STATIC_PAYLOAD_TYPES } from './static-payload-types.ts';

export type SdpDirection = SdpMediaSummary['direction'];

export interface SdpOrigin {
  username: string;
  sessionId: string;
  sessionVersion: string;
  networkType: string;
  addressType: string;
  address: string;
}

export interface SdpAttribute {
  name: string;
  /** '' for a flag. */
  value: string;
}

export interface SdpFormat {
  /** Payload type in decimal for RTP; else whatever the m= line says. */
  format: string;
  /** From rtpmap, else by RFC 3551; undefined when neither tells. */
  encoding: Encoding | undefined;
  /** Parameters as written, '' when there are none. */
  fmtp: string;
}

export interface SdpMedia {
  /** audio, video, image, application … */
  type: string;
  /** 0 for a medium that is refused (RFC 3264 section 6), and where there is no number. */
  port: number;
  /** Ports in a row, mostly 1. */
  portCount: number;
  /** RTP/AVP, RTP/SAVP, udptl … */
  protocol: string;
  /** In order of preference. */
  formats: SdpFormat[];
  /** Connection address in force, from this medium or from the session, without TTL and count; '' when there is none. */
  address: string;
  /** In force: of this medium, else of the session, else sendrecv. */
  direction: SdpDirection;
  /** Milliseconds; undefined when not said. */
  ptimeMs: number | undefined;
  /** `a=rtcp` as written (RFC 3605): port, and an address if another one. */
  rtcp: string;
  isRtcpMux: boolean;
  /** active, passive, actpass, holdconn: of this medium, else of the session. */
  setup: string;
  mid: string;
  /** ICE candidates as written (RFC 8839). */
  candidates: string[];
  /** All attributes of this medium, in order. */
  attributes: SdpAttribute[];
}

export interface Sdp {
  version: string;
  /** `o=` as written, '' when absent; and taken apart, null when it has not six parts. */
  originText: string;
  origin: SdpOrigin | null;
  sessionName: string;
  /** Of the session; '' when there is none. */
  address: string;
  /** `t=` as written: NTP seconds, 0 for no bound. */
  timings: Array<{ start: string; stop: string }>;
  direction: SdpDirection | undefined;
  attributes: SdpAttribute[];
  media: SdpMedia[];
}

const DIRECTIONS = new Set<string>(['sendrecv', 'sendonly', 'recvonly', 'inactive']);

/**
 * Parses a session description (RFC 8866), tolerantly: lines in any order, LF or CRLF, white space before `=`; what is no line is left out.
 * Never throws, takes linear time.
 */
export function parseSdp(source: string | Uint8Array): Sdp {
  const sdp: Sdp = {
    version: '',
    originText: '',
    origin: null,
    sessionName: '',
    address: '',
    timings: [],
    direction: undefined,
    attributes: [],
    media: [],
  };
  /** Lines of the media sections, each from its m= line; the first section is the session's. */
  const sections: SdpLine[][] = [[]];
  for (const line of sdpLines(typeof source === 'string' ? source : decodeText(source))) {
    if (line.type === 'm') sections.push([line]);
    else sections.at(-1)!.push(line);
  }
  for (const { type, value } of sections[0]!) takeSessionLine(sdp, type, value);
  const setup = sdp.attributes.find((attribute) => attribute.name === 'setup')?.value ?? '';
  sdp.media = sections.slice(1).map((lines) => parseMedia(lines, sdp, setup));
  return sdp;
}

interface SdpLine {
  type: string;
  value: string;
}

function sdpLines(text: string): SdpLine[] {
  const lines: SdpLine[] = [];
  for (const line of text.split('\n')) {
    const match = /^[ \t]{0,8}([a-zA-Z])[ \t]{0,8}=/.exec(line);
    if (match) lines.push({ type: match[1]!.toLowerCase(), value: trimBlanks(line.slice(match[0].length)) });
  }
  return lines;
}

function takeSessionLine(sdp: Sdp, type: string, value: string): void {
  switch (type) {
    case 'v':
      sdp.version ||= value;
      return;
    case 'o':
      if (sdp.originText !== '') return;
      sdp.originText = value;
      sdp.origin = parseOrigin(value);
      return;
    case 's':
      sdp.sessionName ||= value;
      return;
    case 'c':
      sdp.address ||= connectionAddress(value);
      return;
    case 't': {
      const [start = '', stop = ''] = value.split(/[ \t]+/);
      sdp.timings.push({ start, stop });
      return;
    }
    case 'a': {
      const attribute = parseAttribute(value);
      sdp.attributes.push(attribute);
      if (DIRECTIONS.has(attribute.name)) sdp.direction = attribute.name as SdpDirection;
      return;
    }
    default:
  }
}

function parseOrigin(value: string): SdpOrigin | null {
  const [username, sessionId, sessionVersion, networkType, addressType, address] = value.split(/[ \t]+/);
  if (username === undefined || sessionId === undefined || sessionVersion === undefined) return null;
  if (networkType === undefined || addressType === undefined || address === undefined) return null;
  return { username, sessionId, sessionVersion, networkType, addressType, address };
}

/** Address of `IN IP4 224.2.1.1/127/3` without TTL and count (RFC 8866 section 5.7). */
function connectionAddress(value: string): string {
  return value.split(/[ \t]+/)[2]?.split('/')[0] ?? '';
}

function parseAttribute(value: string): SdpAttribute {
  const colon = value.indexOf(':');
  const name = colon < 0 ? value : value.slice(0, colon);
  return { name: trimBlanks(name).toLowerCase(), value: colon < 0 ? '' : trimBlanks(value.slice(colon + 1)) };
}

function parseMedia(lines: SdpLine[], sdp: Sdp, sessionSetup: string): SdpMedia {
  const [type = '', ports = '', protocol = '', ...formats] = lines[0]!.value.split(/[ \t]+/);
  const [port = '', portCount = '1'] = ports.split('/');
  const attributes = lines.filter((line) => line.type === 'a').map((line) => parseAttribute(line.value));
  const attribute = (name: string) => attributes.find((candidate) => candidate.name === name)?.value;
  const direction = attributes.findLast((candidate) => DIRECTIONS.has(candidate.name))?.name;
  const connection = lines.find((line) => line.type === 'c');
  const isRtp = /\bRTP\b/i.test(protocol);
  const rtpmaps = byFormat(attributes, 'rtpmap');
  const fmtps = byFormat(attributes, 'fmtp');
  const ptimeMs = Number(attribute('ptime') || 'none');
  return {
    type: type.toLowerCase(),
    port: /^\d{1,5}$/.test(port) ? Number(port) : 0,
    portCount: /^\d{1,5}$/.test(portCount) ? Number(portCount) : 1,
    protocol,
    formats: formats
      .filter((format) => format !== '')
      .map((format) => ({
        format,
        encoding: isRtp ? (parseRtpmap(rtpmaps.get(format)) ?? STATIC_PAYLOAD_TYPES.get(format)) : undefined,
        fmtp: fmtps.get(format) ?? '',
      })),
    address: (connection && connectionAddress(connection.value)) || sdp.address,
    direction: (direction as SdpDirection | undefined) ?? sdp.direction ?? 'sendrecv',
    ptimeMs: Number.isFinite(ptimeMs) && ptimeMs > 0 ? ptimeMs : undefined,
    rtcp: attribute('rtcp') ?? '',
    isRtcpMux: attribute('rtcp-mux') !== undefined,
    setup: (attribute('setup') ?? sessionSetup).toLowerCase(),
    mid: attribute('mid') ?? '',
    candidates: attributes.filter((candidate) => candidate.name === 'candidate').map((candidate) => candidate.value),
    attributes,
  };
}

/** The rest of each `a=name:format rest`, by format. */
function byFormat(attributes: SdpAttribute[], name: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const attribute of attributes) {
    if (attribute.name !== name) continue;
    const [format = ''] = attribute.value.split(/[ \t]/, 1);
    values.set(format, trimBlanks(attribute.value.slice(format.length)));
  }
  return values;
}

/** `PCMA/8000` or `opus/48000/2` (RFC 8866 section 6.6). A missing clock rate is tolerated. */
function parseRtpmap(value: string | undefined): Encoding | undefined {
  if (value === undefined || value === '') return undefined;
  const [name = '', clockRate = '', channels = ''] = value.split('/');
  return {
    name,
    clockRate: /^\d{1,9}$/.test(clockRate) ? Number(clockRate) : undefined,
    channels: /^\d{1,3}$/.test(channels) ? Number(channels) : 1,
  };
}

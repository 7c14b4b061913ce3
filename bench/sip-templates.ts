/** Width of each kind of place in characters. */
export const PLACE_WIDTH = { call: 32, fromTag: 10, toTag: 10, branch: 24, from: 11, to: 11, cseq: 5 } as const;

export type PlaceKind = keyof typeof PLACE_WIDTH;

/** A message with places whose content differs from call to call. */
export interface Template {
  bytes: Uint8Array;
  /** Offsets in `bytes`. */
  places: { kind: PlaceKind; at: number }[];
  /** Whether the caller's side sends it. */
  fromCaller: boolean;
}

const VIA = 'Via: SIP/2.0/UDP 10.20.30.40:5060;branch=z9hG4bK{branch};rport=5060\r\n';
const FROM = 'From: <sip:+49{from}@sbc1.example.net;user=phone>;tag={fromTag}\r\n';
const TO = 'To: <sip:+49{to}@gw3.example.net;user=phone>';
const CALL = 'Call-ID: {call}@10.20.30.40\r\n';
const UAC = 'User-Agent: ExampleSBC 8.4.0-p12\r\n';
const UAS = 'Server: ExampleGW 3.2.1\r\n';
const CONTACT = 'Contact: <sip:+49{to}@10.40.50.60:5060;transport=udp>\r\n';
const ALLOW =
  'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, NOTIFY, REFER\r\nSupported: 100rel, timer, replaces\r\n';
const SDP =
  'v=0\r\no=- 3907 3907 IN IP4 10.20.30.41\r\ns=-\r\nc=IN IP4 10.20.30.41\r\nt=0 0\r\nm=audio 20344 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n';

/**
 * A call of seven messages as a carrier's proxy sees it, about 575 bytes each on average. A `{name}` is a place of fixed width, filled by
 * {@link fillPlaces} with random digits or hexadecimal.
 */
const TEXTS: [text: string, fromCaller: boolean][] = [
  [
    `INVITE sip:+49{to}@gw3.example.net;user=phone SIP/2.0\r\n${VIA}Max-Forwards: 69\r\n${FROM}${TO}\r\n${CALL}CSeq: {cseq} INVITE\r\nContact: <sip:+49{from}@10.20.30.40:5060>\r\n${UAC}P-Asserted-Identity: <sip:+49{from}@sbc1.example.net>\r\nContent-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`,
    true,
  ],
  [`SIP/2.0 100 Trying\r\n${VIA}${FROM}${TO}\r\n${CALL}CSeq: {cseq} INVITE\r\n${UAS}Content-Length: 0\r\n\r\n`, false],
  [
    `SIP/2.0 180 Ringing\r\n${VIA}${FROM}${TO};tag={toTag}\r\n${CALL}CSeq: {cseq} INVITE\r\n${CONTACT}${UAS}${ALLOW}Content-Length: 0\r\n\r\n`,
    false,
  ],
  [
    `SIP/2.0 200 OK\r\n${VIA}${FROM}${TO};tag={toTag}\r\n${CALL}CSeq: {cseq} INVITE\r\n${CONTACT}${UAS}${ALLOW}Content-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`,
    false,
  ],
  [
    `ACK sip:+49{to}@10.40.50.60:5060;transport=udp SIP/2.0\r\n${VIA}Max-Forwards: 69\r\n${FROM}${TO};tag={toTag}\r\n${CALL}CSeq: {cseq} ACK\r\n${UAC}${ALLOW}Content-Length: 0\r\n\r\n`,
    true,
  ],
  [
    `BYE sip:+49{to}@10.40.50.60:5060;transport=udp SIP/2.0\r\n${VIA}Max-Forwards: 69\r\n${FROM}${TO};tag={toTag}\r\n${CALL}CSeq: {cseq} BYE\r\n${UAC}${ALLOW}Reason: Q.850;cause=16;text="Normal call clearing"\r\nContent-Length: 0\r\n\r\n`,
    true,
  ],
  [
    `SIP/2.0 200 OK\r\n${VIA}${FROM}${TO};tag={toTag}\r\n${CALL}CSeq: {cseq} BYE\r\n${CONTACT}${UAS}${ALLOW}Content-Length: 0\r\n\r\n`,
    false,
  ],
];

/** The templates, in the order of a call. */
export const TEMPLATES: readonly Template[] = TEXTS.map(([text, fromCaller]) => {
  const places: Template['places'] = [];
  let out = '';
  let last = 0;
  for (const match of text.matchAll(/\{(call|fromTag|toTag|branch|from|to|cseq)\}/g)) {
    const kind = match[1] as PlaceKind;
    out += text.slice(last, match.index);
    places.push({ kind, at: out.length });
    out += '0'.repeat(PLACE_WIDTH[kind]);
    last = match.index + match[0].length;
  }
  return { bytes: Buffer.from(out + text.slice(last), 'latin1'), places, fromCaller };
});

/** Mean length of the seven messages in bytes. */
export const MEAN_LENGTH = TEMPLATES.reduce((sum, { bytes }) => sum + bytes.length, 0) / TEMPLATES.length;

/** A small fast generator (xorshift32): the same seed gives the same calls, so that a check can make them again. */
export function randomFrom(seed: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x85ebca6b) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const HEX = Buffer.from('0123456789abcdef');

function hex(bytes: Uint8Array, at: number, width: number, random: () => number): void {
  for (let i = 0; i < width; ) {
    let value = random();
    for (let n = 0; n < 8 && i < width; n++, i++) {
      bytes[at + i] = HEX[value & 15]!;
      value >>>= 4;
    }
  }
}

function digits(bytes: Uint8Array, at: number, width: number, random: () => number): void {
  for (let i = 0; i < width; ) {
    let value = random();
    for (let n = 0; n < 9 && i < width; n++, i++) {
      bytes[at + i] = 48 + (value % 10);
      value = (value / 10) >>> 0;
    }
  }
}

/** What one call's places hold, made from its number alone. */
export type CallValues = Record<PlaceKind, Uint8Array>;

export function emptyValues(): CallValues {
  const { call, fromTag, toTag, branch, from, to, cseq } = PLACE_WIDTH;
  const bytes = (width: number): Uint8Array => new Uint8Array(width);
  return {
    call: bytes(call),
    fromTag: bytes(fromTag),
    toTag: bytes(toTag),
    branch: bytes(branch),
    from: bytes(from),
    to: bytes(to),
    cseq: bytes(cseq),
  };
}

/** Makes the values of call number `index` of the run `seed`, into `values`. */
export function callValues(seed: number, index: number, values: CallValues): void {
  const random = randomFrom(seed * 7919 + index + 1);
  hex(values.call, 0, PLACE_WIDTH.call, random);
  hex(values.fromTag, 0, PLACE_WIDTH.fromTag, random);
  hex(values.toTag, 0, PLACE_WIDTH.toTag, random);
  hex(values.branch, 0, PLACE_WIDTH.branch, random);
  digits(values.from, 0, PLACE_WIDTH.from, random);
  digits(values.to, 0, PLACE_WIDTH.to, random);
  digits(values.cseq, 0, PLACE_WIDTH.cseq, random);
  values.cseq[0] = 0x31; // a number has no zero in front
}

/** Writes the values into a message made from the template, which starts at `start` of `bytes`. */
export function fillPlaces(bytes: Uint8Array, start: number, template: Template, values: CallValues): void {
  for (const { kind, at } of template.places) bytes.set(values[kind], start + at);
}

/** Message `index` of a run in which each call has `messagesPerCall` messages: its exact bytes, Call-ID, and the caller's number. */
export function messageOf(
  seed: number,
  index: number,
  messagesPerCall: number,
): { callId: string; fromNumber: string; payload: Buffer } {
  const template = TEMPLATES[index % TEMPLATES.length]!;
  const values = emptyValues();
  callValues(seed, Math.floor(index / messagesPerCall), values);
  const payload = Buffer.from(template.bytes);
  fillPlaces(payload, 0, template, values);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
  return { callId: `${text(values.call)}@10.20.30.40`, fromNumber: `+49${text(values.from)}`, payload };
}

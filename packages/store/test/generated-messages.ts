import {
  type CapturedPacket,
  emptyFields,
  emptyPacket,
  Field,
  IpProtocol,
  type MessageFields,
  type MessageSink,
  PayloadType,
  parseAddress,
} from '@calliope/model';
import fc from 'fast-check';

/** What a test gives to a store; each call of {@link appendTo} hands over fresh buffers. */
export interface GeneratedMessage {
  timestampUs: number;
  protocol: number;
  payloadType: number;
  ipVersion: 4 | 6;
  source: Buffer;
  destination: Buffer;
  sourcePort: number;
  destinationPort: number;
  captureId: number;
  node: Buffer;
  correlationId: Buffer;
  texts: Partial<Record<keyof typeof Field, Buffer>>;
  responseCode: number;
  cseq: number;
  defects: number;
  payload: Buffer;
  /** Given to the store without fields. */
  notSip: boolean;
}

const HOUR_US = 3_600_000_000;
/** Three days with gaps; not at the start of a slot. */
export const BASE_US = Date.UTC(2026, 1, 3, 4, 17) * 1_000;
export const END_US = BASE_US + 80 * HOUR_US;

export const USERS = [
  '',
  'alice',
  'Alice',
  '+4930901820',
  '004930901820',
  '4930901820',
  '901820',
  "o'brien\\",
  'a%62c',
  '100%',
  '%2B49%zz',
  'x_y',
  'x%25y',
  'Straße',
  '統一',
  'nul%00end',
  '😀',
  '7654321',
  '17654321',
];
const CALL_IDS = ['', "quo'te\\", '😀@example', ...Array.from({ length: 24 }, (_, i) => `call-${i}@10.0.0.${i % 3}`)];
const HOSTS = ['', 'sip.example.net', 'SIP.example.NET', '10.0.0.1', '[2001:db8::1]'];
const TAGS = ['', 'tag1', 'tag2', '\u0000', '\t'];
const REASONS = ['', 'OK', 'Busy Here', 'Très occupé'];
const AGENTS = ['', 'Asterisk PBX 20', 'Müller\'s "phone"', 'a\\%_b'];
const METHODS = [
  'INVITE',
  'INVITE',
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'NOTIFY',
  'INFO',
  'FOO',
  '',
];
const CODES = [0, 0, 0, 100, 180, 183, 200, 200, 302, 401, 403, 407, 408, 480, 486, 487, 503, 600, 700];

const bytesOf = (texts: readonly string[]): fc.Arbitrary<Buffer> =>
  fc.constantFrom(...texts).map((text) => Buffer.from(text));
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom('', 'INVITE sip:alice@example SIP/2.0\r\n\r\n', "it's 100% \\_ ünïcode \0 end", 'a\nb')
    .map((text) => Buffer.from(text)),
);
const address = fc
  .tuple(fc.constantFrom<4 | 6>(4, 4, 4, 6), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .map(([ipVersion, a, b]) => {
    const of = (last: number): Buffer => {
      if (ipVersion === 4) return Buffer.from([10, 0, last >> 2, last]);
      const bytes = Buffer.from('20010db8000000000000000000000000', 'hex');
      bytes[15] = last;
      return bytes;
    };
    return { ipVersion, source: of(a), destination: of(b) };
  });

const generated: fc.Arbitrary<GeneratedMessage> = fc
  .record({
    hour: fc.constantFrom(0, 0, 0, 1, 2, 5, 6, 7, 30, 79),
    us: fc.oneof(fc.constantFrom(0, 1, 2, 1_000_000), fc.integer({ min: 0, max: HOUR_US - 1 })),
    protocol: fc.constantFrom(
      IpProtocol.UDP,
      IpProtocol.TCP,
      IpProtocol.TLS_MARKER,
      IpProtocol.WS_MARKER,
      IpProtocol.SCTP,
      0,
    ),
    payloadType: fc.constantFrom(
      PayloadType.SIP,
      PayloadType.SIP,
      PayloadType.SIP,
      PayloadType.SIP,
      PayloadType.RTCP_JSON,
      PayloadType.LOG,
    ),
    address,
    sourcePort: fc.constantFrom(5060, 5061, 65535),
    destinationPort: fc.constantFrom(5060, 0, 40000),
    captureId: fc.constantFrom(0, 7, 4_294_967_295),
    node: bytesOf(['', '', 'edge-1', 'Knoten ü']),
    correlationId: bytesOf(['', ...CALL_IDS.slice(0, 6)]),
    callId: bytesOf(CALL_IDS),
    method: bytesOf(METHODS),
    reason: bytesOf(REASONS),
    from: fc.tuple(
      bytesOf(USERS),
      bytesOf(HOSTS),
      fc.oneof(
        bytesOf(TAGS),
        fc.uint8Array({ maxLength: 4 }).map((tag) => Buffer.from(tag)),
      ),
    ),
    to: fc.tuple(bytesOf(USERS), bytesOf(HOSTS), bytesOf(TAGS)),
    request: fc.tuple(fc.option(bytesOf(USERS)), bytesOf(HOSTS)),
    asserted: fc.option(bytesOf(USERS)),
    diversion: bytesOf(['', '', '', ...USERS]),
    agent: bytesOf(AGENTS),
    viaTransport: bytesOf(['UDP', 'WS', 'wss', 'TLS', '']),
    responseCode: fc.constantFrom(...CODES),
    cseq: fc.constantFrom(0, 1, 2_147_483_647),
    defects: fc.constantFrom(0, 0, 1, 1 << 25, (1 << 29) | 2),
    payload,
    notSip: fc.constantFrom(false, false, false, false, true),
  })
  .map((of) => ({
    timestampUs: BASE_US + of.hour * HOUR_US + of.us,
    protocol: of.protocol,
    payloadType: of.payloadType,
    ...of.address,
    sourcePort: of.sourcePort,
    destinationPort: of.destinationPort,
    captureId: of.captureId,
    node: of.node,
    correlationId: of.correlationId,
    texts: {
      CALL_ID: of.callId,
      METHOD: of.method,
      REASON_PHRASE: of.reason,
      FROM_USER: of.from[0],
      FROM_HOST: of.from[1],
      FROM_TAG: of.from[2],
      TO_USER: of.to[0],
      TO_HOST: of.to[1],
      TO_TAG: of.to[2],
      // Without one of its own, what most messages have: the same as To and From.
      REQUEST_USER: of.request[0] ?? of.to[0],
      REQUEST_HOST: of.request[1],
      ASSERTED_USER: of.asserted ?? of.from[0],
      DIVERSION_USER: of.diversion,
      USER_AGENT: of.agent,
      VIA_TRANSPORT: of.viaTransport,
    },
    responseCode: of.responseCode,
    cseq: of.cseq,
    defects: of.defects,
    payload: of.payload,
    notSip: of.notSip,
  }));

/**
 * Messages whose texts, addresses and times collide often. No two of the same Call-ID have the same time, because which of them is
 * the first is then decided by order of bytes in a database and of texts in `@calliope/calls`.
 */
export function generateMessages(seed: number, count: number): GeneratedMessage[] {
  const taken = new Set<string>();
  return fc.sample(generated, { seed, numRuns: count }).map((message) => {
    let { timestampUs } = message;
    const key = (): string => `${timestampUs} ${message.texts.CALL_ID}`;
    while (taken.has(key())) timestampUs += 3;
    taken.add(key());
    return { ...message, timestampUs };
  });
}

export function plainMessage(change: Partial<GeneratedMessage>): GeneratedMessage {
  return {
    timestampUs: BASE_US,
    protocol: IpProtocol.UDP,
    payloadType: PayloadType.SIP,
    ipVersion: 4,
    source: Buffer.from([10, 0, 0, 1]),
    destination: Buffer.from([10, 0, 0, 2]),
    sourcePort: 5060,
    destinationPort: 5060,
    captureId: 0,
    node: Buffer.alloc(0),
    correlationId: Buffer.alloc(0),
    texts: { CALL_ID: Buffer.from('plain'), METHOD: Buffer.from('INVITE') },
    responseCode: 0,
    cseq: 1,
    defects: 0,
    payload: Buffer.from('payload'),
    notSip: false,
    ...change,
  };
}

export type Append = MessageSink['append'];
export type AppendCopy = NonNullable<MessageSink['appendCopy']>;

/** Hands a message over as a receiver does: fields and addresses somewhere within shared arrays. */
export function appendTo(append: Append, message: GeneratedMessage): void {
  const { packet, fields } = packetOf(message);
  append(packet, fields, 'receiver');
}

/** The same for a copy of the one stored with the time `keptUs`. */
export function appendCopyTo(appendCopy: AppendCopy, copy: GeneratedMessage, keptUs: number, sender: string): void {
  const { packet, fields } = packetOf(copy);
  appendCopy(packet, fields, 'receiver', keptUs, parseAddress(sender)!.bytes);
}

function packetOf(message: GeneratedMessage): { packet: CapturedPacket; fields: MessageFields | undefined } {
  const head = Buffer.concat([message.source, message.destination, message.node, message.correlationId]);
  const nodeStart = message.source.length + message.destination.length;
  const correlationStart = nodeStart + message.node.length;
  const fields = emptyFields();
  const parts: Buffer[] = [Buffer.from('..')];
  let at = 2;
  for (const [name, text] of Object.entries(message.texts)) {
    const slot = Field[name as keyof typeof Field];
    fields.at[2 * slot] = at;
    at += text.length;
    fields.at[2 * slot + 1] = at;
    parts.push(text);
  }
  fields.bytes = Buffer.concat(parts);
  fields.responseCode = message.responseCode;
  fields.cseq = message.cseq;
  fields.defects = message.defects;
  const packet: CapturedPacket = {
    ...emptyPacket(),
    timestampUs: message.timestampUs,
    ipVersion: message.ipVersion,
    protocol: message.protocol,
    head,
    sourceAt: 0,
    destinationAt: message.source.length,
    sourcePort: message.sourcePort,
    destinationPort: message.destinationPort,
    payloadType: message.payloadType,
    payload: Buffer.concat([Buffer.from('..'), message.payload, Buffer.from('..')]),
    payloadStart: 2,
    payloadEnd: 2 + message.payload.length,
    captureId: message.captureId,
    nodeStart,
    nodeEnd: correlationStart,
    correlationStart,
    correlationEnd: head.length,
  };
  const isSip = !message.notSip && message.payloadType === PayloadType.SIP;
  return { packet, fields: isSip ? fields : undefined };
}

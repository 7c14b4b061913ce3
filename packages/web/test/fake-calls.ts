import type { CallMessage, CallRecord, Outcome } from '@calliope/model';

/** Invented calls for looking at the interface: contract-true records and messages from a small generator with a seed. */
export interface FakeCall {
  call: CallRecord;
  messages: CallMessage[];
}

/** Mulberry32: repeatable numbers 0..1. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const AGENTS = [
  'Yealink SIP-T54W 96.86.0.100',
  'snomD785/10.1.169.16',
  'Asterisk PBX 20.5.2',
  'FRITZ!OS',
  'Cisco-CP8851/14.2.1',
];
const GATEWAYS = ['198.51.100.7', '198.51.100.8', '2001:db8:40::9'];
const ENDINGS: readonly [code: number, reason: string, outcome: Outcome, weight: number][] = [
  [200, 'OK', 'answered', 62],
  [487, 'Request Terminated', 'cancelled', 11],
  [486, 'Busy Here', 'busy', 8],
  [480, 'Temporarily Unavailable', 'no_answer', 5],
  [503, 'Service Unavailable', 'failed', 5],
  [404, 'Not Found', 'rejected', 4],
  [403, 'Forbidden', 'rejected', 2],
  [302, 'Moved Temporarily', 'redirected', 1],
  [0, '', 'ringing', 2],
];

function pick<T>(random: () => number, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)]!;
}

function ending(random: () => number): (typeof ENDINGS)[number] {
  let left = random() * ENDINGS.reduce((sum, one) => sum + one[3], 0);
  return ENDINGS.find((one) => {
    left -= one[3];
    return left < 0;
  })!;
}

const SDP = (address: string) =>
  `v=0\r\no=- 20518 0 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio 49170 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n`;

/** One call that begins at `startUs`, over a phone, a session border controller and a gateway. `extraPairs` adds INFO requests with answers. */
export function fakeCall(index: number, startUs: number, extraPairs = 0): FakeCall {
  const random = randomOf(index * 7919 + 13);
  const [code, reason, outcome] = ending(random);
  const from = `+4930${String(5550_0000 + Math.floor(random() * 9999))}`;
  const to = `+49${pick(random, ['69', '40', '89', '221'])}${String(5550_0000 + Math.floor(random() * 9999))}`;
  const callId = `${Math.floor(random() * 1e9).toString(16)}-${index}@192.0.2.${10 + (index % 40)}`;
  const phone = `192.0.2.${10 + (index % 40)}`;
  const sbc = '192.0.2.1';
  const gateway = pick(random, GATEWAYS);
  const agent = pick(random, AGENTS);
  const messages: CallMessage[] = [];
  let nowUs = startUs;
  const add = (
    afterMs: number,
    source: string,
    destination: string,
    method: string,
    status: number,
    phrase: string,
    cseq: number,
    withSdp = false,
    suffix = '',
  ) => {
    nowUs += Math.round(afterMs * 1000);
    const branch = `z9hG4bK${index}${method === 'ACK' && code >= 300 ? 'INVITE' : method}${cseq}${[source, destination].sort().join('')}${suffix}`;
    const toTag = status >= 180 || method !== 'INVITE' ? 'gw83' : '';
    const body = withSdp ? SDP(source.includes(':') ? '198.51.100.9' : source) : '';
    const start = status > 0 ? `SIP/2.0 ${status} ${phrase}` : `${method} sip:${to}@example.net SIP/2.0`;
    const text = [
      start,
      `Via: SIP/2.0/UDP ${source}:5060;branch=${branch};rport`,
      'Max-Forwards: 70',
      `From: "Office ${index % 90}" <sip:${from}@example.com>;tag=ph${index}`,
      `To: <sip:${to}@example.net>${toTag ? `;tag=${toTag}` : ''}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:${from}@${source}:5060;transport=udp>`,
      `User-Agent: ${agent}`,
      ...(status === 503 ? ['Reason: Q.850;cause=34;text="No circuit/channel available"', 'Retry-After: 30'] : []),
      ...(body ? ['Content-Type: application/sdp'] : []),
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
    messages.push({
      id: `m${index}-${messages.length}`,
      timestampUs: nowUs,
      node: pick(random, ['edge-1', 'edge-2']),
      payloadType: 1,
      transport: 'udp',
      ipVersion: source.includes(':') ? 6 : 4,
      sourceIp: source,
      sourcePort: 5060,
      destinationIp: destination,
      destinationPort: 5060,
      callId,
      method,
      responseCode: status,
      reasonPhrase: phrase,
      cseq,
      fromUser: from,
      fromHost: 'example.com',
      fromTag: `ph${index}`,
      toUser: to,
      toHost: 'example.net',
      toTag,
      requestUser: status > 0 ? '' : to,
      requestHost: status > 0 ? '' : 'example.net',
      assertedUser: '',
      diversionUser: '',
      userAgent: agent,
      correlationId: '',
      defects: random() < 0.01 ? ['bad_contact'] : [],
      size: text.length,
      text,
      viaBranch: branch,
      sdp: withSdp
        ? {
            origin: `- 20518 0 IN IP4 ${source}`,
            media: [
              {
                type: 'audio',
                port: 49170,
                address: source,
                protocol: 'RTP/AVP',
                codecs: ['PCMA/8000', 'PCMU/8000', 'telephone-event/8000'],
                direction: 'sendrecv',
              },
            ],
          }
        : null,
      ...(source === sbc && destination === gateway
        ? { alsoSeenBy: [{ node: 'core-1', senderIp: '192.0.2.9', timestampUs: Math.round(nowUs) + 1240 }] }
        : {}),
    });
    return nowUs;
  };
  const both = (afterMs: number, method: string, status: number, phrase: string, cseq: number, withSdp = false) => {
    if (status === 0) {
      const at = add(afterMs, phone, sbc, method, 0, '', cseq, withSdp);
      add(1.7, sbc, gateway, method, 0, '', cseq, withSdp);
      return at;
    }
    add(afterMs, gateway, sbc, method, status, phrase, cseq, withSdp);
    return add(1.3, sbc, phone, method, status, phrase, cseq, withSdp);
  };
  const inviteUs = add(0, phone, sbc, 'INVITE', 0, '', 1, true);
  const tryingUs = add(0.9, sbc, phone, 'INVITE', 100, 'Trying', 1);
  add(2.4, sbc, gateway, 'INVITE', 0, '', 1, true);
  if (code === 503 || index % 9 === 0) add(501.2, sbc, gateway, 'INVITE', 0, '', 1, true);
  const rings = code === 200 || code === 487 || code === 480 || code === 0;
  const ringingUs = rings ? both(600 + random() * 2400, 'INVITE', 180, 'Ringing', 1) : null;
  let answerUs: number | null = null;
  let ackUs: number | null = null;
  let byeUs: number | null = null;
  let cancelUs: number | null = null;
  if (code === 487) {
    cancelUs = both(4000 + random() * 20_000, 'CANCEL', 0, '', 1);
    both(3, 'CANCEL', 200, 'OK', 1);
  }
  if (code > 0) {
    const finalUs = both(code === 200 ? 2000 + random() * 9000 : 120, 'INVITE', code, reason, 1, code === 200);
    if (code === 200) answerUs = finalUs;
    if (index % 14 !== 3) ackUs = both(22, 'ACK', 0, '', 1);
  }
  for (let pair = 0; pair < extraPairs; pair++) {
    both(200 + random() * 900, 'INFO', 0, '', 10 + pair);
    both(12, 'INFO', 200, 'OK', 10 + pair);
  }
  if (code === 200) {
    byeUs = both(3000 + random() * 200_000, 'BYE', 0, '', 2);
    both(18, 'BYE', 200, 'OK', 2);
  }
  const hosts = [...new Set(messages.flatMap((one) => [one.sourceIp, one.destinationIp]))].sort();
  const firstResponse = ringingUs ?? (code > 0 ? messages.find((one) => one.responseCode >= 200)!.timestampUs : null);
  const call: CallRecord = {
    callId,
    firstUs: startUs,
    lastUs: nowUs,
    fromUser: from,
    fromHost: 'example.com',
    toUser: to,
    toHost: 'example.net',
    requestUser: to,
    assertedUser: '',
    inviteUs,
    tryingUs,
    ringingUs,
    answerUs,
    ackUs,
    cancelUs,
    byeUs,
    responseCode: code,
    reasonPhrase: reason,
    outcome,
    pddMs: firstResponse === null ? null : (firstResponse - inviteUs) / 1000,
    durationMs: answerUs === null || byeUs === null ? null : (byeUs - answerUs) / 1000,
    sourceIp: phone,
    destinationIp: sbc,
    hosts,
    userAgents: [agent],
    nodes: ['edge-1', 'edge-2'],
    methods: [...new Set(messages.map((one) => one.method))].sort(),
    messageCount: messages.length,
  };
  return { call, messages };
}

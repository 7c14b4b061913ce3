import { type Hop, type SipParties, type SipStep, sipConversation, type WireMessage } from './sip-conversation.ts';

export const SBC_IP = '10.30.0.5';
export const GATEWAY_IP = '203.0.113.17';
/** Of the calls with a name; the others come from phones beside it. */
export const PHONE_IP = '10.20.4.31';

/** Call-IDs of the calls that are always there, each told apart by its number. */
export const NAMED_CALLS = {
  answered: { callId: '7f3c21d0-answered@10.20.4.31', callee: '+496990009773' },
  busy: { callId: '1b9e44a7-busy@10.20.4.31', callee: '+498999998204' },
  refused: { callId: '5d02c8f1-refused@10.20.4.31', callee: '+494066969219' },
  cancelled: { callId: 'c4a8e630-cancelled@10.20.4.31', callee: '+492214710655' },
  challenged: { callId: '98d51b2e-challenged@10.20.4.31', callee: '+493023125118' },
  registered: { callId: 'e07714bb-registered@10.20.4.31', callee: '' },
} as const;

const SECOND_US = 1_000_000;

/** Numbers that the Bundesnetzagentur sets aside for films, so that nobody has them. */
const CALLERS = ['+493023125432', '+4917139200001', '+4917604069042', '+492214710310', '+496990009550'];
const CALLEES = ['+493023125077', '+496990009118', '+494066969731', '+498999998640', '+492214710992'];

const PHONES = [
  { ip: PHONE_IP, agent: 'Yealink SIP-T46U 108.86.0.118', name: 'Front desk' },
  { ip: '10.20.4.32', agent: 'snomD785/10.1.184.15', name: 'Sales' },
  { ip: '10.20.4.57', agent: 'Grandstream GXP2170 1.0.11.64', name: 'Support' },
  { ip: '10.20.5.12', agent: 'PolyEdge-E350/8.1.3', name: 'Ward 4' },
];

function parties(phone: number, caller: string, callee: string, gateway = 0): SipParties {
  const { ip, agent, name } = PHONES[phone % PHONES.length]!;
  return {
    phone: { ip, port: 5060, agent, mediaPort: 11_780 + 2 * phone },
    sbc: { ip: SBC_IP, port: 5060, agent: 'kamailio (5.8.4 (x86_64/linux))', mediaPort: 30_412 + 2 * phone },
    gateway: {
      ip: gateway === 0 ? GATEWAY_IP : '203.0.113.18',
      port: 5060,
      agent: gateway === 0 ? 'Cisco-SIPGateway/IOS-16.12.5' : 'Mediant 4000B/v.7.40A.500',
      mediaPort: 17_004 + 2 * phone,
    },
    domain: 'voice.example.net',
    caller,
    callerName: name,
    callee,
  };
}

/** INVITE to the gateway and 100 on both hops. */
function setup(cseq: number, atMs = 0, headers: readonly string[] = []): SipStep[] {
  const invite = { method: 'INVITE', cseq } as const;
  return [
    { ...invite, atMs, hop: 'phone>sbc', sdp: true, headers },
    { ...invite, atMs: atMs + 0.9, hop: 'sbc>phone', code: 100 },
    { ...invite, atMs: atMs + 2.4, hop: 'sbc>gateway', sdp: true },
    { ...invite, atMs: atMs + 21.7, hop: 'gateway>sbc', code: 100 },
  ];
}

/** A response of the gateway, and the SBC's copy of it to the phone. */
function relayed(step: Omit<SipStep, 'hop'>): SipStep[] {
  return [
    { ...step, hop: 'gateway>sbc' },
    { ...step, hop: 'sbc>phone', atMs: step.atMs + 0.8 },
  ];
}

/** A request or, with a code, a response that goes from end to end. */
function through(step: Omit<SipStep, 'hop'>, hops: readonly [Hop, Hop]): SipStep[] {
  return [
    { ...step, hop: hops[0] },
    { ...step, hop: hops[1], atMs: step.atMs + 0.9 },
  ];
}

const TO_GATEWAY = ['phone>sbc', 'sbc>gateway'] as const;
const TO_PHONE = ['gateway>sbc', 'sbc>phone'] as const;

interface Answer {
  ringMs: number;
  talkMs: number;
  /** Who hangs up. */
  byGateway: boolean;
  /** Post-dial delay. */
  pddMs?: number;
}

function answered(cseq: number, { ringMs, talkMs, byGateway, pddMs = 640 }: Answer, atMs = 0): SipStep[] {
  const answerMs = atMs + pddMs + ringMs;
  const endMs = answerMs + talkMs;
  const bye = byGateway
    ? ({ method: 'BYE', cseq: 101, origin: 'gateway' } as const)
    : ({ method: 'BYE', cseq: cseq + 1 } as const);
  const [there, back] = byGateway ? [TO_PHONE, TO_GATEWAY] : [TO_GATEWAY, TO_PHONE];
  return [
    ...relayed({ atMs: atMs + pddMs, method: 'INVITE', cseq, code: 180 }),
    ...relayed({ atMs: answerMs, method: 'INVITE', cseq, code: 200, sdp: true }),
    ...through({ atMs: answerMs + 18, method: 'ACK', cseq }, TO_GATEWAY),
    ...through({ ...bye, atMs: endMs, headers: ['Reason: Q.850;cause=16;text="Normal call clearing"'] }, there),
    ...through({ ...bye, atMs: endMs + 19, code: 200 }, back),
  ];
}

/** A final failure of the gateway: it is acknowledged on each hop by itself (RFC 3261 17.1.1.3). */
function failed(atMs: number, code: number, cause: string): SipStep[] {
  const failure = { method: 'INVITE', cseq: 1, code, headers: [`Reason: Q.850;${cause}`] } as const;
  const ack = { method: 'ACK', cseq: 1 } as const;
  return [
    { ...failure, atMs, hop: 'gateway>sbc' },
    { ...ack, atMs: atMs + 0.5, hop: 'sbc>gateway' },
    { ...failure, atMs: atMs + 0.9, hop: 'sbc>phone' },
    { ...ack, atMs: atMs + 14, hop: 'phone>sbc' },
  ];
}

function cancelled(ringMs: number): SipStep[] {
  const cancel = { method: 'CANCEL', cseq: 1 } as const;
  const endMs = 640 + ringMs;
  return [
    ...setup(1),
    ...relayed({ atMs: 640, method: 'INVITE', cseq: 1, code: 180 }),
    { ...cancel, atMs: endMs, hop: 'phone>sbc' },
    { ...cancel, atMs: endMs + 0.4, hop: 'sbc>phone', code: 200, answeredBy: 'sbc' },
    { ...cancel, atMs: endMs + 0.8, hop: 'sbc>gateway' },
    { ...cancel, atMs: endMs + 19, hop: 'gateway>sbc', code: 200 },
    ...failed(endMs + 21, 487, 'cause=31;text="Normal, unspecified"'),
  ];
}

const NONCE = 'nonce="ZzR0vmc0c5I2Zbq0LhjH1zDq3sVf8Q2d"';

function challenged(caller: string, callee: string, talkMs: number): SipStep[] {
  const credentials = `Proxy-Authorization: Digest username="${caller}", realm="voice.example.net", ${NONCE}, uri="sip:${callee}@voice.example.net", response="6629fae49393a05397450978507c4ef1", algorithm=MD5`;
  return [
    { atMs: 0, hop: 'phone>sbc', method: 'INVITE', cseq: 1, sdp: true },
    {
      atMs: 0.7,
      hop: 'sbc>phone',
      method: 'INVITE',
      cseq: 1,
      code: 407,
      answeredBy: 'sbc',
      headers: [`Proxy-Authenticate: Digest realm="voice.example.net", ${NONCE}, algorithm=MD5`],
    },
    { atMs: 13, hop: 'phone>sbc', method: 'ACK', cseq: 1, answeredBy: 'sbc' },
    ...setup(2, 16, [credentials]),
    ...answered(2, { ringMs: 3_900, talkMs, byGateway: true }, 16),
  ];
}

function registered(caller: string): SipStep[] {
  const register = { method: 'REGISTER', answeredBy: 'sbc' } as const;
  const credentials = `Authorization: Digest username="${caller}", realm="voice.example.net", ${NONCE}, uri="sip:voice.example.net", response="0a4f113b2c9d40e5b7f3a1d2c6e89f70", algorithm=MD5`;
  return [
    { ...register, atMs: 0, hop: 'phone>sbc', cseq: 1 },
    {
      ...register,
      atMs: 0.6,
      hop: 'sbc>phone',
      cseq: 1,
      code: 401,
      headers: [`WWW-Authenticate: Digest realm="voice.example.net", ${NONCE}, algorithm=MD5`],
    },
    { ...register, atMs: 15, hop: 'phone>sbc', cseq: 2, headers: [credentials] },
    { ...register, atMs: 16.2, hop: 'sbc>phone', cseq: 2, code: 200 },
  ];
}

/** The INVITE to the gateway, again after half a second: its 100 was slow (timer A of RFC 3261 17.1.1.2). */
function retransmitted(steps: readonly SipStep[]): SipStep[] {
  return steps.flatMap((step) => {
    if (step.method !== 'INVITE' || step.hop === 'phone>sbc' || step.hop === 'sbc>phone') return [step];
    if (step.code === 100) return [{ ...step, atMs: step.atMs + 640 }];
    return step.hop === 'sbc>gateway' ? [step, { ...step, atMs: step.atMs + 500 }] : [step];
  });
}

/** The same packets as a second capture node saw them, at the gateway, a moment later. */
function alsoSeenAtGateway(messages: readonly WireMessage[]): WireMessage[] {
  return messages
    .filter((message) => message.sourceIp === GATEWAY_IP || message.destinationIp === GATEWAY_IP)
    .map((message) => ({ ...message, nodeName: 'gw-1', timestampUs: message.timestampUs + 140 }));
}

/** Those that are stored: what the second node saw is a copy of what the first one did. */
export function storedOf(messages: readonly WireMessage[]): WireMessage[] {
  return messages.filter(({ nodeName }) => nodeName !== 'gw-1');
}

/**
 * What three hosts say in the minutes before `endUs`: an answered call whose far hop two capture nodes saw, a busy one, one refused
 * with 503 after a retransmission, a cancelled one, one that is asked for credentials, a registration; and as many `others` as are
 * wanted over the 55 minutes before, of all these kinds. In order of time, and the same for the same arguments.
 */
export function callTraffic(endUs: number, others = 0): WireMessage[] {
  const caller = CALLERS[0]!;
  const named = (name: keyof typeof NAMED_CALLS, beforeEndS: number, steps: readonly SipStep[]) => {
    const { callId, callee } = NAMED_CALLS[name];
    return sipConversation(parties(0, caller, callee), callId, endUs - beforeEndS * SECOND_US, steps);
  };
  const first = named('answered', 170, [
    ...setup(1),
    ...answered(1, { ringMs: 4_210, talkMs: 96_400, byGateway: false }),
  ]);
  const messages = [
    ...first,
    ...alsoSeenAtGateway(first),
    ...named('busy', 140, [...setup(1), ...failed(910, 486, 'cause=17;text="User busy"')]),
    ...named(
      'refused',
      75,
      retransmitted([...setup(1), ...failed(1_830, 503, 'cause=34;text="No circuit/channel available"')]),
    ),
    ...named('cancelled', 60, cancelled(11_300)),
    ...named('challenged', 45, challenged(caller, NAMED_CALLS.challenged.callee, 31_000)),
    ...named('registered', 20, registered(caller)),
  ];
  for (let index = 0; index < others; index++) messages.push(...otherCall(endUs, index, others));
  return messages.sort((left, right) => left.timestampUs - right.timestampUs);
}

function otherCall(endUs: number, index: number, count: number): WireMessage[] {
  // Spread by the golden ratio: even, without a pattern that the eye finds.
  const at = (index * 0.618034) % 1;
  const pick = (index * 7 + Math.floor(index / 5)) % 25;
  const beforeEndS = 200 + at ** 1.25 * 3_250;
  const who = parties(index, CALLERS[pick % 5]!, CALLEES[Math.floor(pick / 5)]!, index % 3 === 0 ? 1 : 0);
  const callId = `${(0x1f3a_5c00 + index * 7919 + count).toString(16)}-${index}@${who.phone.ip}`;
  return sipConversation(who, callId, Math.round(endUs - beforeEndS * SECOND_US), otherSteps(index, who));
}

function otherSteps(index: number, { caller, callee }: SipParties): SipStep[] {
  const talkMs = 4_000 + ((index * 37_123) % 176_000);
  switch (index % 13) {
    case 4:
      return [...setup(1), ...failed(700 + 11 * index, 486, 'cause=17;text="User busy"')];
    case 7:
      return retransmitted([
        ...setup(1),
        ...failed(1_200 + 7 * index, 503, 'cause=34;text="No circuit/channel available"'),
      ]);
    case 8:
      return cancelled(2_000 + index * 130);
    case 10:
      return challenged(caller, callee, talkMs);
    case 11:
      return registered(caller);
    default:
      return [
        ...setup(1),
        ...answered(1, {
          pddMs: 380 + ((index * 277) % 1_900),
          ringMs: 1_900 + ((index * 911) % 7_000),
          talkMs,
          byGateway: index % 2 === 0,
        }),
      ];
  }
}

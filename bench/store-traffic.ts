import { createHash } from 'node:crypto';
import {
  type CapturedPacket,
  emptyFields,
  emptyPacket,
  Field,
  IpProtocol,
  type MessageFields,
  PayloadType,
} from '@calliope/model';

/** One message of made-up traffic, valid until the next is made. */
export interface TrafficMessage {
  packet: CapturedPacket;
  fields: MessageFields;
}

interface Call {
  callId: string;
  fromUser: string;
  toUser: string;
  requestUser: string;
  assertedUser: string;
  diversionUser: string;
  fromTag: string;
  toTag: string;
  branch: string;
  client: number;
  server: number;
  userAgent: string;
  steps: readonly Step[];
  sdp: string;
}

interface Step {
  /** Seconds after the step before. */
  after: number;
  method: string;
  code: number;
  reason: string;
}

const request = (after: number, method: string): Step => ({ after, method, code: 0, reason: '' });
const response = (after: number, method: string, code: number, reason: string): Step => ({
  after,
  method,
  code,
  reason,
});

const START = [request(0, 'INVITE'), response(0.004, 'INVITE', 100, 'Trying')];
const SCENARIOS: ReadonlyArray<{ share: number; steps: readonly Step[] }> = [
  {
    share: 70,
    steps: [
      ...START,
      response(1.6, 'INVITE', 180, 'Ringing'),
      response(7.3, 'INVITE', 200, 'OK'),
      request(0.03, 'ACK'),
      request(85, 'BYE'),
      response(0.02, 'BYE', 200, 'OK'),
    ],
  },
  { share: 10, steps: [...START, response(0.9, 'INVITE', 486, 'Busy Here'), request(0.01, 'ACK')] },
  {
    share: 8,
    steps: [
      ...START,
      response(1.4, 'INVITE', 180, 'Ringing'),
      request(21, 'CANCEL'),
      response(0.01, 'CANCEL', 200, 'OK'),
      response(0.02, 'INVITE', 487, 'Request Terminated'),
      request(0.01, 'ACK'),
    ],
  },
  { share: 2, steps: [...START, response(4.2, 'INVITE', 503, 'Service Unavailable'), request(0.01, 'ACK')] },
  { share: 6, steps: [request(0, 'OPTIONS'), response(0.01, 'OPTIONS', 200, 'OK')] },
  {
    share: 4,
    steps: [
      request(0, 'REGISTER'),
      response(0.01, 'REGISTER', 401, 'Unauthorized'),
      request(0.1, 'REGISTER'),
      response(0.02, 'REGISTER', 200, 'OK'),
    ],
  },
];
const SCENARIO_OF = SCENARIOS.flatMap(({ share, steps }) => Array.from({ length: share }, () => steps));

export const MESSAGES_PER_CALL = SCENARIO_OF.reduce((sum, steps) => sum + steps.length, 0) / SCENARIO_OF.length;

const USER_AGENTS = [
  'Asterisk PBX 20.9.3',
  'FreeSWITCH-mod_sofia/1.10.12',
  'Cisco-CP8845/14.2.1',
  'Yealink SIP-T46U 108.86.0.90',
];
const HOSTS = ['sip.example.net', 'pbx.example.com', 'carrier-a.example.org'];

/** The same call for the same number, every text of it random. */
export function callOf(index: number): Call {
  const random = createHash('sha256').update(`call ${index}`).digest();
  const hex = random.toString('hex');
  const digits = (at: number): string => String(1_000_000_000 + random.readUInt32LE(at)).slice(1);
  const toUser = `4930${digits(4)}`;
  return {
    callId: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`,
    fromUser: `+4989${digits(0)}`,
    toUser,
    requestUser: random[8]! < 64 ? `00${toUser}` : toUser,
    assertedUser: random[9]! < 64 ? `+4940${digits(10)}` : '',
    diversionUser: random[10]! < 12 ? `+4969${digits(11)}` : '',
    fromTag: hex.slice(32, 42),
    toTag: hex.slice(42, 52),
    branch: hex.slice(52, 64),
    client: random.readUInt16LE(14) % 5_000,
    server: random[16]! % 4,
    userAgent: USER_AGENTS[random[17]! % USER_AGENTS.length]!,
    steps: SCENARIO_OF[random.readUInt16LE(18) % SCENARIO_OF.length]!,
    sdp: [
      'v=0',
      `o=- ${random.readUInt32LE(20)} 1 IN IP4 192.0.2.${random[24]}`,
      's=-',
      `c=IN IP4 192.0.2.${random[24]}`,
      't=0 0',
      `m=audio ${16_384 + (random.readUInt16LE(25) % 16_384)} RTP/AVP 8 0 101`,
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:101 telephone-event/8000',
      '',
    ].join('\r\n'),
  };
}

/**
 * Yields about `messages` messages of calls that begin evenly over `spanUs` from `startUs`, in the order of time, as a capture node sees them.
 */
export function* traffic(messages: number, startUs: number, spanUs: number): Generator<TrafficMessage> {
  const calls = Math.max(1, Math.round(messages / MESSAGES_PER_CALL));
  const builder = createBuilder();
  const due = new Map<number, Array<{ us: number; call: number; step: number }>>();
  const schedule = (us: number, call: number, step: number): void => {
    const second = Math.floor(us / 1e6);
    const events = due.get(second);
    if (events) events.push({ us, call, step });
    else due.set(second, [{ us, call, step }]);
  };
  const startOf = (call: number): number => startUs + Math.floor((call * spanUs) / calls) + ((call * 7_919) % 911);
  let next = 0;
  for (let second = Math.floor(startUs / 1e6); next < calls || due.size > 0; second++) {
    while (next < calls && Math.floor(startOf(next) / 1e6) <= second) schedule(startOf(next), next++, 0);
    // Steps that follow within the same second are added to the list that is being worked off.
    for (let events = due.get(second); events && events.length > 0; events = due.get(second)) {
      due.delete(second);
      for (const { us, call, step } of events.sort((a, b) => a.us - b.us)) {
        const of = callOf(call);
        yield builder(of, step, us);
        const following = of.steps[step + 1];
        if (following)
          schedule(us + Math.round(following.after * 1e6 * (0.5 + ((call * 31) % 101) / 100)), call, step + 1);
      }
    }
  }
}

function createBuilder(): (call: Call, step: number, us: number) => TrafficMessage {
  const bytes = Buffer.alloc(4_096);
  const head = Buffer.alloc(8);
  const fields = emptyFields();
  fields.bytes = bytes;
  const packet = emptyPacket();
  Object.assign(packet, {
    head,
    destinationAt: 4,
    payload: bytes,
    protocol: IpProtocol.UDP,
    payloadType: PayloadType.SIP,
    captureId: 2001,
  });
  let at = 0;
  const put = (text: string, field = -1): void => {
    const start = at;
    at += bytes.write(text, at, 'latin1');
    if (field >= 0) {
      fields.at[2 * field] = start;
      fields.at[2 * field + 1] = at;
    }
  };

  return (call, index, us) => {
    const step = call.steps[index]!;
    const fromHost = HOSTS[call.server % HOSTS.length]!;
    const toHost = HOSTS[(call.server + 1) % HOSTS.length]!;
    const client = `10.${call.client >> 8}.${call.client & 255}.9`;
    const server = `198.51.100.${10 + call.server}`;
    at = 0;
    fields.at.fill(0);
    if (step.code === 0) {
      put(step.method, Field.METHOD);
      put(' sip:');
      put(call.requestUser, Field.REQUEST_USER);
      put('@');
      put(toHost, Field.REQUEST_HOST);
      put(' SIP/2.0\r\n');
    } else {
      put(`SIP/2.0 ${step.code} `);
      put(step.reason, Field.REASON_PHRASE);
      put('\r\n');
    }
    put(`Via: SIP/2.0/UDP ${client}:5060;branch=`);
    put(`z9hG4bK${call.branch}${index}`, Field.VIA_BRANCH);
    put(';rport\r\nMax-Forwards: 70\r\nFrom: <sip:');
    put(call.fromUser, Field.FROM_USER);
    put('@');
    put(fromHost, Field.FROM_HOST);
    put('>;tag=');
    put(call.fromTag, Field.FROM_TAG);
    put('\r\nTo: <sip:');
    put(call.toUser, Field.TO_USER);
    put('@');
    put(toHost, Field.TO_HOST);
    put('>');
    if (index > 1) {
      put(';tag=');
      put(call.toTag, Field.TO_TAG);
    }
    put('\r\nCall-ID: ');
    put(call.callId, Field.CALL_ID);
    put(`\r\nCSeq: ${step.method === 'BYE' ? 2 : 1} `);
    put(step.method, step.code === 0 ? -1 : Field.METHOD);
    put(`\r\nContact: <sip:${call.fromUser}@${client}:5060>\r\n`);
    if (step.code === 0 && call.assertedUser) {
      put('P-Asserted-Identity: <sip:');
      put(call.assertedUser, Field.ASSERTED_USER);
      put(`@${fromHost}>\r\n`);
    }
    if (step.code === 0 && call.diversionUser) {
      put('Diversion: <sip:');
      put(call.diversionUser, Field.DIVERSION_USER);
      put(`@${fromHost}>;reason=unconditional\r\n`);
    }
    put('User-Agent: ');
    put(call.userAgent, Field.USER_AGENT);
    put('\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO\r\nSupported: replaces, timer\r\n');
    const body = step.method === 'INVITE' && (step.code === 0 || step.code === 200) ? call.sdp : '';
    if (body) put('Content-Type: application/sdp\r\n');
    put(`Content-Length: ${body.length}\r\n\r\n${body}`);
    fields.responseCode = step.code;
    fields.cseq = step.method === 'BYE' ? 2 : 1;

    const swapped = step.code !== 0;
    head.set([10, call.client >> 8, call.client & 255, 9], swapped ? 4 : 0);
    head.set(server.split('.').map(Number), swapped ? 0 : 4);
    packet.sourcePort = 5060;
    packet.destinationPort = 5060;
    packet.timestampUs = us;
    packet.payloadEnd = at;
    return { packet, fields };
  };
}

/** What the parties of a call do. Numbers are put where SIPp's keywords may stand too, e.g. `4930[call_number]`. */
export interface CallParties {
  callerNumber?: string;
  calledNumber?: string;
}

export interface CallerScenario extends CallParties {
  /** `answered`: talks for `talkMs` and hangs up; `cancelled`: gives up as soon as it rings; a code: expects to be refused with it. */
  outcome: 'answered' | 'cancelled' | number;
  /** Default 100. */
  talkMs?: number;
}

export interface CalleeScenario {
  /** `answer`: rings and answers; `ring`: rings until cancelled; a code: refuses with it. */
  behaviour: 'answer' | 'ring' | { code: number; reasonPhrase: string };
}

/** The caller's side, for `sipp -sf`. */
export function callerScenario(scenario: CallerScenario): string {
  const { outcome } = scenario;
  const begin = send('INVITE', sdpBody(), scenario, {});
  if (outcome === 'cancelled') {
    return document(
      'caller that gives up',
      begin,
      provisional(),
      receive(180),
      // On the branch of the INVITE (RFC 3261 section 9.1).
      send('CANCEL', '', scenario, { branchOf: 3 }),
      receive(200),
      receive(487),
      send('ACK', '', scenario, { branchOf: 6 }),
    );
  }
  if (outcome === 'answered') {
    return document(
      'caller that talks and hangs up',
      begin,
      provisional(),
      receive(180, 'optional="true"'),
      receive(200, 'rrs="true"'),
      send('ACK', '', scenario, { inDialog: true }),
      `  <pause milliseconds="${scenario.talkMs ?? 100}"/>`,
      send('BYE', '', scenario, { inDialog: true, cseq: 2 }),
      receive(200),
    );
  }
  return document(
    'caller that is refused',
    begin,
    provisional(),
    receive(180, 'optional="true"'),
    receive(outcome),
    send('ACK', '', scenario, { branchOf: 4 }),
  );
}

/** The called side, for `sipp -sf`. */
export function calleeScenario({ behaviour }: CalleeScenario): string {
  const invite = receiveRequest('INVITE', 'rrs="true"');
  if (behaviour === 'answer') {
    return document(
      'callee that answers',
      invite,
      respond('180 Ringing'),
      respond('200 OK', sdpBody()),
      receiveRequest('ACK'),
      receiveRequest('BYE'),
      respond('200 OK').replace(CALLEE_TAG, ''),
    );
  }
  if (behaviour === 'ring') {
    return document(
      'callee that rings until cancelled',
      receiveRequest('INVITE', 'rrs="true"', KEEP_VIAS),
      respond('180 Ringing'),
      receiveRequest('CANCEL'),
      respond('200 OK'),
      respondToInvite('487 Request Terminated'),
      receiveRequest('ACK'),
    );
  }
  const { code, reasonPhrase } = behaviour;
  return document('callee that refuses', invite, respond(`${code} ${reasonPhrase}`), receiveRequest('ACK'));
}

function document(name: string, ...commands: string[]): string {
  return `<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="${name}">\n${commands.join('\n')}\n</scenario>\n`;
}

interface SendOptions {
  inDialog?: boolean;
  cseq?: number;
  /** How many commands before this one the INVITE stands, when this belongs to its transaction. */
  branchOf?: number;
}

function send(method: string, body: string, parties: CallParties, options: SendOptions): string {
  const called = parties.calledNumber ?? '49691234567';
  const target = options.inDialog ? '[next_url]' : `sip:${called}@[remote_ip]:[remote_port]`;
  const branch = options.branchOf === undefined ? '[branch]' : `[branch-${options.branchOf}]`;
  const lines = [
    `${method} ${target} SIP/2.0`,
    `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${branch}`,
    ...(options.inDialog ? ['[routes]'] : []),
    `From: <sip:${parties.callerNumber ?? '49307654321'}@[local_ip]:[local_port]>;tag=[pid]caller[call_number]`,
    `To: <sip:${called}@[remote_ip]:[remote_port]>${method === 'INVITE' || method === 'CANCEL' ? '' : '[peer_tag_param]'}`,
    'Call-ID: [call_id]',
    `CSeq: ${options.cseq ?? 1} ${method}`,
    'Contact: <sip:caller@[local_ip]:[local_port];transport=[transport]>',
    'Max-Forwards: 70',
    'User-Agent: laboratory caller',
  ];
  const retransmit = method === 'ACK' ? '' : ' retrans="500"';
  return `  <send${retransmit}>${message(lines, body)}</send>`;
}

const CALLEE_TAG = ';tag=[pid]callee[call_number]';

function respond(status: string, body = ''): string {
  return `  <send>${message(
    [
      `SIP/2.0 ${status}`,
      '[last_Via:]',
      '[last_Record-Route:]',
      '[last_From:]',
      `[last_To:]${CALLEE_TAG}`,
      '[last_Call-ID:]',
      '[last_CSeq:]',
      'Contact: <sip:callee@[local_ip]:[local_port];transport=[transport]>',
      'Server: laboratory callee',
    ],
    body,
  )}</send>`;
}

/** Remembers all Via lines of the INVITE: a proxy's CANCEL has but the proxy's own (RFC 3261 section 9.1). */
const KEEP_VIAS =
  '<action><ereg regexp="(Via:[^[:cntrl:]]*[[:cntrl:]]+)+" search_in="msg" check_it="true" assign_to="vias,lastVia"/></action>';

/** The final response to the INVITE when a CANCEL came after it. */
function respondToInvite(status: string): string {
  return respond(status)
    .replace('[last_Via:]\n', '[$vias]')
    .replace('[last_CSeq:]', 'CSeq: [cseq] INVITE')
    .concat('\n  <Reference variables="lastVia"/>');
}

function provisional(): string {
  return receive(100, 'optional="true"');
}

function receive(code: number, attributes = ''): string {
  return `  <recv response="${code}" ${attributes}/>`;
}

function receiveRequest(method: string, attributes = '', action = ''): string {
  return `  <recv request="${method}" ${attributes}>${action}</recv>`;
}

function sdpBody(): string {
  return [
    'v=0',
    'o=laboratory 1 1 IN IP[local_ip_type] [local_ip]',
    's=-',
    'c=IN IP[media_ip_type] [media_ip]',
    't=0 0',
    'm=audio [media_port] RTP/AVP 8 101',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:101 telephone-event/8000',
    '',
  ].join('\n');
}

/** SIPp turns line feeds into CR LF and drops the first empty line. */
function message(lines: readonly string[], body: string): string {
  const type = body === '' ? [] : ['Content-Type: application/sdp'];
  return `<![CDATA[\n${[...lines, ...type, 'Content-Length: [len]', '', body].join('\n')}\n]]>`;
}

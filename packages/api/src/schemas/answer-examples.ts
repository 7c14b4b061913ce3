import type { CallRecord, HealthReport, MessageSummary, Observation, TokenInfo, UserInfo } from '@calliope/model';

/** One call that runs through the examples of the document: 10.30.0.4 calls +49 69 7654321, and gets no answer. */
const T = 1_795_352_530_118_000;

export const EXAMPLE_MESSAGE: MessageSummary = {
  id: '6TQ3W1Q2PAW00',
  timestampUs: T,
  node: 'node-1',
  payloadType: 1,
  transport: 'udp',
  ipVersion: 4,
  sourceIp: '10.30.0.4',
  sourcePort: 5060,
  destinationIp: '10.30.0.9',
  destinationPort: 5060,
  callId: 'f81d4fae-7dec@10.30.0.4',
  method: 'INVITE',
  responseCode: 0,
  reasonPhrase: '',
  cseq: 1,
  fromUser: '+49305550432',
  fromHost: '10.30.0.4',
  fromTag: 'a73kszlfl',
  toUser: '+49697654321',
  toHost: '10.30.0.9',
  toTag: '',
  requestUser: '+49697654321',
  requestHost: '10.30.0.9',
  assertedUser: '',
  diversionUser: '',
  userAgent: 'SBC-1',
  correlationId: '',
  defects: [],
  size: 575,
};

export const EXAMPLE_CALL: CallRecord = {
  callId: EXAMPLE_MESSAGE.callId,
  firstUs: T,
  lastUs: T + 310_500,
  fromUser: EXAMPLE_MESSAGE.fromUser,
  fromHost: EXAMPLE_MESSAGE.fromHost,
  toUser: EXAMPLE_MESSAGE.toUser,
  toHost: EXAMPLE_MESSAGE.toHost,
  requestUser: EXAMPLE_MESSAGE.requestUser,
  assertedUser: '',
  inviteUs: T,
  tryingUs: T + 900,
  ringingUs: null,
  answerUs: null,
  ackUs: T + 310_500,
  cancelUs: null,
  byeUs: null,
  responseCode: 503,
  reasonPhrase: 'Service Unavailable',
  outcome: 'failed',
  pddMs: 310,
  durationMs: null,
  sourceIp: '10.30.0.4',
  destinationIp: '10.30.0.9',
  hosts: ['10.30.0.4', '10.30.0.9'],
  userAgents: ['SBC-1'],
  nodes: ['node-1'],
  methods: ['ACK', 'INVITE'],
  messageCount: 4,
};

export const EXAMPLE_OBSERVATION: Observation = { node: 'node-2', senderIp: '10.30.0.5', timestampUs: T + 180 };

export const EXAMPLE_RANGE = { fromUs: T - 3_600_000_000, toUs: T + 60_000_000, elapsedMs: 8.4 };

export const EXAMPLE_USER: UserInfo = { username: 'alice', role: 'user', createdUs: T, mustChangePassword: false };

export const EXAMPLE_TOKEN: TokenInfo = {
  id: 'e7MA9LYwDHcY',
  name: 'grafana',
  username: 'alice',
  createdUs: T,
  lastUsedUs: null,
  expiresUs: T + 90 * 86_400_000_000,
};

export const EXAMPLE_HEALTH: HealthReport = {
  status: 'ok',
  version: '0.1.0',
  uptimeSeconds: 86400,
  problems: [],
  receivers: [
    {
      name: 'udp 0.0.0.0:9060',
      received: 120_000,
      stored: 119_990,
      duplicates: 4,
      refused: 0,
      undecodable: 1,
      dropped: { kernel: 0, queue: 0, spool: 0 },
      pending: 5,
      keepAlives: 12,
    },
  ],
  agents: [
    {
      node: 'node-1',
      address: '10.30.0.4',
      version: 'HEP 3',
      received: 120_000,
      stored: 119_400,
      duplicates: 500,
      refused: 0,
      undecodable: 0,
      dropped: 0,
      pending: 100,
      lastSeenUs: T,
      ratePerSecond: 812.4,
      skewMs: 0.4,
    },
  ],
  spool: { batches: 1, bytes: 3000, limitBytes: 4_294_967_296, droppedMessages: 0, oldestUs: T },
  engine: { state: 'running', restarts: 0, lastError: null },
  store: { messages: 119_990, calls: 9000, bytes: 7_800_000, oldestUs: T - 86_400_000_000, newestUs: T },
  disk: { freeBytes: 80_000_000_000, totalBytes: 100_000_000_000 },
  listen: { http: 'http://127.0.0.1:9080', hep: ['udp 0.0.0.0:9060'] },
  configuration: { loadedUs: T, reloads: 0, applied: [], needsRestart: [], error: null },
};

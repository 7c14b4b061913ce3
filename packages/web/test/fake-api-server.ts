// For development and screenshots only: `node test/fake-api-server.ts [PORT]` serves dist and answers the API with invented calls.
// FAKE=empty starts with nothing stored, FAKE=trouble with losses and problems. User admin, any password; "first" must change it.

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import process from 'node:process';
import { buildLadder, ladderToSvg, ladderToText } from '@calliope/calls';
import {
  type AgentReport,
  type CallMessage,
  type CallRecord,
  END_OF_TIME_US,
  type HealthReport,
  type HistogramBucket,
  type MessageSummary,
} from '@calliope/model';
import { compileQuery, parseTime } from '@calliope/query';
import { webDistUrl } from '../src/index.ts';
import { type FakeCall, fakeCall } from './fake-calls.ts';

const port = Number(process.argv[2] ?? 9180);
const trouble = process.env.FAKE === 'trouble';
let session: { username: string; role: 'admin'; mustChangePassword: boolean } | null = process.env.FAKE_LOGIN
  ? null
  : admin('admin');
const fakes: FakeCall[] = [];
const startedUs = Date.now() * 1000;

function admin(username: string) {
  return { username, role: 'admin' as const, mustChangePassword: username === 'first' };
}

function fill(): void {
  for (let index = 0; index < 3000; index++) {
    const agoUs = (index * 3.1 + 20 * Math.sin(index / 40)) * 1_000_000 + 8_000_000;
    fakes.push(fakeCall(index, Math.round(startedUs - agoUs - 200_000_000), index === 5 ? 2500 : 0));
  }
}
if (process.env.FAKE !== 'empty') fill();

function fakeAgent(known: Partial<AgentReport>): AgentReport {
  const received = known.received ?? 0;
  const { duplicates = 0, dropped = 0 } = known;
  return {
    node: 'edge-1',
    address: '192.0.2.1',
    version: 'HEP 3',
    received,
    stored: received - duplicates - dropped,
    duplicates,
    refused: 0,
    undecodable: 0,
    dropped,
    pending: 0,
    lastSeenUs: Date.now() * 1000,
    ratePerSecond: 841.5,
    skewMs: 0.4,
    ...known,
  };
}

function health(): HealthReport {
  const messages = fakes.reduce((sum, one) => sum + one.messages.length, 0);
  const received = 8_412_004 + messages;
  const dropped = trouble ? { kernel: 1204, queue: 0, spool: 0 } : { kernel: 0, queue: 0, spool: 0 };
  const lost = dropped.kernel;
  return {
    status: trouble ? 'degraded' : 'ok',
    version: '0.1.0',
    uptimeSeconds: 187_233,
    problems: trouble
      ? ['The receive buffer is 212,992 bytes: raise net.core.rmem_max or run with CAP_NET_ADMIN.']
      : [],
    receivers: [
      {
        name: 'udp 0.0.0.0:9060',
        received,
        stored: received - lost - 812,
        duplicates: 800,
        refused: 12,
        undecodable: 0,
        dropped,
        pending: 0,
        keepAlives: 3121,
      },
      {
        name: 'tcp 0.0.0.0:9060',
        connections: { open: 3, accepted: 9, closed: { handshake: 4 }, lastFailure: '192.0.2.7: no TLS' },
        received: 1204,
        stored: 1204,
        duplicates: 0,
        refused: 0,
        undecodable: 0,
        dropped: {},
        pending: 0,
        keepAlives: 0,
      },
    ],
    agents: [
      fakeAgent({ node: 'edge-1', address: '192.0.2.1', received: 4_100_211, duplicates: 11_204 }),
      fakeAgent({
        node: 'edge-2',
        address: '192.0.2.2',
        received: 4_311_793,
        skewMs: trouble ? 4210 : -1.2,
        dropped: trouble ? 7 : 0,
      }),
    ],
    spool: {
      batches: trouble ? 31 : 0,
      bytes: trouble ? 48_000_000 : 0,
      limitBytes: 4_294_967_296,
      droppedMessages: 0,
      oldestUs: null,
    },
    engine: {
      state: trouble ? 'restarting' : 'running',
      restarts: trouble ? 2 : 0,
      lastError: trouble ? 'The process ended with SIGKILL.' : null,
    },
    store: {
      messages,
      calls: fakes.length,
      bytes: messages * 52,
      oldestUs: fakes.at(-1)?.call.firstUs ?? null,
      newestUs: fakes[0]?.call.lastUs ?? null,
    },
    disk: { freeBytes: 81_000_000_000, totalBytes: 120_000_000_000 },
    listen: { http: 'http 127.0.0.1:9080', hep: ['udp 0.0.0.0:9060', 'tcp 0.0.0.0:9060', 'udp [::]:9060'] },
    configuration: { loadedUs: 0, reloads: 0, applied: [], needsRestart: [], error: null },
  };
}

function rangeOf(params: URLSearchParams) {
  const nowUs = Date.now() * 1000;
  const options = { nowUs, timeZone: params.get('tz') ?? 'UTC' };
  const read = (text: string) => {
    const parsed = parseTime(text, options);
    return 'us' in parsed ? parsed.us : nowUs;
  };
  return {
    fromUs: read(params.get('from') || 'now-24h'),
    toUs: params.get('to') ? read(params.get('to')!) : END_OF_TIME_US,
  };
}

/** Not the language, only enough to look at: words, and `field = value` for a few fields. */
function matches(item: CallRecord | MessageSummary, q: string): boolean {
  const terms = q.split(/\s+and\s+/i).filter((part) => part.trim() !== '');
  const whole = JSON.stringify(item);
  return terms.every((part) => {
    const match = /^(\w+)\s*(!?=)\s*"?(.*?)"?$/.exec(part.trim());
    if (!match) return whole.includes(part.trim());
    return whole.includes(match[3]!) === (match[2] === '=');
  });
}

function find(of: string, params: URLSearchParams): (CallRecord | MessageSummary)[] {
  const { fromUs, toUs } = rangeOf(params);
  const q = params.get('q') ?? '';
  const items: (CallRecord | MessageSummary)[] =
    of === 'calls' ? fakes.map((one) => one.call) : fakes.flatMap((one) => one.messages);
  const timeOf = (item: CallRecord | MessageSummary) =>
    'timestampUs' in item ? item.timestampUs : (item.inviteUs ?? item.firstUs);
  const found = items.filter((item) => timeOf(item) >= fromUs && timeOf(item) < toUs && matches(item, q));
  return found.sort((a, b) => (params.get('order') === 'asc' ? 1 : -1) * (timeOf(a) - timeOf(b)));
}

function searchAnswer(of: 'calls' | 'messages', params: URLSearchParams) {
  const found = find(of, params);
  const at = Number(params.get('cursor') ?? 0);
  const limit = Number(params.get('limit') ?? 100);
  return {
    items: found.slice(at, at + limit),
    ...(at + limit < found.length ? { cursor: String(at + limit) } : {}),
    ...(at === 0 ? { total: { count: found.length, exact: true } } : {}),
    ...rangeOf(params),
    elapsedMs: 38.2,
  };
}

function histogram(params: URLSearchParams) {
  const of = params.get('of') ?? 'messages';
  const { fromUs, toUs: endUs } = rangeOf(params);
  const toUs = Math.min(endUs, Date.now() * 1000);
  const bucketUs =
    [1, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400, 604_800]
      .map((s) => s * 1e6)
      .find((us) => (toUs - fromUs) / us <= 120) ?? 2.6e12;
  const buckets = new Map<number, HistogramBucket>();
  for (const item of find(of, params)) {
    const timeUs = 'timestampUs' in item ? item.timestampUs : item.firstUs;
    const startUs = Math.floor(timeUs / bucketUs) * bucketUs;
    const group =
      'timestampUs' in item
        ? item.responseCode > 0
          ? `${Math.floor(item.responseCode / 100)}xx`
          : item.method
        : item.outcome;
    const bucket = buckets.get(startUs) ?? { startUs, counts: {} };
    bucket.counts[group] = (bucket.counts[group] ?? 0) + 1;
    buckets.set(startUs, bucket);
  }
  return { bucketUs, fromUs, toUs, buckets: [...buckets.values()].sort((a, b) => a.startUs - b.startUs) };
}

function facets(params: URLSearchParams) {
  const found = find(params.get('of') ?? 'messages', params);
  const answer: Record<string, { value: string; count: number }[]> = {};
  for (const field of (params.get('fields') ?? '').split(',')) {
    const counts = new Map<string, number>();
    for (const item of found) {
      for (const value of [(item as unknown as Record<string, unknown>)[field]].flat())
        counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
    }
    answer[field] = [...counts]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count)
      .slice(0, 20);
  }
  return { facets: answer };
}

function messagesOf(callIds: string[]): CallMessage[] {
  return fakes
    .filter((one) => callIds.includes(one.call.callId))
    .flatMap((one) => one.messages)
    .sort((a, b) => a.timestampUs - b.timestampUs);
}

function messageAnswer(id: string) {
  const message = fakes.flatMap((one) => one.messages).find((one) => one.id === id);
  if (!message) return undefined;
  const { text, viaBranch: _branch, sdp, alsoSeenBy = [], ...summary } = message;
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [startLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const [name = '', ...rest] = line.split(': ');
    return { name, canonicalName: name, value: rest.join(': ') };
  });
  return {
    message: summary,
    payloadBase64: Buffer.from(text).toString('base64'),
    text,
    startLine,
    headers,
    body,
    sdp,
    alsoSeenBy,
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function answerApi(
  path: string,
  params: URLSearchParams,
  request: IncomingMessage,
): Promise<[number, unknown, string?]> {
  if (path === 'login') {
    session = admin(JSON.parse(String(await bodyOf(request))).username);
    return [200, session];
  }
  if (!session) return [401, { error: { code: 'unauthorized', message: 'Log in first.', retryable: false } }];
  if (path === 'logout') session = null;
  if (path === 'me/password' && session) session = { ...session, mustChangePassword: false };
  if (path === 'logout' || path === 'me/password') return [204, ''];
  if (path === 'me') return [200, session];
  if (path === 'health') return [200, health()];
  if (path === 'calls' || path === 'messages') {
    const compiled = compileQuery(params.get('q') ?? '', { of: path, nowUs: Date.now() * 1000, timeZone: 'UTC' });
    if (!compiled.ok) return [400, { error: { ...compiled.error, retryable: false } }];
    return [200, searchAnswer(path, params)];
  }
  if (path.startsWith('messages/')) {
    const answer = messageAnswer(decodeURIComponent(path.slice(9)));
    return answer
      ? [200, answer]
      : [404, { error: { code: 'not_found', message: 'There is no such message.', retryable: false } }];
  }
  if (path === 'call') {
    const callIds = params.getAll('call_id');
    const calls = fakes
      .map((one) => one.call)
      .filter((one) => callIds.includes(one.callId))
      .sort((a, b) => a.firstUs - b.firstUs);
    return [200, { call: calls[0] ?? null, calls, messages: messagesOf(callIds) }];
  }
  if (path === 'histogram') return [200, histogram(params)];
  if (path === 'facets') return [200, facets(params)];
  if (path === 'imports') {
    const bytes = await bodyOf(request);
    if (fakes.length === 0) fill();
    return [
      200,
      {
        messages: 22,
        frames: 22,
        otherMessages: 0,
        duplicates: 0,
        defects: {},
        firstUs: startedUs - 20_000_000,
        lastUs: startedUs,
        bytes: bytes.length,
      },
    ];
  }
  if (path === 'export') {
    const ladder = buildLadder(messagesOf(params.getAll('call_id')));
    return params.get('format') === 'svg'
      ? [200, ladderToSvg(ladder), 'image/svg+xml']
      : [200, ladderToText(ladder), 'text/plain; charset=utf-8'];
  }
  if (path === 'users') {
    return [
      200,
      ['admin', 'night-shift', 'first'].map((username) => ({
        username,
        role: username === 'admin' ? 'admin' : 'user',
        createdUs: startedUs,
        mustChangePassword: username === 'first',
      })),
    ];
  }
  if (path === 'tokens' && request.method === 'POST') {
    const { name } = JSON.parse(String(await bodyOf(request)));
    return [
      201,
      {
        id: 't2',
        name,
        username: 'admin',
        createdUs: startedUs,
        lastUsedUs: null,
        expiresUs: null,
        secret: 'cal_3f9a0d52c1b84e7f9d',
      },
    ];
  }
  if (path === 'tokens')
    return [
      200,
      [
        {
          id: 't1',
          name: 'grafana',
          username: 'admin',
          createdUs: startedUs,
          lastUsedUs: null,
          expiresUs: startedUs + 90 * 86_400e6,
        },
      ],
    ];
  return [404, { error: { code: 'not_found', message: `There is no ${path}.`, retryable: false } }];
}

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://x');
  response.setHeader(
    'content-security-policy',
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'",
  );
  if (url.pathname.startsWith('/api/v1/')) {
    const [status, body, type] = await answerApi(url.pathname.slice(8), url.searchParams, request);
    response.writeHead(status, { 'content-type': type ?? 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
    return;
  }
  const name = url.pathname.slice(1);
  const file = /\.\w+$/.test(name) && !name.includes('..') ? name : 'index.html';
  try {
    const bytes = await readFile(new URL(file, webDistUrl));
    response.setHeader('content-type', TYPES[file.split('.').at(-1)!] ?? 'application/octet-stream');
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}

createServer((request, response) => void answer(request, response)).listen(port, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${port}/`);
});

/**
 * npm run bench -- ingest [--count 1000000] [--rate 60000] [--messages-per-call 1] [--seed 1]
 *
 * The whole node under load: a real `calliope serve`, a sender in a process of its own over real UDP sockets on 127.0.0.1, both on the same
 * cores. Checks by count that everything arrived, and 200 messages byte for byte. Exit status 1 when anything is missing or different.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { HealthReport, MessageResponse, MessagesResponse } from '@calliope/model';
import { MEAN_LENGTH, messageOf } from './sip-templates.ts';

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '60000' },
    'messages-per-call': { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
});
const count = Number(options.count);
const seed = Number(options.seed);
const messagesPerCall = Number(options['messages-per-call']);
const SAMPLES = 200;
const PATIENCE_MS = 20_000;

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** CPU seconds and resident bytes of a process (proc(5)). */
function usage(pid: number): { cpuSeconds: number; rssBytes: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100, rssBytes: Number(fields[21]) * 4096 };
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

const directory = mkdtempSync(join(tmpdir(), 'calliope-ingest-'));
const [httpPort, hepPort] = [await freePort(), await freePort()];
const node = spawn(
  process.execPath,
  [
    ...['--disable-warning=ExperimentalWarning', path('../packages/cli/src/main.ts'), 'serve', '--data', directory],
    ...['--http', `127.0.0.1:${httpPort}`, '--hep', `127.0.0.1:${hepPort}`],
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  await new Promise<void>((resolve, reject) => {
    node.stdout.on('data', (text) => /^Ready\.$/m.test(String(text)) && resolve());
    node.on('exit', () => reject(new Error('the server did not start')));
  });
  process.exitCode = (await measure()) ? 0 : 1;
} finally {
  node.removeAllListeners('exit');
  const ended = new Promise((resolve) => node.once('exit', resolve));
  node.kill('SIGTERM');
  await ended;
  rmSync(directory, { recursive: true, force: true });
}

async function measure(): Promise<boolean> {
  const { token, url } = JSON.parse(readFileSync(join(directory, 'run', 'server.json'), 'utf8')) as {
    token: string;
    url: string;
  };
  const get = async <T>(route: string): Promise<T> => {
    const response = await fetch(`${url}/api/v1/${route}`, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const mainPid = node.pid!;
  const enginePid = childrenOf(mainPid)[0]!;
  const before = { main: usage(mainPid), engine: usage(enginePid) };

  const args = ['--port', String(hepPort), '--count', String(count), '--rate', options.rate, '--seed', options.seed];
  const sender = spawn(process.execPath, [
    path('./hep-flood.ts'),
    ...args,
    '--messages-per-call',
    options['messages-per-call'],
  ]);
  let report = '';
  sender.stdout.on('data', (text) => {
    report += text;
  });
  let isSending = true;
  sender.on('exit', () => {
    isSending = false;
  });

  const startedMs = performance.now();
  let peakBytes = 0;
  let health = await get<HealthReport>('health');
  let lastChangeMs = startedMs;
  let doneMs = startedMs;
  const stored = () => health.receivers.reduce((sum, receiver) => sum + receiver.stored, 0);
  while (stored() < count && (isSending || performance.now() - lastChangeMs < PATIENCE_MS)) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    const last = stored();
    health = await get<HealthReport>('health');
    peakBytes = Math.max(peakBytes, usage(mainPid).rssBytes + usage(enginePid).rssBytes);
    if (stored() !== last) lastChangeMs = performance.now();
    doneMs = performance.now();
    const seconds = (doneMs - startedMs) / 1000;
    process.stderr.write(`\r${seconds.toFixed(0)} s: ${stored()} stored, ${health.spool.batches} batches wait   `);
  }
  process.stderr.write('\n');
  const after = { main: usage(mainPid), engine: usage(enginePid) };
  const udp = health.receivers.find(({ name }) => name.startsWith('udp'))!;
  const total = (await get<MessagesResponse>('messages?limit=1')).total!;
  const different = await differingSamples(get);
  const seconds = (doneMs - startedMs) / 1000;
  const us = (part: 'main' | 'engine') =>
    (((after[part].cpuSeconds - before[part].cpuSeconds) * 1e6) / count).toFixed(2);
  const sent = JSON.parse(report || '{}') as { rate?: number; cpuUsPerMessage?: number };

  console.log(
    `sent        ${count} messages of ${MEAN_LENGTH.toFixed(0)} bytes at ${Math.round(sent.rate ?? 0)}/s, ${messagesPerCall} a call`,
  );
  console.log(
    `stored      ${udp.stored} in ${seconds.toFixed(1)} s: ${Math.round(udp.stored / seconds)} messages/s; found by the API: ${total.exact ? '' : 'more than '}${total.count}`,
  );
  console.log(`lost        ${JSON.stringify(udp.dropped)}, undecodable ${udp.undecodable}, refused ${udp.refused}`);
  console.log(`samples     ${SAMPLES - different} of ${SAMPLES} byte for byte`);
  console.log(
    `CPU-µs      receive, decode, HTTP ${us('main')} · engine ${us('engine')} · sender ${sent.cpuUsPerMessage?.toFixed(2)} a message`,
  );
  console.log(`memory      ${Math.round(peakBytes / 1e6)} MB at most, both processes`);
  console.log(
    `disk        ${((health.store?.bytes ?? 0) / Math.max(1, udp.stored)).toFixed(1)} bytes a message, merges not yet settled`,
  );
  return udp.stored === count && different === 0;
}

/** How many of some messages spread over the run are not stored exactly as sent. */
async function differingSamples(get: <T>(route: string) => Promise<T>): Promise<number> {
  let different = 0;
  for (let i = 0; i < SAMPLES; i++) {
    const { callId, payload } = messageOf(seed, Math.floor((i * count) / SAMPLES), messagesPerCall);
    const { items } = await get<MessagesResponse>(
      `messages?limit=100&q=${encodeURIComponent(`call_id = "${callId}"`)}`,
    );
    const wholes = await Promise.all(items.map(({ id }) => get<MessageResponse>(`messages/${id}`)));
    if (!wholes.some(({ payloadBase64 }) => payload.equals(Buffer.from(payloadBase64, 'base64')))) different++;
  }
  return different;
}

/**
 * npm run bench -- soak [--minutes 60] [--rate 40000] [--messages-per-call 7] [--seed 1] [--json] [-- ARGUMENT …]
 *
 * The whole node at a steady rate for long, with somebody who searches meanwhile: every message arrives, and memory stays as it is. A line each minute, then the
 * sums. What stands after `--` goes to the server. Exit status 1 when anything was lost or differs, the database was started again, or memory grew by more than
 * {@link GROWTH_SHARE} after the warm-up. Needs about 80 bytes of disk a message. Linux only.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { HealthReport } from '@calliope/model';
import type { FloodResult } from './hep-flood.ts';
import { checkSamples, countersOf, totalOf } from './ingest-checks.ts';
import { percentile } from './ingest-report.ts';
import { SEARCHES, startIngestUse } from './ingest-searches.ts';
import { type IngestServer, startIngestServer } from './ingest-server.ts';
import { createSoakMemory, type MemoryTrend } from './soak-memory.ts';

const { values: options, positionals } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '40000' },
    'messages-per-call': { type: 'string', default: '7' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const rate = Number(options.rate);
const count = Math.round(60 * Number(options.minutes) * rate);
const seed = Number(options.seed);
const messagesPerCall = Number(options['messages-per-call']);

const SAMPLE_EVERY_MS = 2_000;
const LINE_EVERY_MS = 60_000;
const SAMPLES = 500;
/** Caches of the database fill in this share of the time. */
const WARM_UP = 0.25;
/** More growth than this, from the first quarter after the warm-up to the last, is no flat memory … */
const GROWTH_SHARE = 0.1;
/** … unless it is so little that it says nothing. */
const GROWTH_BYTES = 32e6;
/** When nothing was stored for so long, nothing will be. */
const PATIENCE_MS = 30_000;

const server = await startIngestServer(positionals);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.stop().finally(() => process.exit(130)));
}
try {
  const faults = await soak(server);
  process.exitCode = faults.length > 0 ? 1 : 0;
} finally {
  await server.stop();
}

async function soak(node: IngestServer): Promise<string[]> {
  const memory = createSoakMemory(node.pids);
  const sender = startSender(node);
  const searching = startIngestUse({ server: node, seed, messagesPerCall, sent: sender.sent }, true);
  const sampling = setInterval(memory.sample, SAMPLE_EVERY_MS);
  const startedMs = performance.now();
  let linesFrom = { ...lengthsOf(searching.use.latencyMs) };
  const lines = setInterval(async () => {
    const { receivers, spool, engine } = await node.get<HealthReport>('health');
    const { stored, dropped } = countersOf({ receivers } as HealthReport);
    const search = SEARCHES.map(
      (name) => `${name} ${percentile(searching.use.latencyMs[name].slice(linesFrom[name]), 95)} ms`,
    );
    linesFrom = lengthsOf(searching.use.latencyMs);
    process.stderr.write(
      `${minutes(performance.now() - startedMs)}: ${sender.sent()} sent, ${stored} stored, ${spool.batches} batches wait, lost ${JSON.stringify(dropped)}, ${engine.restarts} restarts; ${memoryLine(memory.latest())}; p95 ${search.join(', ')}\n`,
    );
  }, LINE_EVERY_MS);

  const flood = await sender.result;
  searching.stopSending();
  const expected = flood.sent + searching.use.probes;
  await waitUntilStored(node, expected);
  clearInterval(lines);
  clearInterval(sampling);
  await searching.end();
  const health = await node.get<HealthReport>('health');
  const counters = countersOf(health);
  const total = await totalOf(node);
  const samples = await checkSamples(node, { seed, count: flood.sent, messagesPerCall }, SAMPLES);
  const trends = memory.trends(WARM_UP);

  const faults: string[] = [];
  if (counters.received !== expected) faults.push(`${expected} were sent and ${counters.received} received`);
  if (counters.stored !== expected) faults.push(`${expected} were sent and ${counters.stored} stored`);
  if (total.count !== expected) faults.push(`${expected} were sent and the API counts ${total.count}`);
  if (samples.missing + samples.different > 0) faults.push(`samples: ${JSON.stringify(samples)}`);
  if (health.engine.restarts > 0) faults.push(`the database was started again: ${health.engine.lastError}`);
  for (const [role, trend] of Object.entries(trends)) if (hasGrown(trend)) faults.push(`the memory of ${role} grew`);

  const figures = {
    ...{ minutes: Number(options.minutes), sent: flood.sent, probes: searching.use.probes, sentPerSecond: flood.rate },
    ...{ counters, total, samples, memory: trends, restarts: health.engine.restarts, faults },
    searchMs: Object.fromEntries(
      SEARCHES.map((name) => {
        const times = searching.use.latencyMs[name];
        return [name, { p50: percentile(times, 50), p95: percentile(times, 95), p99: percentile(times, 99) }];
      }),
    ),
    searchErrors: searching.use.errors,
    lateSearches: searching.use.late,
    diskBytesPerMessage: node.diskBytes() / expected,
  };
  console.log(options.json ? JSON.stringify(figures) : report(figures));
  return faults;
}

function report(figures: Record<string, unknown> & { memory: Record<string, MemoryTrend>; faults: string[] }): string {
  const { memory, faults, ...rest } = figures;
  return [
    ...Object.entries(rest).map(([name, value]) => `${name.padEnd(22)}${JSON.stringify(value)}`),
    ...Object.entries(memory).map(
      ([role, { firstBytes, lastBytes, bytesPerHour, mostBytes }]) =>
        `memory of ${role.padEnd(12)}${megabytes(firstBytes)} at first, ${megabytes(lastBytes)} at last, ${megabytes(mostBytes)} at most, ${megabytes(bytesPerHour)} an hour`,
    ),
    ...faults.map((fault) => `FAULT                 ${fault}`),
  ].join('\n');
}

function hasGrown({ firstBytes, lastBytes }: MemoryTrend): boolean {
  const growth = lastBytes - firstBytes;
  return growth > GROWTH_BYTES && growth > GROWTH_SHARE * firstBytes;
}

interface Sender {
  sent: () => number;
  result: Promise<FloodResult>;
}

function startSender(node: IngestServer): Sender {
  const child = spawn(process.execPath, [
    fileURLToPath(new URL('./hep-flood.ts', import.meta.url)),
    ...['--port', String(node.hepPort), '--count', String(count), '--rate', options.rate],
    ...['--seed', options.seed, '--messages-per-call', options['messages-per-call']],
  ]);
  child.stderr.pipe(process.stderr);
  let last: { sent: number } | FloodResult = { sent: 0 };
  createInterface({ input: child.stdout }).on('line', (line) => {
    last = JSON.parse(line) as typeof last;
  });
  const result = once(child, 'close').then(([code]) => {
    if (!('seconds' in last)) throw new Error(`the sender ended with code ${code} and no result`);
    return last;
  });
  return { sent: () => last.sent, result };
}

async function waitUntilStored(node: IngestServer, expected: number): Promise<void> {
  for (let last = -1, changedMs = performance.now(); performance.now() - changedMs < PATIENCE_MS; ) {
    const { count: counted } = await totalOf(node);
    if (counted >= expected) return;
    if (counted !== last) changedMs = performance.now();
    last = counted;
    await sleep(500);
  }
}

function lengthsOf<K extends string>(lists: Record<K, readonly unknown[]>): Record<K, number> {
  return Object.fromEntries(
    Object.entries<readonly unknown[]>(lists).map(([name, list]) => [name, list.length]),
  ) as Record<K, number>;
}

function memoryLine(byRole: Record<string, number>): string {
  return Object.entries(byRole)
    .map(([role, bytes]) => `${role} ${megabytes(bytes)}`)
    .join(', ');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function minutes(ms: number): string {
  return `${(ms / 60_000).toFixed(0)} min`;
}

/**
 * npm run bench -- ingest [--count 10000000] [--rate 120000] [--messages-per-call 1] [--seed 1] [--quick] [--json] [--no-searches] [-- ARGUMENT …]
 *
 * The whole node under load: a real `calliope serve` on a temporary directory, a sender in a process of its own over real UDP sockets on
 * 127.0.0.1, and somebody who searches meanwhile (not with `--no-searches`), all on the same cores. `--quick` sends a million. What stands after `--` goes to the
 * server. Exit status 1 when anything was lost or differs. What the figures mean is in `docs/performance.md`. Linux only.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { HealthReport } from '@calliope/model';
import type { FloodResult } from './hep-flood.ts';
import { checkSamples, countersOf, totalOf } from './ingest-checks.ts';
import { type CpuByStage, cpuBetween, cpuOfRole, createProcessWatch, type ProcessWatch } from './ingest-processes.ts';
import { faultsOf, figuresOf, type IngestResult, reportOf } from './ingest-report.ts';
import { startIngestUse } from './ingest-searches.ts';
import { type IngestServer, startIngestServer } from './ingest-server.ts';

const { values: options, positionals } = parseArgs({
  options: {
    count: { type: 'string' },
    rate: { type: 'string', default: '120000' },
    'messages-per-call': { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'no-searches': { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const count = Number(options.count ?? (options.quick ? 1_000_000 : 10_000_000));
const seed = Number(options.seed);
const messagesPerCall = Number(options['messages-per-call']);

const SAMPLES = 200;
const SAMPLE_EVERY_MS = 250;
const PROGRESS_EVERY_MS = 1_000;
/** Asking for the counters costs the server a look at every call, so they are not part of the progress. */
const LOOK_EVERY_MS = 200;
/** When nothing was stored for so long, nothing will be. */
const PATIENCE_MS = 10_000;
/** The merges have settled when the database used less than this share of a processor for so long. */
const QUIET_SHARE = 0.05;
const QUIET_MS = 5_000;
const SETTLE_AT_MOST_MS = 180_000;

const loadBefore = loadavg()[0]!;
const server = await startIngestServer(positionals);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.stop().finally(() => process.exit(130)));
}
let result: IngestResult;
try {
  result = await measure(server);
} finally {
  await server.stop();
}
console.log(options.json ? JSON.stringify(figuresOf(result)) : reportOf(result));
process.exitCode = faultsOf(result).length > 0 ? 1 : 0;

async function measure(node: IngestServer): Promise<IngestResult> {
  const watch = createProcessWatch();
  for (const [role, pid] of Object.entries(node.pids)) watch.add(role, pid);
  watch.add('measuring', process.pid);
  watch.sample();
  const before = watch.cpu();

  const sender = startSender(node);
  watch.add('sender', sender.process.pid!);
  const startedMs = performance.now();
  const elapsed = (): string => `${((performance.now() - startedMs) / 1000).toFixed(0)} s`;
  const searching = startIngestUse({ server: node, seed, messagesPerCall, sent: sender.sent }, !options['no-searches']);
  const sampling = setInterval(watch.sample, SAMPLE_EVERY_MS);
  const progress = setInterval(() => {
    const { total, freshnessMs } = searching.use;
    const fresh = freshnessMs.at(-1)?.toFixed(0) ?? '-';
    process.stderr.write(
      `${elapsed()}: ${sender.sent()} sent, ${total?.count ?? 0} searchable, fresh in ${fresh} ms\n`,
    );
  }, PROGRESS_EVERY_MS);

  const flood = await sender.result;
  // No more probes either: from here on the number that must arrive is known.
  searching.stopSending();
  const expected = flood.sent + searching.use.probes;
  const searchableMs = await waitUntilStored(node, expected);
  watch.sample();
  const stored = watch.cpu();
  await searching.end();
  clearInterval(progress);
  const atOnce = await diskOf(node);
  const counters = countersOf(await node.get<HealthReport>('health'));
  const total = await totalOf(node);
  process.stderr.write(`${elapsed()}: comparing samples\n`);
  const samples = await checkSamples(node, { seed, count: flood.sent, messagesPerCall }, SAMPLES);
  process.stderr.write(`${elapsed()}: waiting for the merges\n`);
  watch.sample();
  const checked = watch.cpu();
  await waitUntilQuiet(watch);
  clearInterval(sampling);
  const cpuAfter = onlyRole(cpuBetween(checked, watch.cpu()), 'engine');
  const settled = await diskOf(node);
  return {
    ...{ flood, messagesPerCall, expected, counters, total, samples, loadBefore, cpuAfter },
    use: searching.use,
    seconds: (searchableMs - startedMs) / 1000 - sender.startSeconds(startedMs),
    cpu: cpuBetween(before, stored),
    memory: watch.memory(),
    disk: { atOnce, settled },
  };
}

interface Sender {
  process: ChildProcess;
  sent: () => number;
  result: Promise<FloodResult>;
  /** How long the process took until it sent its first message, which is not the server's time. */
  startSeconds: (launchedMs: number) => number;
}

function startSender(node: IngestServer): Sender {
  const child = spawn(process.execPath, [
    fileURLToPath(new URL('./hep-flood.ts', import.meta.url)),
    ...['--port', String(node.hepPort), '--count', String(count), '--rate', options.rate],
    ...['--seed', options.seed, '--messages-per-call', options['messages-per-call']],
  ]);
  child.stderr.pipe(process.stderr);
  let last: { sent: number } | FloodResult = { sent: 0 };
  let endedMs = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    last = JSON.parse(line) as typeof last;
    endedMs = performance.now();
  });
  const result = once(child, 'close').then(([code]) => {
    if (!('seconds' in last)) throw new Error(`the sender ended with code ${code} and no result`);
    return last;
  });
  return {
    process: child,
    sent: () => last.sent,
    result,
    startSeconds: (launchedMs) => ('seconds' in last ? (endedMs - launchedMs) / 1000 - last.seconds : 0),
  };
}

/** Resolves with when the API counted everything, or with when its count last changed before it stood still. */
async function waitUntilStored(node: IngestServer, expected: number): Promise<number> {
  let last = -1;
  let changedMs = performance.now();
  for (;;) {
    const { count: counted } = await totalOf(node);
    const nowMs = performance.now();
    if (counted !== last) {
      last = counted;
      changedMs = nowMs;
    }
    if (counted >= expected || nowMs - changedMs > PATIENCE_MS) return changedMs;
    await sleep(LOOK_EVERY_MS);
  }
}

async function waitUntilQuiet(watch: ProcessWatch): Promise<void> {
  const endMs = performance.now() + SETTLE_AT_MOST_MS;
  while (performance.now() < endMs) {
    watch.sample();
    const before = watch.cpu();
    const startMs = performance.now();
    await sleep(QUIET_MS);
    watch.sample();
    const usedUs = cpuOfRole(cpuBetween(before, watch.cpu()), 'engine');
    if (usedUs / 1000 < QUIET_SHARE * (performance.now() - startMs)) return;
  }
}

async function diskOf(node: IngestServer): Promise<{ storeBytes: number; fileBytes: number }> {
  const { store } = await node.get<HealthReport>('health');
  return { storeBytes: store?.bytes ?? 0, fileBytes: node.diskBytes() };
}

function onlyRole(cpu: CpuByStage, role: string): CpuByStage {
  return new Map([...cpu].filter(([stage]) => stage.startsWith(`${role}: `)));
}

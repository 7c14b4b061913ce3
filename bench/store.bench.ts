/**
 * node scripts/node26.mjs bench/store.bench.ts [--rows 5000000] [--batch 40000] [--directory DIR] [--queries-only] [--no-queries]
 *
 * Made-up calls over 24 hours, through batch files into the embedded database: CPU a message, bytes a message, and how long searches take.
 * With --directory the data is kept, and --queries-only asks what is there.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SpoolBatch } from '@calliope/model';
import { createBatchWriter, createEmbeddedStore, type EmbeddedStore } from '@calliope/store';
import { measureQueries } from './store-queries.ts';
import { printSizes } from './store-sizes.ts';
import { traffic } from './store-traffic.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '5000000' },
    batch: { type: 'string', default: '40000' },
    directory: { type: 'string' },
    'queries-only': { type: 'boolean', default: false },
    'no-queries': { type: 'boolean', default: false },
  },
});

const START_US = Date.UTC(2026, 0, 15) * 1_000;
const SPAN_US = 86_400_000_000;
const directory = values.directory ?? mkdtempSync(join(tmpdir(), 'calliope-store-bench-'));
const rows = Number(values.rows);

/** User and system time of a process in µs (proc(5), fields 14 and 15, in ticks of 10 ms). */
function cpuUs(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function peakMemoryMb(pid: number | undefined): number {
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024);
}

async function ingest(store: EmbeddedStore): Promise<void> {
  const closed: SpoolBatch[] = [];
  const writer = createBatchWriter({
    directory: store.spoolDirectory,
    nodeName: 'bench',
    worker: 0,
    maxMessages: Number(values.batch),
    onBatch: (batch) => closed.push(batch),
  });
  let messages = 0;
  let payloadBytes = 0;
  let encodeUs = 0;
  const cpuBefore = cpuUs(store.enginePid);
  const startedMs = performance.now();
  let insertMs = 0;
  const insertAll = async (): Promise<void> => {
    const startMs = performance.now();
    for (const batch of closed.splice(0)) {
      await store.inserter.insert(batch);
      rmSync(batch.path, { recursive: true });
    }
    insertMs += performance.now() - startMs;
  };
  for (const { packet, fields } of traffic(rows, START_US, SPAN_US)) {
    const before = performance.now();
    writer.append(packet, fields, 'bench');
    encodeUs += (performance.now() - before) * 1_000;
    messages++;
    payloadBytes += packet.payloadEnd;
    if (closed.length > 0) await insertAll();
  }
  writer.flush();
  await insertAll();
  const cpuInserted = cpuUs(store.enginePid);
  const quiet = async (): Promise<void> => {
    for (let last = -1; ; ) {
      const now = cpuUs(store.enginePid);
      if (last >= 0 && now - last < 200_000) return;
      last = now;
      await new Promise((resolve) => setTimeout(resolve, 3_000));
    }
  };
  await quiet();
  const perMessage = (us: number): string => (us / messages).toFixed(2);
  console.log(
    `${messages} messages of ${Math.round(payloadBytes / messages)} bytes in ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`,
  );
  console.log(`encode and spool: ${perMessage(encodeUs)} µs a message (with two looks at the clock)`);
  console.log(
    `insert: ${perMessage(cpuInserted - cpuBefore)} CPU-µs a message (${Math.round(messages / (insertMs / 1_000))} messages/s)`,
  );
  console.log(`insert and all merges: ${perMessage(cpuUs(store.enginePid) - cpuBefore)} CPU-µs a message`);
}

const store = await createEmbeddedStore({ dataDirectory: directory });
try {
  if (!values['queries-only']) await ingest(store);
  console.log('engine peak memory', peakMemoryMb(store.enginePid), 'MB');
} finally {
  await store.stop();
}
if (existsSync(join(directory, 'engine'))) await printSizes(join(directory, 'engine'));
if (!values['no-queries']) {
  const again = await createEmbeddedStore({ dataDirectory: directory });
  try {
    await measureQueries(again.reader, rows, START_US, SPAN_US);
    console.log('engine peak memory', peakMemoryMb(again.enginePid), 'MB');
  } finally {
    await again.stop();
  }
}
if (values.directory === undefined) rmSync(directory, { recursive: true, force: true });

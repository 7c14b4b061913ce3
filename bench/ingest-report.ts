import type { Total } from '@calliope/model';
import type { FloodResult } from './hep-flood.ts';
import type { IngestCounters, SampleResult } from './ingest-checks.ts';
import type { CpuByStage, MemoryPeak } from './ingest-processes.ts';
import { type IngestUse, SEARCHES } from './ingest-searches.ts';
import { MEAN_LENGTH } from './sip-templates.ts';

export interface IngestResult {
  flood: FloodResult;
  messagesPerCall: number;
  /** Messages of the sender, and probes. */
  expected: number;
  counters: IngestCounters;
  total: Total;
  samples: SampleResult;
  use: IngestUse;
  /** From the first message sent to the last one searchable. */
  seconds: number;
  /** Until the last one was searchable. */
  cpu: CpuByStage;
  /** After that, until the merges had settled. */
  cpuAfter: CpuByStage;
  memory: MemoryPeak;
  /** Of the parts that count, and of all files in the data directory. */
  disk: Record<'atOnce' | 'settled', { storeBytes: number; fileBytes: number }>;
  loadBefore: number;
}

/** What is wrong with a run, in sentences; empty when nothing was lost and every sample was the same. */
export function faultsOf({ expected, counters, total, samples, use }: IngestResult): string[] {
  const faults: string[] = [];
  const { received, stored, dropped } = counters;
  if (received !== expected) faults.push(`${expected} were sent and ${received} received`);
  if (stored !== expected)
    faults.push(`${expected} were sent and ${stored} stored; dropped: ${JSON.stringify(dropped)}`);
  if (total.count !== expected) faults.push(`${expected} were sent and the API counts ${total.count}`);
  if (samples.missing > 0) faults.push(`${samples.missing} of ${samples.looked} samples were not found`);
  if (samples.different > 0) faults.push(`${samples.different} of ${samples.looked} samples differ`);
  if (use.freshnessMs.length !== use.probes)
    faults.push(`${use.probes - use.freshnessMs.length} probes were not found`);
  return faults;
}

/** The figures by name, for machines. */
export function figuresOf(result: IngestResult): Record<string, unknown> {
  const { flood, seconds, expected, use, memory, disk, counters, total, samples } = result;
  const stages = (cpu: CpuByStage): Record<string, number> =>
    Object.fromEntries([...cpu].map(([stage, us]) => [stage, round((us.userUs + us.systemUs) / counters.stored, 3)]));
  return {
    messages: flood.sent,
    messagesPerCall: result.messagesPerCall,
    meanBytes: round(MEAN_LENGTH, 1),
    sentPerSecond: round(flood.rate, 0),
    searchablePerSecond: round(counters.stored / seconds, 0),
    seconds: round(seconds, 2),
    expected,
    counters,
    total,
    samples,
    cpuUsPerMessage: stages(result.cpu),
    cpuUsPerMessageAfter: stages(result.cpuAfter),
    diskBytesPerMessage: {
      atOnce: round(disk.atOnce.storeBytes / expected, 1),
      atOnceAllFiles: round(disk.atOnce.fileBytes / expected, 1),
      settled: round(disk.settled.storeBytes / expected, 1),
      settledAllFiles: round(disk.settled.fileBytes / expected, 1),
    },
    memoryBytes: memory,
    freshnessMs: { p50: percentile(use.freshnessMs, 50), p99: percentile(use.freshnessMs, 99), probes: use.probes },
    searchMs: Object.fromEntries(
      SEARCHES.map((name) => {
        const times = use.latencyMs[name];
        return [name, { p50: percentile(times, 50), p95: percentile(times, 95), searches: times.length }];
      }),
    ),
    searchErrors: use.errors,
    lateSearches: use.late,
    loadBefore: result.loadBefore,
    faults: faultsOf(result),
  };
}

/** The figures for people. */
export function reportOf(result: IngestResult): string {
  const { flood, seconds, expected, counters, total, samples, use, memory, disk } = result;
  // What was lost cost little: figures are by what was stored.
  const perMessage = (us: number): string => (us / counters.stored).toFixed(2);
  const spread = (times: readonly number[], high: number): string =>
    `p50 ${percentile(times, 50)} ms, p${high} ${percentile(times, high)} ms (${times.length})`;
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  const lost = Object.entries(counters.dropped).map(([stage, count]) => `${stage} ${count}`);
  const lines = [
    `sent         ${flood.sent} messages of ${MEAN_LENGTH.toFixed(0)} bytes, ${result.messagesPerCall} a call, at ${Math.round(flood.rate)}/s; ${use.probes} probes`,
    `searchable   all after ${seconds.toFixed(1)} s: ${Math.round(counters.stored / seconds)} messages/s`,
    `counted      sent ${expected}, received ${counters.received}, stored ${counters.stored}, by the API ${total.exact ? '' : 'more than '}${total.count}`,
    `lost         before the kernel ${expected - counters.received}, ${lost.join(', ')}, undecodable ${counters.undecodable}, refused ${counters.refused}`,
    `samples      ${samples.looked - samples.missing - samples.different} of ${samples.looked} byte for byte`,
    ...cpuLines(result.cpu, 'CPU-µs', perMessage),
    ...cpuLines(result.cpuAfter, 'later', perMessage),
    `disk         ${(disk.atOnce.storeBytes / counters.stored).toFixed(1)} bytes a message at once (all files ${(disk.atOnce.fileBytes / counters.stored).toFixed(1)}), ${(disk.settled.storeBytes / counters.stored).toFixed(1)} when merges had settled (${(disk.settled.fileBytes / counters.stored).toFixed(1)})`,
    `memory       ${megabytes(memory.bytes)} at most, without the sender ${megabytes(memory.calliopeBytes)}; ${Object.entries(
      memory.byRole,
    )
      .map(([role, { bytes, anonymousBytes }]) => `${role} ${megabytes(bytes)} (${megabytes(anonymousBytes)} its own)`)
      .join(', ')}`,
    `freshness    ${spread(use.freshnessMs, 99)}`,
    ...SEARCHES.map((name) => `${name.padEnd(14)}${spread(use.latencyMs[name], 95)}`),
    `late         ${use.late} searches did not find what was sent ten seconds before`,
    ...use.errors.map((error) => `error        ${error}`),
    ...faultsOf(result).map((fault) => `FAULT        ${fault}`),
  ];
  return lines.join('\n');
}

/** Roles with their sums, and under each its threads, those of less than 0.02 µs a message left out. */
function cpuLines(cpu: CpuByStage, title: string, perMessage: (us: number) => string): string[] {
  const roles = new Map<string, { us: number; stages: { name: string; us: number; systemUs: number }[] }>();
  for (const [stage, { userUs, systemUs }] of cpu) {
    const at = stage.indexOf(': ');
    const role = roles.get(stage.slice(0, at)) ?? { us: 0, stages: [] };
    role.us += userUs + systemUs;
    role.stages.push({ name: stage.slice(at + 2), us: userUs + systemUs, systemUs });
    roles.set(stage.slice(0, at), role);
  }
  return [...roles].map(([name, { us, stages }]) => {
    const shown = stages
      .filter((stage) => Number(perMessage(stage.us)) >= 0.02)
      .sort((a, b) => b.us - a.us)
      .map((stage) => `${stage.name} ${perMessage(stage.us)} (${perMessage(stage.systemUs)} system)`);
    return `${title.padEnd(13)}${name} ${perMessage(us)}${shown.length > 0 ? `: ${shown.join(', ')}` : ''}`;
  });
}

/** Nearest rank, in whole milliseconds; NaN of nothing. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

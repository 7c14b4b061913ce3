import { mergeAgentReports, type Receiver, type SpoolReport } from '@calliope/collector';
import type { HealthReport, StoreStatistics } from '@calliope/model';
import type { EmbeddedStore } from '@calliope/store';
import type { ReloadSession } from './reload-session.ts';
import type { Configuration } from './settings.ts';
import { version } from './version.ts';

export interface HealthSources {
  configuration: Configuration;
  store: EmbeddedStore;
  spool: SpoolReport;
  receivers: readonly Receiver[];
  reloads: Pick<ReloadSession, 'report' | 'problems'>;
  uptimeSeconds: number;
  /** URL that HTTP listens on. */
  http: string;
  disk: () => Promise<{ bavail: number; blocks: number; bsize: number }>;
}

const LOW_DISK_BYTES = 1e9;
const LOW_DISK_SHARE = 0.05;
/** A batch that waits longer than this says that the database does not keep up. */
const LATE_SPOOL_MS = 10_000;
/** How long the report waits for a database that may hang. */
const STATISTICS_MS = 5_000;

/** Puts together how the node is. Never fails: what cannot be had is null and a problem. */
export async function healthReport(sources: HealthSources): Promise<HealthReport> {
  const { store, receivers } = sources;
  const { spool, lastError, rejectedMessages } = sources.spool;
  const engine = store.state();
  const problems = [...receivers.flatMap((receiver) => receiver.problems()), ...sources.reloads.problems()];
  let statistics: StoreStatistics | null = null;
  try {
    if (engine.state === 'running') statistics = await withinTime(store.statistics());
  } catch (error) {
    problems.push(`The database does not answer: ${(error as Error).message}`);
  }
  if (engine.state !== 'running') {
    problems.push(
      `The database engine is ${engine.state}${engine.lastError ? ` (${engine.lastError})` : ''}: messages wait in the spool, searches do not work.`,
    );
  }
  if (spool.droppedMessages > 0)
    problems.push(
      `${spool.droppedMessages} messages were lost since the start, as the spool was full: find why the database is slow, or raise spool.limit.`,
    );
  if (spool.oldestUs !== null && Date.now() - spool.oldestUs / 1000 > LATE_SPOOL_MS) {
    problems.push(
      `The database is behind: ${spool.batches} batches wait, the oldest for ${Math.round(Date.now() / 1000 - spool.oldestUs / 1e6)} s.`,
    );
  }
  for (const { name, dropped } of receivers.map((receiver) => receiver.report())) {
    if (dropped.kernel)
      problems.push(
        `${name}: the kernel dropped ${dropped.kernel} datagrams since the start: raise net.core.rmem_max, or add a node.`,
      );
    if (dropped.queue) problems.push(`${name}: ${dropped.queue} messages were lost before they reached the spool.`);
  }
  const droppedAtSpool = receivers.reduce((sum, receiver) => sum + (receiver.report().dropped.spool ?? 0), 0);
  const notWritten = droppedAtSpool - (spool.droppedMessages - (spool.earlier?.dropped ?? 0));
  if (notWritten > 0)
    problems.push(
      `${notWritten} messages were lost since the start, as they could not be written into the spool: look at the free space of its disk.`,
    );
  const disk = await diskSpace(sources);
  if (disk.totalBytes > 0 && (disk.freeBytes < LOW_DISK_BYTES || disk.freeBytes < LOW_DISK_SHARE * disk.totalBytes)) {
    problems.push(
      `Only ${(disk.freeBytes / 1e9).toFixed(1)} GB are free on the disk: lower retention.days or set retention.disk.`,
    );
  }
  if (rejectedMessages > 0)
    problems.push(
      `${rejectedMessages} messages were set aside, as the database did not take them: see them, and the reasons, in the folder spool/rejected of the data directory.`,
    );
  if (lastError !== undefined) problems.push(`Storing fails and is repeated: ${lastError}`);
  return {
    status:
      engine.state === 'running'
        ? problems.length > 0
          ? 'degraded'
          : 'ok'
        : receivers.length > 0
          ? 'degraded'
          : 'down',
    version,
    uptimeSeconds: sources.uptimeSeconds,
    problems,
    receivers: receivers.map((receiver) => receiver.report()),
    agents: mergeAgentReports(receivers.flatMap((receiver) => receiver.agents())),
    spool,
    engine,
    store: statistics,
    disk,
    listen: { http: sources.http, hep: receivers.map((receiver) => receiver.name) },
    configuration: sources.reloads.report(),
  };
}

async function withinTime(statistics: Promise<StoreStatistics>): Promise<StoreStatistics> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer for ${STATISTICS_MS / 1000} s.`)), STATISTICS_MS);
  try {
    return await Promise.race([statistics, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function diskSpace({ disk }: HealthSources): Promise<HealthReport['disk']> {
  try {
    const { bavail, blocks, bsize } = await disk();
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return { freeBytes: 0, totalBytes: 0 };
  }
}

import type { ConnectionReport, HealthReport } from '@calliope/model';
import { formatTime } from '@calliope/query';
import { Command } from 'commander';
import { addConnectionOptions, formatOption } from './command-options.ts';
import { CommandError, ExitCode } from './exit-codes.ts';
import { type ConnectionOptions, withServer } from './server-connection.ts';
import { textTable } from './text-table.ts';

/** `calliope health` */
export function healthCommand(): Command {
  const command = new Command('health')
    .description(
      'Say how a server is: problems, receivers and their counters, agents, spool, database, disk. Exits with 1 unless all is well.',
    )
    .addOption(formatOption(['text', 'json'], 'text'));
  return addConnectionOptions(command).action(run);
}

async function run(options: ConnectionOptions & { format: 'text' | 'json' }): Promise<void> {
  const report = await withServer(options, (client) => client.json<HealthReport>('health'));
  console.log(options.format === 'json' ? JSON.stringify(report, null, 2) : healthText(report));
  if (report.status !== 'ok') throw new CommandError(ExitCode.FAILURE, `The server is ${report.status}.`);
}

/** The report as a person reads it. */
export function healthText(report: HealthReport): string {
  const { spool, engine, store, disk } = report;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  const lines = [
    `Calliope ${report.version}: ${report.status}, up ${Math.floor(report.uptimeSeconds)} s, HTTP on ${report.listen.http}, HEP on ${report.listen.hep.join(', ') || 'nothing'}`,
    ...report.problems.map((problem) => `! ${problem}`),
    `engine   ${engine.state}, ${engine.restarts} restarts${engine.lastError ? `, last error: ${engine.lastError}` : ''}`,
    `spool    ${spool.batches} batches, ${gigabytes(spool.bytes)} of ${gigabytes(spool.limitBytes)}, ${spool.droppedMessages} messages dropped`,
    `disk     ${gigabytes(disk.freeBytes)} free of ${gigabytes(disk.totalBytes)}`,
  ];
  if (store) {
    const range =
      store.oldestUs !== null && store.newestUs !== null
        ? `, ${formatTime(store.oldestUs, 'UTC')} to ${formatTime(store.newestUs, 'UTC')} UTC`
        : '';
    lines.push(`store    ${store.messages} messages, ${store.calls} calls, ${gigabytes(store.bytes)}${range}`);
  }
  if (report.receivers.length > 0) {
    const rows = report.receivers.map((receiver) => [
      receiver.name,
      ...[receiver.received, receiver.stored, receiver.duplicates, receiver.refused, receiver.undecodable].map(String),
      Object.entries(receiver.dropped)
        .map(([stage, count]) => `${stage} ${count}`)
        .join(', ') || '0',
      String(receiver.pending),
    ]);
    lines.push(
      '',
      textTable(['receiver', 'received', 'stored', 'duplicates', 'refused', 'undecodable', 'dropped', 'pending'], rows),
    );
  }
  for (const { name, connections } of report.receivers) {
    if (connections) lines.push(`${name}: ${connectionsText(connections)}`);
  }
  if (report.agents.length > 0) {
    const rows = report.agents.map((agent) => [
      agent.node || '–',
      agent.address || 'others',
      agent.version ?? '–',
      String(agent.received),
      agent.ratePerSecond.toFixed(agent.ratePerSecond < 10 ? 1 : 0),
      String(agent.duplicates),
      String(agent.refused),
      String(agent.undecodable),
      String(agent.dropped),
      formatTime(agent.lastSeenUs, 'UTC'),
      agent.skewMs === null ? '–' : `${agent.skewMs.toFixed(1)} ms`,
    ]);
    const heads = ['agent', 'address', 'version', 'received', 'a second', 'duplicates', 'refused', 'undecodable'];
    lines.push('', textTable([...heads, 'dropped', 'last seen (UTC)', 'clock skew'], rows));
  }
  return lines.join('\n');
}

function connectionsText({ open, accepted, closed, lastFailure }: ConnectionReport): string {
  const reasons = Object.entries(closed).map(([reason, count]) => `${reason} ${count}`);
  const parts = [`${open} connections open, ${accepted} accepted`];
  if (reasons.length > 0) parts.push(`closed or refused: ${reasons.join(', ')}`);
  if (lastFailure !== undefined) parts.push(`last failure ${lastFailure}`);
  return parts.join('; ');
}

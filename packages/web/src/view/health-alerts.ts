import type { HealthReport } from '@calliope/model';
import { formatBytes, formatCount } from './format-figures.ts';

export interface HealthAlert {
  /** `loss`: figures on the screen are too small because of it. */
  kind: 'problem' | 'loss';
  text: string;
}

/** Agents whose clocks are further off than this are named: their messages would stand in the wrong order. */
const SKEW_LIMIT_MS = 1000;

/** What the bar above every page says: the server's own sentences, then losses with figures that those do not mention already. */
export function healthAlerts(health: HealthReport): HealthAlert[] {
  const alerts: HealthAlert[] = health.problems.map((text) => ({ kind: 'problem', text }));
  for (const receiver of health.receivers) {
    const stages = Object.entries(receiver.dropped).filter(([, count]) => count > 0);
    if (stages.length === 0) continue;
    const total = stages.reduce((sum, [, count]) => sum + count, 0);
    const where = stages.map(([stage, count]) => `${formatCount(count)} in the ${stage}`).join(', ');
    const share = receiver.received > 0 ? ` (${((100 * total) / receiver.received).toFixed(3)} %)` : '';
    alerts.push({
      kind: 'loss',
      text: `Receiver ${receiver.name} lost ${formatCount(total)} of ${formatCount(receiver.received)} packets${share}: ${where}.`,
    });
  }
  const { spool, engine, disk } = health;
  if (spool.droppedMessages > 0) {
    alerts.push({
      kind: 'loss',
      text: `The spool was full (${formatBytes(spool.bytes)} of ${formatBytes(spool.limitBytes)}): ${formatCount(spool.droppedMessages)} messages were dropped.`,
    });
  }
  if (engine.state !== 'running') {
    const reason = engine.lastError ? ` Last error: ${engine.lastError}` : '';
    alerts.push({
      kind: 'problem',
      text: `The database engine is ${engine.state}; capture goes on into the spool (${formatCount(spool.batches)} batches wait).${reason}`,
    });
  }
  if (disk.totalBytes > 0 && disk.freeBytes / disk.totalBytes < 0.05) {
    alerts.push({ kind: 'problem', text: `Only ${formatBytes(disk.freeBytes)} of disk space are left.` });
  }
  for (const agent of health.agents) {
    if (agent.skewMs !== null && Math.abs(agent.skewMs) > SKEW_LIMIT_MS) {
      alerts.push({
        kind: 'problem',
        text: `The clock of ${agent.node} (${agent.address}) is off by ${(agent.skewMs / 1000).toFixed(1)} s: its messages stand in the wrong place.`,
      });
    }
  }
  // The server may say the same thing in the same words.
  return alerts.filter((alert, index) => alerts.findIndex((other) => other.text === alert.text) === index);
}

import type { SignallingReport } from '@calliope/collector';
import type { HealthReport } from '@calliope/model';
import { agentMetrics } from './metrics-agents.ts';
import { connectionMetrics } from './metrics-connections.ts';
import { exposition, type Metric } from './metrics-exposition.ts';
import { signallingMetrics } from './metrics-signalling.ts';

/**
 * The health report in Prometheus' text exposition format, version 0.0.4. Names are documented in docs/metrics.md and do not change
 * within a major version; counters start at 0 with the process.
 */
export function metricsText(report: HealthReport, signalling: SignallingReport): string {
  const { receivers } = report;
  const byReceiver = (pick: (receiver: HealthReport['receivers'][number]) => number) =>
    receivers.map((receiver) => ({ labels: { receiver: receiver.name }, value: pick(receiver) }));
  const dropped = receivers.flatMap((receiver) =>
    Object.entries(receiver.dropped).map(([stage, value]) => ({ labels: { receiver: receiver.name, stage }, value })),
  );
  // In no receiver's counters, as they were received by another process.
  const { earlier } = report.spool;
  for (const [stage, value] of [
    ['spool', earlier?.dropped ?? 0],
    ['rejected', earlier?.rejected ?? 0],
  ] as const) {
    if (value > 0) dropped.push({ labels: { receiver: 'earlier run', stage }, value });
  }
  const metrics: Metric[] = [
    {
      name: 'calliope_messages_received_total',
      help: 'Messages received, whatever became of them.',
      type: 'counter',
      samples: byReceiver((receiver) => receiver.received),
    },
    {
      name: 'calliope_messages_stored_total',
      help: 'Messages stored in the database.',
      type: 'counter',
      samples: byReceiver((receiver) => receiver.stored),
    },
    {
      name: 'calliope_messages_duplicate_total',
      help: 'Messages that were seen before.',
      type: 'counter',
      samples: byReceiver((receiver) => receiver.duplicates),
    },
    {
      name: 'calliope_messages_refused_total',
      help: 'Messages refused for their key or source network.',
      type: 'counter',
      samples: byReceiver((receiver) => receiver.refused),
    },
    {
      name: 'calliope_messages_undecodable_total',
      help: 'Datagrams and frames that no decoder understood.',
      type: 'counter',
      samples: byReceiver((receiver) => receiver.undecodable),
    },
    {
      name: 'calliope_messages_dropped_total',
      help: 'Messages lost, by the stage that lost them.',
      type: 'counter',
      samples: dropped,
    },
    {
      name: 'calliope_messages_pending',
      help: 'Messages received and not yet stored.',
      type: 'gauge',
      samples: byReceiver((receiver) => receiver.pending),
    },
    {
      name: 'calliope_keepalives_total',
      help: 'Empty keep-alives, not counted as messages.',
      type: 'counter',
      samples: byReceiver((receiver) => receiver.keepAlives),
    },
    {
      name: 'calliope_packets_ignored_total',
      help: 'Packets within tunnels that carried no SIP, not counted as messages.',
      type: 'counter',
      samples: receivers.flatMap(({ name, ignored }) =>
        ignored === undefined ? [] : [{ labels: { receiver: name }, value: ignored }],
      ),
    },
    ...connectionMetrics(receivers),
    ...agentMetrics(report.agents),
    ...signallingMetrics(signalling),
    {
      name: 'calliope_spool_batches',
      help: 'Batches waiting for the database.',
      type: 'gauge',
      samples: [{ value: report.spool.batches }],
    },
    {
      name: 'calliope_spool_bytes',
      help: 'Bytes waiting for the database.',
      type: 'gauge',
      samples: [{ value: report.spool.bytes }],
    },
    {
      name: 'calliope_spool_limit_bytes',
      help: 'Bytes that may wait.',
      type: 'gauge',
      samples: [{ value: report.spool.limitBytes }],
    },
    {
      name: 'calliope_engine_up',
      help: '1 while the database engine runs.',
      type: 'gauge',
      samples: [{ value: report.engine.state === 'running' ? 1 : 0 }],
    },
    {
      name: 'calliope_engine_restarts_total',
      help: 'Restarts of the database engine.',
      type: 'counter',
      samples: [{ value: report.engine.restarts }],
    },
    {
      name: 'calliope_disk_free_bytes',
      help: 'Free bytes of the file system that holds the data.',
      type: 'gauge',
      samples: [{ value: report.disk.freeBytes }],
    },
    {
      name: 'calliope_uptime_seconds',
      help: 'Seconds since the start.',
      type: 'gauge',
      samples: [{ value: report.uptimeSeconds }],
    },
    {
      name: 'calliope_reloads_total',
      help: 'How often the configuration was to be read again.',
      type: 'counter',
      samples: [{ value: report.configuration.reloads }],
    },
    {
      name: 'calliope_configuration_valid',
      help: '1 unless the last reload found mistakes, so that the configuration before is in force.',
      type: 'gauge',
      samples: [{ value: report.configuration.error === null ? 1 : 0 }],
    },
    {
      name: 'calliope_info',
      help: 'The version, as a label.',
      type: 'gauge',
      samples: [{ labels: { version: report.version }, value: 1 }],
    },
  ];
  if (report.store) {
    metrics.push(
      {
        name: 'calliope_store_messages',
        help: 'Messages in the database.',
        type: 'gauge',
        samples: [{ value: report.store.messages }],
      },
      {
        name: 'calliope_store_bytes',
        help: 'Bytes that the database takes, indexes included.',
        type: 'gauge',
        samples: [{ value: report.store.bytes }],
      },
    );
  }
  return exposition(metrics);
}

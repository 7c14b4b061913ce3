import type { HealthReport } from '@calliope/model';

interface Metric {
  name: string;
  help: string;
  type: 'counter' | 'gauge';
  samples: { labels?: Record<string, string>; value: number }[];
}

/**
 * The health report in Prometheus' text exposition format, version 0.0.4. Names are documented in docs/metrics.md and do not change
 * within a major version; counters start at 0 with the process.
 */
export function metricsText(report: HealthReport): string {
  const { receivers } = report;
  const byReceiver = (pick: (receiver: HealthReport['receivers'][number]) => number) =>
    receivers.map((receiver) => ({ labels: { receiver: receiver.name }, value: pick(receiver) }));
  const dropped = receivers.flatMap((receiver) =>
    Object.entries(receiver.dropped).map(([stage, value]) => ({ labels: { receiver: receiver.name, stage }, value })),
  );
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
      name: 'calliope_agent_messages_total',
      help: 'Messages by the agent that sent them.',
      type: 'counter',
      samples: report.agents.map((agent) => ({
        labels: { node: agent.node, address: agent.address },
        value: agent.received,
      })),
    },
    {
      name: 'calliope_agent_last_seen_seconds',
      help: 'When the agent was last heard, seconds since 1970.',
      type: 'gauge',
      samples: report.agents.map((agent) => ({
        labels: { node: agent.node, address: agent.address },
        value: agent.lastSeenUs / 1e6,
      })),
    },
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
  return `${metrics.map(exposition).join('\n')}\n`;
}

function exposition({ name, help, type, samples }: Metric): string {
  const lines = samples.map(({ labels, value }) => {
    const text = Object.entries(labels ?? {})
      .map(([label, content]) => `${label}="${escapeLabel(content)}"`)
      .join(',');
    return `${name}${text === '' ? '' : `{${text}}`} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n');
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

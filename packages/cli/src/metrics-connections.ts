import type { ConnectionReport, ReceiverReport } from '@calliope/model';
import type { Metric } from './metrics-exposition.ts';

/** Of receivers that have connections: TCP, TLS, WebSocket. */
export function connectionMetrics(receivers: readonly ReceiverReport[]): Metric[] {
  const each = (pick: (connections: ConnectionReport) => number) =>
    receivers.flatMap(({ name, connections }) =>
      connections ? [{ labels: { receiver: name }, value: pick(connections) }] : [],
    );
  return [
    {
      name: 'calliope_connections_open',
      help: 'Connections of HEP senders.',
      type: 'gauge',
      samples: each(({ open }) => open),
    },
    {
      name: 'calliope_connections_accepted_total',
      help: 'Connections accepted, whatever became of them.',
      type: 'counter',
      samples: each(({ accepted }) => accepted),
    },
    {
      name: 'calliope_connections_closed_total',
      help: 'Connections closed or refused by the receiver, by reason.',
      type: 'counter',
      samples: receivers.flatMap(({ name, connections }) =>
        Object.entries(connections?.closed ?? {}).map(([reason, value]) => ({
          labels: { receiver: name, reason },
          value,
        })),
      ),
    },
  ];
}

import type { AgentReport } from '@calliope/model';
import type { Metric } from './metrics-exposition.ts';

/** Agents with metrics of their own: those that sent most. Names come from outside, so they are bounded. */
const MAX_AGENTS = 500;

/** @param agents one for each node and address, as the health report has them */
export function agentMetrics(agents: readonly AgentReport[]): Metric[] {
  const shown = [...agents].sort((a, b) => b.received - a.received).slice(0, MAX_AGENTS);
  const each = (pick: (agent: AgentReport) => number | null) =>
    shown.flatMap((agent) => {
      const value = pick(agent);
      return value === null ? [] : [{ labels: { node: agent.node, address: agent.address }, value }];
    });
  return [
    {
      name: 'calliope_agents',
      help: 'Agents known; the 500 that sent most have metrics of their own.',
      type: 'gauge',
      samples: [{ value: agents.length }],
    },
    {
      name: 'calliope_agent_messages_total',
      help: 'Messages by the agent that sent them.',
      type: 'counter',
      samples: each((agent) => agent.received),
    },
    {
      name: 'calliope_agent_duplicates_total',
      help: 'Of those, copies of packets that another agent sent before.',
      type: 'counter',
      samples: each((agent) => agent.duplicates),
    },
    {
      name: 'calliope_agent_refused_total',
      help: 'Of those, refused for their key or source network.',
      type: 'counter',
      samples: each((agent) => agent.refused),
    },
    {
      name: 'calliope_agent_undecodable_total',
      help: 'Of those, understood by no decoder.',
      type: 'counter',
      samples: each((agent) => agent.undecodable),
    },
    {
      name: 'calliope_agent_dropped_total',
      help: 'Of those, lost in this node.',
      type: 'counter',
      samples: each((agent) => agent.dropped),
    },
    {
      name: 'calliope_agent_messages_per_second',
      help: 'Messages a second lately.',
      type: 'gauge',
      samples: each((agent) => agent.ratePerSecond),
    },
    {
      name: 'calliope_agent_last_seen_seconds',
      help: 'When the agent was last heard, seconds since 1970.',
      type: 'gauge',
      samples: each((agent) => agent.lastSeenUs / 1e6),
    },
    {
      name: 'calliope_agent_clock_skew_seconds',
      help: "Time of reception minus the agent's own time of its packets, the least of a minute: positive where its clock is behind.",
      type: 'gauge',
      samples: each((agent) => (agent.skewMs === null ? null : agent.skewMs / 1000)),
    },
  ];
}

import type { AgentReport } from '@calliope/model';

/** What is counted of one agent, to be changed in place. At any time `received = appended + duplicates + refused + undecodable + dropped`. */
export interface AgentCounters {
  /** Messages that reached the receiver and could be told to be this agent's. */
  received: number;
  /** Handed to the sink. */
  appended: number;
  /** Of those, the ones in the batch that is open. */
  inBatch: number;
  duplicates: number;
  refused: number;
  undecodable: number;
  /** The sink had no room, or a worker failed. */
  dropped: number;
  /** Part of `appended`: the batch could not be written. */
  lostBySink: number;
}

/** An agent as its receiver's thread knows it. Plain values: it crosses over to the main thread. */
export interface AgentCounts extends AgentCounters {
  /** Unique for ever: an agent that was forgotten and comes again is another one. */
  key: string;
  node: string;
  address: string;
  version: string | null;
  lastSeenUs: number;
  ratePerSecond: number;
  skewMs: number | null;
}

/** How many of a batch's messages are whose. */
export interface AgentShare {
  /** As in {@link AgentCounts}. */
  agent: string;
  messages: number;
}

export function emptyAgentCounters(): AgentCounters {
  return {
    received: 0,
    appended: 0,
    inBatch: 0,
    duplicates: 0,
    refused: 0,
    undecodable: 0,
    dropped: 0,
    lostBySink: 0,
  };
}

const SUMMED = [
  'received',
  'stored',
  'duplicates',
  'refused',
  'undecodable',
  'dropped',
  'pending',
  'ratePerSecond',
] as const satisfies (keyof AgentReport)[];

/**
 * One report for each node and address out of those of several receivers: counts add up, the rest is that of the last one seen. What came from an
 * address without telling a node (undecodable, refused) counts with the node that was last seen at that address, if there is one.
 */
export function mergeAgentReports(reports: Iterable<AgentReport>): AgentReport[] {
  const merged = new Map<string, AgentReport>();
  const lastAt = new Map<string, AgentReport>();
  const nameless: AgentReport[] = [];
  for (const report of reports) {
    if (report.node === '') {
      nameless.push(report);
      continue;
    }
    const one = merge(merged, `${report.node}\n${report.address}`, report);
    const last = lastAt.get(one.address);
    if (!last || one.lastSeenUs > last.lastSeenUs) lastAt.set(one.address, one);
  }
  for (const report of nameless) {
    const node = lastAt.get(report.address)?.node ?? '';
    merge(merged, `${node}\n${report.address}`, { ...report, node });
  }
  return [...merged.values()].sort((a, b) => compare(a.node, b.node) || compare(a.address, b.address));
}

function merge(merged: Map<string, AgentReport>, key: string, report: AgentReport): AgentReport {
  const known = merged.get(key);
  if (!known) {
    const first = { ...report };
    merged.set(key, first);
    return first;
  }
  for (const name of SUMMED) known[name] += report[name];
  if (report.lastSeenUs > known.lastSeenUs) {
    known.lastSeenUs = report.lastSeenUs;
    known.skewMs = report.skewMs ?? known.skewMs;
    known.version = report.version ?? known.version;
  }
  return known;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import type { AgentReport, ReceiverReport } from '@calliope/model';
import type { AgentCounts } from './agent-counts.ts';
import type { ReceiveCounters } from './receive-counters.ts';
import type { BatchDelivery, BatchOutcome, ReceivedBatch } from './receiver.ts';

/** Follows one receiver's batches to their end, so that its counters add up, and those of its agents. */
export interface ReceiveLedger {
  /** Hands a batch over. */
  deliver(batch: ReceivedBatch): void;
  /**
   * The receiver's counters with what became of its messages:
   * `received = stored + duplicates + refused + undecodable + dropped + pending`.
   */
  report(name: string, counters: ReceiveCounters): ReceiverReport;
  /** The same for its agents: `counts` are all that are known. */
  agents(counts: readonly AgentCounts[]): AgentReport[];
}

type Settled = Record<BatchOutcome, number>;

/** Agents that are forgotten by all others are forgotten here when there are so many more. */
const FORGOTTEN_KEPT = 1000;

export function createReceiveLedger(deliver: BatchDelivery): ReceiveLedger {
  const settled: Settled = { stored: 0, dropped: 0, rejected: 0 };
  const settledOf = new Map<string, Settled>();

  /** `rejected` messages of a stored batch were set aside. Whose they were is not told: those of the agents that come first are taken for them. */
  function settle(batch: ReceivedBatch, outcome: BatchOutcome, rejected: number): void {
    settled[outcome] += batch.messages - rejected;
    settled.rejected += rejected;
    let left = rejected;
    for (const { agent, messages } of batch.shares ?? []) {
      const of = settledOf.get(agent) ?? { stored: 0, dropped: 0, rejected: 0 };
      const taken = Math.min(left, messages);
      left -= taken;
      of[outcome] += messages - taken;
      of.rejected += taken;
      settledOf.set(agent, of);
    }
  }

  return {
    deliver(batch) {
      deliver(batch, (outcome, rejected = 0) => settle(batch, outcome, outcome === 'stored' ? rejected : 0));
    },
    report(name, counters) {
      const dropped: Record<string, number> = {
        kernel: counters.droppedKernel,
        queue: counters.droppedQueue,
        spool: settled.dropped + counters.lostBySink,
      };
      if (settled.rejected > 0) dropped.rejected = settled.rejected;
      const gone = settled.stored + settled.dropped + settled.rejected + counters.lostBySink;
      return {
        name,
        received: counters.received,
        stored: settled.stored,
        duplicates: counters.duplicates,
        refused: counters.refused,
        undecodable: counters.undecodable,
        dropped,
        pending: counters.appended - gone,
        keepAlives: counters.keepAlives,
        ...(counters.ignored === undefined ? {} : { ignored: counters.ignored }),
      };
    },
    agents(counts) {
      if (settledOf.size > counts.length + FORGOTTEN_KEPT) {
        const known = new Set(counts.map(({ key }) => key));
        for (const key of settledOf.keys()) if (!known.has(key)) settledOf.delete(key);
      }
      return counts.map((agent) => reportOf(agent, settledOf.get(agent.key)));
    },
  };
}

function reportOf(agent: AgentCounts, settled: Settled = { stored: 0, dropped: 0, rejected: 0 }): AgentReport {
  const { node, address, version, received, duplicates, refused, undecodable } = agent;
  const lost = settled.dropped + settled.rejected + agent.lostBySink;
  return {
    node,
    address,
    version,
    received,
    stored: settled.stored,
    duplicates,
    refused,
    undecodable,
    dropped: agent.dropped + lost,
    pending: agent.appended - settled.stored - lost,
    lastSeenUs: agent.lastSeenUs,
    ratePerSecond: agent.ratePerSecond,
    skewMs: agent.skewMs,
  };
}

import type { AgentCounts, AgentShare } from './agent-counts.ts';

/** What the main thread knows of the agents of a worker's thread. */
export interface WorkerAgents {
  /** Takes what changed. */
  note(changed: readonly AgentCounts[]): void;
  /** A batch was handed over. */
  noteBatch(shares: readonly AgentShare[]): void;
  /** The worker is gone, and with it what it had not batched. */
  loseWorker(): void;
  counts(): AgentCounts[];
}

interface Entry {
  counts: AgentCounts;
  batched: number;
}

/** Of more than `limit` agents those that were heard of longest ago are forgotten. Those of a worker that is gone stay beside those of the next. */
export function createWorkerAgents(limit: number): WorkerAgents {
  const entries = new Map<string, Entry>();
  const gone = new Map<string, Entry>();

  function bound(map: Map<string, Entry>): void {
    while (map.size > limit) {
      const [oldest] = map.keys();
      map.delete(oldest!);
    }
  }

  return {
    note(changed) {
      for (const counts of changed) {
        const entry = entries.get(counts.key) ?? { counts, batched: 0 };
        entry.counts = counts;
        entries.delete(counts.key);
        entries.set(counts.key, entry);
      }
      bound(entries);
    },
    noteBatch(shares) {
      for (const { agent, messages } of shares) {
        const entry = entries.get(agent);
        if (entry) entry.batched += messages;
      }
    },
    loseWorker() {
      for (const [key, { counts, batched }] of entries) {
        const lost = counts.appended - counts.lostBySink - batched;
        const last = { ...counts, appended: counts.appended - lost, dropped: counts.dropped + lost, ratePerSecond: 0 };
        gone.set(key, { counts: last, batched });
      }
      entries.clear();
      bound(gone);
    },
    counts: () => [...gone.values(), ...entries.values()].map(({ counts }) => counts),
  };
}

import { type AgentTable, createAgentTable } from './agent-table.ts';
import { type BatchLimits, createBatchFlusher, DEFAULT_BATCH_LIMITS } from './batch-flusher.ts';
import { createDuplicateFilter } from './duplicate-filter.ts';
import type { DuplicateSettings } from './duplicate-settings.ts';
import { createPacketPipeline, type PacketPipeline } from './packet-pipeline.ts';
import { emptyCounters, type ReceiveCounters } from './receive-counters.ts';
import type { SinkEvents, SinkFactory } from './receiver.ts';
import { createSignallingMetrics, type SignallingMetrics } from './signalling-metrics.ts';

/** What every receiver is told of what it does with packets. Plain values: they cross over to a worker. */
export interface PacketPathSettings {
  /** Names the node of agents that name none. */
  nodeName: string;
  batch?: Partial<BatchLimits>;
  /** Agents known at a time, 10,000 when absent. */
  maxAgents?: number;
  /** Of all receivers of the node, see `createDuplicateMemory`. Absent: every packet is kept. */
  duplicateMemory?: SharedArrayBuffer;
  duplicates?: DuplicateSettings;
}

/** What of the settings is of duplicates. */
export function duplicatesOf({
  duplicateMemory,
  duplicates,
}: PacketPathSettings): Pick<PacketPathSettings, 'duplicateMemory' | 'duplicates'> {
  return {
    ...(duplicateMemory === undefined ? {} : { duplicateMemory }),
    ...(duplicates === undefined ? {} : { duplicates }),
  };
}

/** From a packet to the sink, with all that is counted on the way: what receivers of every kind have in common. One a thread and receiver. */
export interface PacketPath {
  readonly pipeline: PacketPipeline;
  readonly counters: ReceiveCounters;
  readonly agents: AgentTable;
  readonly signalling: SignallingMetrics;
  /** Closes batches in time. */
  poll(nowUs: number): void;
  /** Closes the open batch. */
  flush(): void;
  reconfigure(change: { duplicates?: DuplicateSettings }): void;
  /** Why the last batch could not be closed; undefined when it could. */
  readonly sinkError: string | undefined;
}

export function createPacketPath(
  settings: PacketPathSettings,
  createSink: SinkFactory,
  events: SinkEvents,
): PacketPath {
  const { nodeName, maxAgents, duplicateMemory, duplicates: duplicateSettings } = settings;
  const counters = emptyCounters();
  const duplicates =
    duplicateMemory && duplicateSettings ? createDuplicateFilter(duplicateMemory, duplicateSettings) : undefined;
  const agents = createAgentTable(nodeName, {
    ...(maxAgents === undefined ? {} : { limit: maxAgents }),
    ...(duplicates ? { observerOf: duplicates.observerOf } : {}),
  });
  let sinkError: string | undefined;
  const sink = createSink({
    onBatch(batch) {
      sinkError = undefined;
      events.onBatch({ ...batch, shares: agents.takeShares() });
    },
    onLost(messages, error) {
      counters.lostBySink += messages;
      agents.loseBatch();
      sinkError = error.message;
      events.onLost(messages, error);
    },
    onDelayed(error) {
      sinkError = error.message;
    },
  });
  const signalling = createSignallingMetrics();
  const pipeline = createPacketPipeline({
    sink,
    nodeName,
    counters,
    agents,
    ...(duplicates ? { duplicates } : {}),
    observe: signalling.observe,
  });
  const flusher = createBatchFlusher(sink, { ...DEFAULT_BATCH_LIMITS, ...settings.batch }, (error) => {
    sinkError = error.message;
  });
  return {
    pipeline,
    counters,
    agents,
    signalling,
    poll(nowUs) {
      flusher.poll(nowUs / 1000);
    },
    flush: flusher.flush,
    reconfigure(change) {
      if (!change.duplicates || !duplicates) return;
      duplicates.reconfigure(change.duplicates);
      agents.identify(duplicates.observerOf);
    },
    get sinkError() {
      return sinkError;
    },
  };
}

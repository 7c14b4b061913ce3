import { type AgentTable, createAgentTable } from './agent-table.ts';
import { type BatchLimits, createBatchFlusher, DEFAULT_BATCH_LIMITS } from './batch-flusher.ts';
import { createHepIntake, type HepIntake } from './hep-intake.ts';
import { createHepSipAssembler } from './hep-sip-assembler.ts';
import { createKeyCheck } from './key-check.ts';
import { createNetworkFilter } from './network-filter.ts';
import { createPacketPipeline } from './packet-pipeline.ts';
import { emptyCounters, type ReceiveCounters } from './receive-counters.ts';
import type { ReceiverChange, SinkEvents, SinkFactory } from './receiver.ts';
import { createSignallingMetrics, type SignallingMetrics } from './signalling-metrics.ts';

/** What every HEP receiver is told. Plain values: they cross over to a worker. */
export interface HepChannelSettings {
  /** Names the node of agents that name none. */
  nodeName: string;
  /** Of which a sender must show one; none: not asked for. */
  keys?: readonly string[];
  /** From which HEP is taken, `10.0.0.0/8`; none: any. */
  networks?: readonly string[];
  batch?: Partial<BatchLimits>;
  /** Nodes known by name, 10,000 when absent. */
  maxAgents?: number;
}

/** From a datagram or frame to the sink, with all that is counted on the way. One a thread and receiver. */
export interface HepChannel {
  readonly intake: HepIntake;
  readonly counters: ReceiveCounters;
  readonly agents: AgentTable;
  readonly signalling: SignallingMetrics;
  /** Call after packets were taken, and at rest some times a second: closes batches in time, gives up waiting for pieces. */
  poll(nowUs: number): void;
  /** Closes the open batch. */
  flush(): void;
  /** Throws RangeError, and changes nothing, for networks that are none. */
  reconfigure(change: ReceiverChange): void;
  /** No more comes: lets go on what waits for more, and closes the batch. */
  close(): void;
  /** Why the last batch could not be closed; undefined when it could. */
  readonly sinkError: string | undefined;
}

/** Throws RangeError for networks that are none. */
export function createHepChannel(
  settings: HepChannelSettings,
  createSink: SinkFactory,
  events: SinkEvents,
): HepChannel {
  const counters = emptyCounters();
  const agents = createAgentTable(settings.nodeName, settings.maxAgents);
  let isAllowed = createNetworkFilter(settings.networks ?? []);
  let hasKey = createKeyCheck(settings.keys ?? []);
  let sinkError: string | undefined;
  const sink = createSink({
    onBatch(batch) {
      sinkError = undefined;
      events.onBatch(batch);
    },
    onLost(messages, error) {
      counters.lostBySink += messages;
      sinkError = error.message;
      events.onLost(messages, error);
    },
  });
  const signalling = createSignallingMetrics();
  const pipeline = createPacketPipeline({
    sink,
    nodeName: settings.nodeName,
    counters,
    observe: signalling.observe,
  });
  const flusher = createBatchFlusher(sink, { ...DEFAULT_BATCH_LIMITS, ...settings.batch }, (error) => {
    sinkError = error.message;
  });
  const assembler = createHepSipAssembler(pipeline.take);
  const intake = createHepIntake({ assembler, counters, agents, isAllowed, hasKey });
  return {
    intake,
    counters,
    agents,
    signalling,
    poll(nowUs) {
      if (assembler.waiting > 0) assembler.expire(nowUs);
      flusher.poll(nowUs / 1000);
    },
    flush: flusher.flush,
    reconfigure({ networks, keys }) {
      if (networks) isAllowed = createNetworkFilter(networks);
      if (keys) hasKey = createKeyCheck(keys);
      intake.setAccess(isAllowed, hasKey);
    },
    close() {
      assembler.release();
      flusher.flush();
    },
    get sinkError() {
      return sinkError;
    },
  };
}

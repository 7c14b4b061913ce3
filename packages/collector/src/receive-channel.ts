import type { AgentTable } from './agent-table.ts';
import type { ReceiveCounters } from './receive-counters.ts';
import type { ReceiverChange } from './receiver.ts';
import type { SignallingMetrics } from './signalling-metrics.ts';

/** The way from a receiver of any kind to its sink, with all that is counted on it. */
export interface ReceiveChannel {
  readonly counters: ReceiveCounters;
  readonly agents: AgentTable;
  readonly signalling: SignallingMetrics;
  /** Call after packets were taken, and at rest some times a second: closes batches in time, gives up waiting for pieces. */
  poll(nowUs: number): void;
  /** Closes the open batch. */
  flush(): void;
  /** Throws RangeError, and changes nothing, for what cannot be. */
  reconfigure(change: ReceiverChange): void;
  /** No more comes: lets go on what waits for more, and closes the batch. */
  close(): void;
  /** Why the last batch could not be closed; undefined when it could. */
  readonly sinkError: string | undefined;
}

import type { AgentCounts } from './agent-counts.ts';
import type { HepChannelSettings } from './hep-channel.ts';
import type { ReceiveCounters } from './receive-counters.ts';
import type { ReceivedBatch, ReceiverChange, ReceiverErrorCode } from './receiver.ts';
import type { SignallingReport } from './signalling-metrics-report.ts';

/** What a receive worker is told at its start, as a part of its `workerData`. */
export interface ReceiveWorkerSettings extends HepChannelSettings {
  address: string;
  port: number;
  receiveBufferBytes: number;
  reusePort: boolean;
}

/** The key of {@link ReceiveWorkerSettings} in `workerData`; the rest of it belongs to the composition root. */
export const RECEIVE_WORKER = 'receiveWorker';

/** To the worker, which looks for them between batches. */
export type ToReceiveWorker =
  | { type: 'flush'; request: number }
  | { type: 'reconfigure'; request: number; change: ReceiverChange }
  | { type: 'stop' };

/** From the worker. Counters are those since its start; those sent with a batch include the batch. Of agents, those that changed. */
export type FromReceiveWorker =
  | { type: 'ready'; address: string; port: number; receiveBufferBytes: number }
  | { type: 'failed'; code: ReceiverErrorCode; message: string }
  | { type: 'batch'; batch: ReceivedBatch; counters: ReceiveCounters; agents: AgentCounts[] }
  | { type: 'counters'; counters: ReceiveCounters; agents: AgentCounts[]; problems: string[] }
  | { type: 'signalling'; report: SignallingReport }
  /** A flush or a change is done; `error` says why a change was not made. */
  | { type: 'done'; request: number; error?: string }
  | { type: 'stopped' };

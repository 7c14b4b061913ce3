// The thread that receives HEP over UDP: wired here, as only this room knows both the collector and the store.
import { workerData } from 'node:worker_threads';
import { runReceiveWorker } from '@calliope/collector';
import { createBatchWriter } from '@calliope/store';

/** What the capture node passes to this thread. */
export interface ReceiveWorkerData {
  spoolDirectory: string;
  nodeName: string;
  /** Number of the batch writer, different for each that runs at the same time. */
  worker: number;
  /** A batch is closed at this size. */
  maxBytes: number;
}

const { spoolDirectory: directory, nodeName, worker, maxBytes } = workerData as ReceiveWorkerData;
runReceiveWorker({
  createSink: (events) => createBatchWriter({ directory, nodeName, worker, maxBytes, ...events }),
});

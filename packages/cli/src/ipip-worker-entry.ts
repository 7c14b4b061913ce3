// The thread that receives IP-in-IP: wired here, as only this room knows both the collector and the store.
import { workerData } from 'node:worker_threads';
import { runIpipWorker } from '@calliope/collector';
import { createBatchWriter } from '@calliope/store';
import type { ReceiveWorkerData } from './receive-worker-entry.ts';

const { spoolDirectory: directory, nodeName, worker, maxBytes } = workerData as ReceiveWorkerData;
runIpipWorker({
  createSink: (events) => createBatchWriter({ directory, nodeName, worker, maxBytes, ...events }),
});

import { Worker } from 'node:worker_threads';
import { addCounters, emptyCounters, type ReceiveCounters } from './receive-counters.ts';
import { createReceiveLedger } from './receive-ledger.ts';
import { type FromReceiveWorker, RECEIVE_WORKER, type ToReceiveWorker } from './receive-worker-messages.ts';
import { type BatchDelivery, type Receiver, type ReceiverChange, ReceiverError } from './receiver.ts';
import { emptySignalling, sumSignalling } from './signalling-metrics-report.ts';
import { createWorkerAgents } from './worker-agents.ts';

export interface WorkerReceiverOptions {
  /** The worker's entry file. */
  workerUrl: URL;
  /** For the entry file: what it needs to make its sink. */
  workerData?: Record<string, unknown>;
  /** For the worker, which knows more of them: only values that can cross over to it. */
  settings: ReceiveEndpoint & { receiveBufferBytes: number };
  deliver: BatchDelivery;
  maxAgents: number;
  /** The receiver's name for where it listens. */
  nameOf: (endpoint: ReceiveEndpoint) => string;
  /** And its address. */
  addressOf: (endpoint: ReceiveEndpoint) => string;
}

export interface ReceiveEndpoint {
  address: string;
  port: number;
}

/** Longer than a worker takes to drain and flush, shorter than a supervisor's patience. */
const STOP_PATIENCE_MS = 8000;
const RESTART_AFTER_MS = 1000;
const RESTART_AT_MOST_MS = 30_000;

/**
 * A receiver whose work is done in a thread of its own, which speaks {@link FromReceiveWorker}. When the thread fails, it is started
 * again, and what it had not yet written is counted as dropped.
 */
export function createWorkerReceiver(options: WorkerReceiverOptions): Receiver {
  const { workerUrl, workerData, deliver, maxAgents, nameOf, addressOf } = options;
  const settings = { ...options.settings };
  const wantedBytes = settings.receiveBufferBytes;
  const ledger = createReceiveLedger(deliver);
  const agents = createWorkerAgents(maxAgents);
  /** Of workers that are gone. */
  const past = emptyCounters();
  let current: ReceiveCounters = emptyCounters();
  let batchedNow = 0;
  let pastSignalling = emptySignalling();
  let signalling = emptySignalling();
  let worker: Worker | undefined;
  let endpoint: ReceiveEndpoint = { address: settings.address, port: settings.port };
  let grantedBytes = 0;
  let workerProblems: string[] = [];
  let failure: string | undefined;
  let stopping = false;
  let restartAfterMs = RESTART_AFTER_MS;
  let restartTimer: NodeJS.Timeout | undefined;
  let request = 0;
  /** What the worker was asked for and has not done; called with why it could not be done. */
  const requests = new Map<number, (error?: string) => void>();
  let onStopped: (() => void) | undefined;

  function handle(message: FromReceiveWorker): void {
    switch (message.type) {
      case 'batch':
        current = message.counters;
        batchedNow += message.batch.messages;
        agents.note(message.agents);
        agents.noteBatch(message.batch.shares ?? []);
        ledger.deliver(message.batch);
        break;
      case 'counters':
        current = message.counters;
        workerProblems = message.problems;
        agents.note(message.agents);
        break;
      case 'signalling':
        signalling = message.report;
        break;
      case 'done':
        requests.get(message.request)?.(message.error);
        requests.delete(message.request);
        break;
      case 'stopped':
        onStopped?.();
        break;
    }
  }

  /** What a lost worker had appended and not batched is gone. */
  function settleLostWorker(): void {
    const lost = current.appended - current.lostBySink - batchedNow;
    current.appended -= lost;
    current.droppedQueue += lost;
    addCounters(past, current);
    agents.loseWorker();
    current = emptyCounters();
    batchedNow = 0;
    pastSignalling = sumSignalling([pastSignalling, signalling]);
    signalling = emptySignalling();
    worker = undefined;
    for (const done of requests.values()) done();
    requests.clear();
    onStopped?.();
  }

  function launch(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const thread = new Worker(workerUrl, { workerData: { ...workerData, [RECEIVE_WORKER]: settings } });
    worker = thread;
    let started = false;
    thread.on('message', (message: FromReceiveWorker) => {
      if (message.type === 'ready') {
        started = true;
        endpoint = { address: message.address, port: message.port };
        // After a fault it has to be the same port again, also where the system chose it.
        settings.port = message.port;
        grantedBytes = message.receiveBufferBytes;
        restartAfterMs = RESTART_AFTER_MS;
        failure = undefined;
        resolve();
      } else if (message.type === 'failed') reject(new ReceiverError(message.code, message.message));
      else handle(message);
    });
    thread.on('error', (error) => {
      failure = error instanceof Error ? error.message : String(error);
    });
    thread.on('exit', () => {
      settleLostWorker();
      reject(new ReceiverError('failed', `the receive worker ended: ${failure ?? 'no reason given'}`));
      if (started && !stopping) restartLater();
    });
    return promise;
  }

  function restartLater(): void {
    failure ??= 'the receive worker ended';
    restartTimer = setTimeout(() => {
      restartAfterMs = Math.min(2 * restartAfterMs, RESTART_AT_MOST_MS);
      launch().catch((error: Error) => {
        failure = error.message;
        if (!stopping) restartLater();
      });
    }, restartAfterMs);
  }

  const tell = (message: ToReceiveWorker): void => worker?.postMessage(message);

  /** Resolves when the worker has done it or is gone; with why not when it could not. */
  async function ask(wanted: { type: 'flush' } | { type: 'reconfigure'; change: ReceiverChange }) {
    if (!worker) return undefined;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    requests.set(++request, resolve);
    tell({ ...wanted, request });
    return await promise;
  }

  return {
    get name() {
      return nameOf(endpoint);
    },
    get address() {
      return addressOf(endpoint);
    },
    async start() {
      stopping = false;
      await launch();
    },
    async flush() {
      await ask({ type: 'flush' });
    },
    async reconfigure(change) {
      const before = { ...settings };
      // Here first, so that a worker that is started meanwhile knows as well. (Nothing in `change` is undefined, as its types say.)
      Object.assign(settings, change);
      const error = await ask({ type: 'reconfigure', change });
      if (error === undefined) return;
      Object.assign(settings, before, { port: settings.port });
      throw new RangeError(error);
    },
    async stop() {
      stopping = true;
      clearTimeout(restartTimer);
      const thread = worker;
      if (!thread) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      onStopped = resolve;
      tell({ type: 'stop' });
      const timer = setTimeout(resolve, STOP_PATIENCE_MS);
      await promise;
      clearTimeout(timer);
      await thread.terminate();
    },
    report() {
      const total = emptyCounters();
      addCounters(total, past);
      addCounters(total, current);
      return ledger.report(this.name, total);
    },
    agents: () => ledger.agents(agents.counts()),
    signalling: () => sumSignalling([pastSignalling, signalling]),
    problems() {
      const problems = workerProblems.map((problem) => `${this.name}: ${problem}`);
      if (failure !== undefined) problems.push(`${this.name} does not receive: ${failure}; it is started again.`);
      // The kernel says twice of what was asked for, as it counts its own overhead.
      if (worker && grantedBytes < wantedBytes) {
        problems.push(
          `${this.name}: the kernel buffers only ${grantedBytes} bytes, so bursts may be lost: raise net.core.rmem_max to ${wantedBytes}.`,
        );
      }
      return problems;
    },
  };
}

import { isMainThread, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type Clock, systemClock } from '@calliope/model';
import { createDatagramBatch, type DatagramBatch } from './datagram-batch.ts';
import { createHepChannel, type HepChannel } from './hep-channel.ts';
import { type Libc, loadLibc } from './libc.ts';
import { openUdpSocket, type UdpSocket } from './libc-udp-socket.ts';
import {
  type FromReceiveWorker,
  RECEIVE_WORKER,
  type ReceiveWorkerSettings,
  type ToReceiveWorker,
} from './receive-worker-messages.ts';
import { type ReceiverChange, ReceiverError, type SinkFactory } from './receiver.ts';

export interface ReceiveWorkerOptions {
  createSink: SinkFactory;
  clock?: Clock;
}

/** How long a receiving call waits: at rest the worker wakes up this often to look for what it is told. */
const WAIT_MS = 100;
const COUNTERS_EVERY_MS = 250;
/** Fewer than these, and the next call waits a moment so that it brings more at once … */
const SMALL_BATCH = 64;
const PAUSE_US = 1000;
/** … which needs a buffer that holds what comes in that moment. */
const PAUSE_NEEDS_BYTES = 4 * 1024 * 1024;
/** What has already arrived at the stop is taken for at most this long. */
const DRAIN_MS = 2000;

/**
 * Receives HEP over UDP until it is told to stop: to be called once in a worker thread that `createUdpWorkerReceiver` started. The
 * thread waits in the kernel, not in its event loop: between calls it looks for messages of its parent, and nothing else runs in it.
 */
export function runReceiveWorker(options: ReceiveWorkerOptions): void {
  if (isMainThread || !parentPort) throw new Error('runReceiveWorker runs in a worker thread');
  const port = parentPort;
  const post = (message: FromReceiveWorker): void => port.postMessage(message);
  const settings = (workerData as Record<string, ReceiveWorkerSettings>)[RECEIVE_WORKER]!;
  let socket: UdpSocket | undefined;
  try {
    const loaded = loadLibc();
    if ('reason' in loaded) throw new ReceiverError('not_supported', loaded.reason);
    socket = openUdpSocket(loaded.libc, { ...settings, waitMs: WAIT_MS });
    const loop = createLoop(loaded.libc, socket, settings, options, post);
    const { address, port: boundPort, receiveBufferBytes } = socket;
    post({ type: 'ready', address, port: boundPort, receiveBufferBytes });
    for (;;) {
      const told = receiveMessageOnPort(port)?.message as ToReceiveWorker | undefined;
      if (told?.type === 'stop') break;
      if (told?.type === 'flush') {
        loop.flush();
        post({ type: 'done', request: told.request });
      } else if (told?.type === 'reconfigure') {
        const error = loop.reconfigure(told.change);
        post({ type: 'done', request: told.request, ...(error === undefined ? {} : { error }) });
      }
      loop.receive(false);
    }
    loop.drain();
    post({ type: 'stopped' });
  } catch (error) {
    if (!(error instanceof ReceiverError)) throw error;
    post({ type: 'failed', code: error.code, message: error.message });
  } finally {
    // Node knows nothing of this descriptor: it would outlive the thread, and keep the port.
    socket?.close();
  }
  // Nothing is left to wait for; without this the port would keep the thread.
  port.close();
}

interface Loop {
  receive(dontWait: boolean): number;
  flush(): void;
  /** Why it was not done; undefined when it was. */
  reconfigure(change: ReceiverChange): string | undefined;
  /** Takes what the kernel holds, and flushes. */
  drain(): void;
}

function createLoop(
  libc: Libc,
  socket: UdpSocket,
  settings: ReceiveWorkerSettings,
  options: ReceiveWorkerOptions,
  post: (message: FromReceiveWorker) => void,
): Loop {
  const clock = options.clock ?? systemClock;
  const channel: HepChannel = createHepChannel(settings, options.createSink, {
    onBatch: (batch) => {
      countKernelDrops();
      post({ type: 'batch', batch, counters: channel.counters });
    },
    onLost: () => {},
  });
  const { counters, intake } = channel;
  const batch: DatagramBatch = createDatagramBatch(libc, socket);
  const mayPause = socket.receiveBufferBytes >= PAUSE_NEEDS_BYTES;
  let countersPostedMs = 0;
  let receiveError: string | undefined;

  /** The kernel's counter has 32 bits and starts at 0 with the socket. */
  function countKernelDrops(): void {
    const dropped = socket.droppedDatagrams();
    if (Number.isNaN(dropped)) return;
    const more = (dropped - counters.droppedKernel) >>> 0;
    counters.droppedKernel += more;
    counters.received += more;
  }

  function postCounters(): void {
    countKernelDrops();
    const problems: string[] = [];
    if (channel.sinkError !== undefined) problems.push(`a batch could not be written: ${channel.sinkError}`);
    if (receiveError !== undefined) problems.push(`receiving fails: ${receiveError}`);
    post({ type: 'counters', counters, agents: channel.agents.reports(true), problems });
  }

  function receive(dontWait: boolean): number {
    const count = batch.receive(dontWait);
    const nowUs = clock.nowUs();
    const nowMs = nowUs / 1000;
    const { bytes, stride, senders } = batch;
    for (let i = 0; i < count; i++) {
      const start = i * stride;
      intake.take(bytes, start, start + batch.lengthOf(i), nowUs, senders, i * 16);
    }
    if (count < 0) {
      receiveError = libc.errorName();
      libc.usleep(WAIT_MS * 1000);
    } else if (count > 0) receiveError = undefined;
    channel.poll(nowUs);
    if (nowMs - countersPostedMs >= COUNTERS_EVERY_MS || nowMs < countersPostedMs) {
      countersPostedMs = nowMs;
      postCounters();
    }
    if (count > 0 && count < SMALL_BATCH && mayPause && !dontWait) libc.usleep(PAUSE_US);
    return count;
  }

  function flush(): void {
    channel.flush();
    postCounters();
  }

  return {
    receive,
    flush,
    reconfigure(change) {
      try {
        channel.reconfigure(change);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
    drain() {
      const endMs = performance.now() + DRAIN_MS;
      while (receive(true) > 0 && performance.now() < endMs);
      channel.close();
      postCounters();
    },
  };
}

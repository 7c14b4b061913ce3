import { isMainThread, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type Libc, loadLibc } from './libc.ts';
import type { ReceiveLoop } from './receive-loop.ts';
import { type FromReceiveWorker, RECEIVE_WORKER, type ToReceiveWorker } from './receive-worker-messages.ts';
import { ReceiverError } from './receiver.ts';

/** What a thread receives from. */
export interface ReceiveSource {
  address: string;
  /** 0 where there are no ports. */
  port: number;
  /** What the kernel granted. */
  receiveBufferBytes: number;
  loop: ReceiveLoop;
  close(): void;
}

/**
 * Receives until it is told to stop: to be called once in a worker thread that `createWorkerReceiver` started. The thread waits in the
 * kernel, not in its event loop: between calls it looks for messages of its parent, and nothing else runs in it.
 * @param open opens the source for the settings that the thread was given. What it throws as ReceiverError goes to whoever starts the receiver.
 */
export function runReceiveThread<Settings>(
  open: (libc: Libc, settings: Settings, post: (message: FromReceiveWorker) => void) => ReceiveSource,
): void {
  if (isMainThread || !parentPort) throw new Error('a receiver’s thread is a worker thread');
  const port = parentPort;
  const post = (message: FromReceiveWorker): void => port.postMessage(message);
  const settings = (workerData as Record<string, Settings>)[RECEIVE_WORKER]!;
  let source: ReceiveSource | undefined;
  try {
    const loaded = loadLibc();
    if ('reason' in loaded) throw new ReceiverError('not_supported', loaded.reason);
    source = open(loaded.libc, settings, post);
    const { address, port: boundPort, receiveBufferBytes, loop } = source;
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
    // Node knows nothing of these descriptors: they would outlive the thread, and keep the port.
    source?.close();
  }
  // Nothing is left to wait for; without this the port would keep the thread.
  port.close();
}

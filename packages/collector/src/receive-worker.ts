import type { Clock } from '@calliope/model';
import { createDatagramBatch } from './datagram-batch.ts';
import { createHepChannel, type HepChannel } from './hep-channel.ts';
import type { Libc } from './libc.ts';
import { openUdpSocket, type UdpSocket } from './libc-udp-socket.ts';
import { createReceiveLoop, type ReceiveLoop, WAIT_MS } from './receive-loop.ts';
import { runReceiveThread } from './receive-thread.ts';
import type { FromReceiveWorker, ReceiveWorkerSettings } from './receive-worker-messages.ts';
import type { SinkFactory } from './receiver.ts';

export interface ReceiveWorkerOptions {
  createSink: SinkFactory;
  clock?: Clock;
}

/** Receives HEP over UDP until it is told to stop: to be called once in a worker thread that `createUdpWorkerReceiver` started. */
export function runReceiveWorker(options: ReceiveWorkerOptions): void {
  runReceiveThread<ReceiveWorkerSettings>((libc, settings, post) => {
    const socket = openUdpSocket(libc, { ...settings, waitMs: WAIT_MS });
    const { address, port, receiveBufferBytes, close } = socket;
    try {
      return { address, port, receiveBufferBytes, loop: createLoop(libc, socket, settings, post, options), close };
    } catch (error) {
      close();
      throw error;
    }
  });
}

function createLoop(
  libc: Libc,
  socket: UdpSocket,
  settings: ReceiveWorkerSettings,
  post: (message: FromReceiveWorker) => void,
  options: ReceiveWorkerOptions,
): ReceiveLoop {
  const batch = createDatagramBatch(libc, socket);
  const { bytes, stride, senders } = batch;
  return createReceiveLoop<HepChannel>({
    ...options,
    libc,
    post,
    createChannel: (events) => createHepChannel(settings, options.createSink, events),
    receive({ intake }, clock, dontWait) {
      const count = batch.receive(dontWait);
      const nowUs = clock.nowUs();
      for (let i = 0; i < count; i++) {
        const start = i * stride;
        intake.take(bytes, start, start + batch.lengthOf(i), nowUs, senders, i * 16);
      }
      return count;
    },
    dropped: socket.droppedDatagrams,
    receiveBufferBytes: socket.receiveBufferBytes,
  });
}

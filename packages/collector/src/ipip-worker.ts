import type { Clock } from '@calliope/model';
import { createDatagramBatch, type DatagramBatch } from './datagram-batch.ts';
import { createIpipChannel, type IpipChannel, type IpipChannelSettings } from './ipip-channel.ts';
import type { Libc } from './libc.ts';
import { openRawIpSockets, type RawIpSocket } from './raw-ip-socket.ts';
import { createReceiveLoop, type ReceiveLoop, WAIT_MS } from './receive-loop.ts';
import { runReceiveThread } from './receive-thread.ts';
import type { FromReceiveWorker } from './receive-worker-messages.ts';
import type { SinkFactory } from './receiver.ts';

/** What the thread is told at its start. */
export interface IpipWorkerSettings extends IpipChannelSettings {
  address: string;
  /** There is none: 0. */
  port: number;
  /** Of each socket. */
  receiveBufferBytes: number;
}

export interface IpipWorkerOptions {
  createSink: SinkFactory;
  clock?: Clock;
}

/** struct pollfd, and what is waited for: poll(2). */
const POLL_BYTES = 8;
const POLLIN = 1;
/** Packets that one call brings. */
const CAPACITY = 64;

/** Receives IP-in-IP and GRE until it is told to stop: to be called once in a worker thread that `createIpipReceiver` started. */
export function runIpipWorker(options: IpipWorkerOptions): void {
  runReceiveThread<IpipWorkerSettings>((libc, settings, post) => {
    const sockets = openRawIpSockets(libc, settings);
    const close = (): void => {
      for (const socket of sockets) socket.close();
    };
    try {
      const receiveBufferBytes = Math.min(...sockets.map((socket) => socket.receiveBufferBytes));
      const loop = createLoop(libc, sockets, receiveBufferBytes, settings, post, options);
      return { address: settings.address, port: 0, receiveBufferBytes, loop, close };
    } catch (error) {
      close();
      throw error;
    }
  });
}

function createLoop(
  libc: Libc,
  sockets: readonly RawIpSocket[],
  receiveBufferBytes: number,
  settings: IpipWorkerSettings,
  post: (message: FromReceiveWorker) => void,
  options: IpipWorkerOptions,
): ReceiveLoop {
  const batches = sockets.map((socket) => createDatagramBatch(libc, socket, { capacity: CAPACITY, times: true }));
  const polled = libc.allocate(sockets.length * POLL_BYTES);
  for (const [i, socket] of sockets.entries()) {
    polled.view.setInt32(i * POLL_BYTES, socket.fd, true);
    polled.view.setInt16(i * POLL_BYTES + 4, POLLIN, true);
    polled.view.setInt16(i * POLL_BYTES + 6, 0, true);
  }

  function takeBatch(channel: IpipChannel, socket: RawIpSocket, batch: DatagramBatch, nowUs: number): number {
    const { bytes, stride, senders } = batch;
    const count = batch.receive(true);
    for (let i = 0; i < count; i++) {
      const start = i * stride;
      const end = start + batch.lengthOf(i);
      const receivedUs = batch.timeUsOf(i) || nowUs;
      channel.intake.take(socket.protocol, !socket.isIpv6, bytes, start, end, receivedUs, senders, i * 16);
    }
    return count;
  }

  return createReceiveLoop<IpipChannel>({
    ...options,
    libc,
    post,
    createChannel: (events) => createIpipChannel(settings, options.createSink, events, options.clock),
    receive(channel, clock, dontWait) {
      const ready = libc.poll(polled.pointer, sockets.length, dontWait ? 0 : WAIT_MS);
      if (ready < 0) return libc.errorName() === 'EINTR' ? 0 : -1;
      const nowUs = clock.nowUs();
      let received = 0;
      for (let i = 0; i < sockets.length && ready > 0; i++) {
        if (polled.view.getInt16(i * POLL_BYTES + 6, true) === 0) continue;
        const count = takeBatch(channel, sockets[i]!, batches[i]!, nowUs);
        if (count < 0) return -1;
        received += count;
      }
      return received;
    },
    dropped() {
      let dropped = 0;
      for (const socket of sockets) dropped = (dropped + socket.droppedDatagrams()) % 2 ** 32;
      return dropped;
    },
    receiveBufferBytes,
  });
}

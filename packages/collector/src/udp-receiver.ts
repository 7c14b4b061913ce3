import { createDgramReceiver, type DgramReceiverOptions } from './dgram-receiver.ts';
import { loadLibc } from './libc.ts';
import type { Receiver } from './receiver.ts';
import { createUdpWorkerReceiver, type UdpWorkerReceiverOptions } from './udp-worker-receiver.ts';

export interface ChosenUdpReceiver {
  receiver: Receiver;
  /** A sentence to be shown at the start when it is not the fast one; undefined when it is. */
  note: string | undefined;
}

/** The worker that receives through libc, or where that cannot be had, Node's own sockets. */
export function createUdpReceiver(options: UdpWorkerReceiverOptions & DgramReceiverOptions): ChosenUdpReceiver {
  const loaded = loadLibc();
  if ('libc' in loaded) return { receiver: createUdpWorkerReceiver(options), note: undefined };
  return {
    receiver: createDgramReceiver(options),
    note: `HEP over UDP is received through Node's own sockets, at more CPU a message: ${loaded.reason}.`,
  };
}

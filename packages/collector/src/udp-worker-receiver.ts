import { formatEndpoint } from './listen-address.ts';
import { duplicatesOf } from './packet-path.ts';
import type { ReceiveWorkerSettings } from './receive-worker-messages.ts';
import type { Receiver } from './receiver.ts';
import { DEFAULT_HEP_ADDRESS, DEFAULT_HEP_PORT, type UdpReceiverOptions } from './udp-receiver-options.ts';
import { createWorkerReceiver } from './worker-receiver.ts';

export interface UdpWorkerReceiverOptions extends UdpReceiverOptions {
  /** The worker's entry file, which calls `runReceiveWorker`. */
  workerUrl: URL;
  /** For the entry file: what it needs to make its sink. */
  workerData?: Record<string, unknown>;
  /** Several receivers of one port, spread by the kernel over senders. Not the default: a second server on the same port would go unnoticed. */
  reusePort?: boolean;
}

/** What the kernel is asked to buffer unless told otherwise. */
export const UDP_RECEIVE_BUFFER_BYTES = 64 * 1024 * 1024;

/** HEP over UDP in a thread of its own, many datagrams a system call (see `loadLibc` for where that works). */
export function createUdpWorkerReceiver(options: UdpWorkerReceiverOptions): Receiver {
  const { workerUrl, workerData = {}, deliver, nodeName, keys = [], networks = [], batch = {} } = options;
  const maxAgents = options.maxAgents ?? 10_000;
  const settings: ReceiveWorkerSettings = {
    nodeName,
    keys,
    networks,
    batch,
    maxAgents,
    address: options.address ?? DEFAULT_HEP_ADDRESS,
    port: options.port ?? DEFAULT_HEP_PORT,
    receiveBufferBytes: options.receiveBufferBytes ?? UDP_RECEIVE_BUFFER_BYTES,
    reusePort: options.reusePort ?? false,
    ...duplicatesOf(options),
  };
  return createWorkerReceiver({
    workerUrl,
    workerData,
    deliver,
    maxAgents,
    settings,
    nameOf: ({ address, port }) => `udp ${formatEndpoint(address, port)}`,
    addressOf: ({ address, port }) => formatEndpoint(address, port),
  });
}

import type { IpipChannelSettings } from './ipip-channel.ts';
import type { IpipWorkerSettings } from './ipip-worker.ts';
import { loadLibc } from './libc.ts';
import { ANY_IPV6 } from './listen-address.ts';
import { duplicatesOf } from './packet-path.ts';
import { type BatchDelivery, type Receiver, ReceiverError } from './receiver.ts';
import { createWorkerReceiver } from './worker-receiver.ts';

export interface IpipReceiverOptions extends IpipChannelSettings {
  /** Numeric, of this machine; `::` (the default) is every address, of IPv4 too. */
  address?: string;
  deliver: BatchDelivery;
  /** The worker's entry file, which calls `runIpipWorker`. */
  workerUrl: URL;
  /** For the entry file: what it needs to make its sink. */
  workerData?: Record<string, unknown>;
  /** What the kernel is asked to buffer, for each of the six sockets. 16 MiB when absent. */
  receiveBufferBytes?: number;
}

const DEFAULT_RECEIVE_BUFFER_BYTES = 16 * 1024 * 1024;

/**
 * IP-in-IP (protocols 4 and 41) and GRE (47) over IPv4 and IPv6, which session border controllers send, through raw sockets in a thread of its own.
 * Needs Linux with glibc and CAP_NET_RAW; without them `start` says what to do.
 */
export function createIpipReceiver(options: IpipReceiverOptions): Receiver {
  const { workerUrl, workerData = {}, deliver, nodeName, batch = {} } = options;
  const maxAgents = options.maxAgents ?? 10_000;
  const address = options.address ?? ANY_IPV6;
  const settings: IpipWorkerSettings = {
    nodeName,
    keys: options.keys ?? [],
    tunnelNetworks: options.tunnelNetworks ?? [],
    tunnelPorts: options.tunnelPorts ?? [],
    batch,
    maxAgents,
    address,
    port: 0,
    receiveBufferBytes: options.receiveBufferBytes ?? DEFAULT_RECEIVE_BUFFER_BYTES,
    ...duplicatesOf(options),
  };
  const receiver = createWorkerReceiver({
    workerUrl,
    workerData,
    deliver,
    maxAgents,
    settings,
    nameOf: (endpoint) => `ipip ${endpoint.address}`,
    addressOf: (endpoint) => endpoint.address,
  });
  const { start } = receiver;
  receiver.start = async () => {
    const loaded = loadLibc();
    if ('libc' in loaded) return await start();
    const message = `ipip ${address}: IP-in-IP is received through raw sockets of Linux with glibc: ${loaded.reason}. Turn it off: ipip.enable: false.`;
    throw new ReceiverError('not_supported', message);
  };
  return receiver;
}

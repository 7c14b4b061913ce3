import type { HepChannelSettings } from './hep-channel.ts';
import type { BatchDelivery } from './receiver.ts';

export interface UdpReceiverOptions extends HepChannelSettings {
  /** Numeric; `::` (the default) takes IPv4 as well. */
  address?: string;
  /** 9060 when absent; 0: the system chooses. */
  port?: number;
  deliver: BatchDelivery;
  /** What the kernel is asked to buffer; memory is taken only as datagrams wait. 64 MiB when absent (4 MiB through dgram). */
  receiveBufferBytes?: number;
}

/** IANA has none for HEP; every sender's documentation says this one. */
export const DEFAULT_HEP_PORT = 9060;
export const DEFAULT_HEP_ADDRESS = '::';

import { execPath } from 'node:process';
import { parseAddress } from '@calliope/model';
import type { Libc } from './libc.ts';
import {
  AF_INET,
  AF_INET6,
  droppedDatagrams,
  encodeSocketAddress,
  grantedReceiveBuffer,
  SOCK_CLOEXEC,
  setReceiveBuffer,
  setReceiveTimes,
} from './libc-socket-options.ts';
import { ANY_IPV6 } from './listen-address.ts';
import { ReceiverError, receiverError } from './receiver.ts';

/** IP protocols (IANA) that carry other packets: IPv4 and IPv6 in IP (RFC 2003, 4213, 2473), and GRE. */
export const TUNNEL_PROTOCOLS = [4, 41, 47] as const;

export type TunnelProtocol = (typeof TUNNEL_PROTOCOLS)[number];

/**
 * Takes every packet of one protocol that this machine is sent, whole: the kernel has put fragments together (raw(7)). Over IPv4 the packet
 * comes with its header, over IPv6 without it and its extension headers. Others in the machine get it as well.
 */
export interface RawIpSocket {
  readonly fd: number;
  readonly isIpv6: boolean;
  readonly protocol: TunnelProtocol;
  /** What the kernel granted. */
  readonly receiveBufferBytes: number;
  /** Packets that the kernel dropped since the socket was opened; NaN when it does not say. */
  droppedDatagrams(): number;
  close(): void;
}

export interface RawIpSocketOptions {
  /** Numeric; `::` is every address, of IPv4 too. */
  address: string;
  receiveBufferBytes: number;
}

const SOCK_RAW = 3;

/** One socket for each tunnel protocol, and IP version of the address. Throws ReceiverError. */
export function openRawIpSockets(libc: Libc, options: RawIpSocketOptions): RawIpSocket[] {
  const name = `ipip ${options.address}`;
  const parsed = parseAddress(options.address);
  if (!parsed) throw receiverError(name, 'EADDRNOTAVAIL');
  const isAny = options.address === ANY_IPV6;
  const sockets: RawIpSocket[] = [];
  try {
    for (const isIpv6 of isAny ? [false, true] : [parsed.ipVersion === 6]) {
      const address = isAny ? new Uint8Array(isIpv6 ? 16 : 4) : parsed.bytes.subarray(isIpv6 ? 0 : 12);
      for (const protocol of TUNNEL_PROTOCOLS) {
        const socket = open(libc, name, protocol, isIpv6, address, options.receiveBufferBytes);
        if (socket) sockets.push(socket);
        // Every address of a system without IPv6 is every IPv4 address.
        else if (!isAny || sockets.length === 0) throw receiverError(name, 'EAFNOSUPPORT');
      }
    }
  } catch (error) {
    for (const socket of sockets) socket.close();
    throw error;
  }
  return sockets;
}

/** Undefined when the system does not have the IP version. */
function open(
  libc: Libc,
  name: string,
  protocol: TunnelProtocol,
  isIpv6: boolean,
  address: Uint8Array,
  receiveBufferBytes: number,
): RawIpSocket | undefined {
  const fd = libc.socket(isIpv6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (fd < 0) {
    const reason = libc.errorName();
    if (reason === 'EAFNOSUPPORT') return undefined;
    throw reason === 'EPERM' || reason === 'EACCES' ? missingCapability(name) : receiverError(name, reason);
  }
  const scratch = libc.allocate(64);
  setReceiveBuffer(libc, fd, receiveBufferBytes);
  setReceiveTimes(libc, fd);
  const socketAddress = encodeSocketAddress(address, 0, isIpv6);
  if (libc.bind(fd, socketAddress, socketAddress.length) < 0) {
    const reason = libc.errorName();
    libc.close(fd);
    throw receiverError(name, reason);
  }
  return {
    fd,
    isIpv6,
    protocol,
    receiveBufferBytes: grantedReceiveBuffer(libc, fd, scratch),
    droppedDatagrams: () => droppedDatagrams(libc, fd, scratch),
    close: () => void libc.close(fd),
  };
}

function missingCapability(name: string): ReceiverError {
  return new ReceiverError(
    'permission_denied',
    `${name}: receiving IP-in-IP needs the capability CAP_NET_RAW. In a systemd unit: AmbientCapabilities=CAP_NET_RAW. ` +
      `Otherwise: sudo setcap cap_net_raw+ep ${execPath}  (for every program that this Node runs), or start as root. ` +
      'Or turn it off: ipip.enable: false.',
  );
}

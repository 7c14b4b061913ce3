import { formatAddress, parseAddress } from '@calliope/model';
import type { Libc, NativeMemory } from './libc.ts';
import {
  AF_INET,
  AF_INET6,
  droppedDatagrams,
  encodeSocketAddress,
  grantedReceiveBuffer,
  IPPROTO_IPV6,
  SOCK_CLOEXEC,
  SOL_SOCKET,
  setReceiveBuffer,
  setSocketInteger,
  setWait,
} from './libc-socket-options.ts';
import { ANY_IPV4, ANY_IPV6, formatEndpoint } from './listen-address.ts';
import { receiverError } from './receiver.ts';

export interface UdpSocketOptions {
  /** Numeric; `::` takes IPv4 as well, and is 0.0.0.0 where the system has no IPv6. */
  address: string;
  /** 0: the system chooses. */
  port: number;
  receiveBufferBytes: number;
  /** Share the port with other sockets that say so too (SO_REUSEPORT); the kernel spreads senders over them. */
  reusePort: boolean;
  /** How long a receiving call waits for the first datagram. */
  waitMs: number;
}

export interface UdpSocket {
  readonly fd: number;
  readonly isIpv6: boolean;
  readonly address: string;
  readonly port: number;
  /** What the kernel granted. */
  readonly receiveBufferBytes: number;
  /** Datagrams that the kernel dropped since the socket was opened; NaN when it does not say. */
  droppedDatagrams(): number;
  close(): void;
}

const SOCK_DGRAM = 2;
const SO_REUSEPORT = 15;
const IPV6_V6ONLY = 26;

/** Opens and binds. Throws ReceiverError. */
export function openUdpSocket(libc: Libc, options: UdpSocketOptions): UdpSocket {
  const parsed = parseAddress(options.address);
  const name = `udp ${formatEndpoint(options.address, options.port)}`;
  if (!parsed) throw receiverError(name, 'EADDRNOTAVAIL');
  const isAny = options.address === ANY_IPV6;
  let isIpv6 = parsed.ipVersion === 6;
  let fd = libc.socket(isIpv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0 && isAny) {
    isIpv6 = false;
    fd = libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  }
  if (fd < 0) throw receiverError(name, libc.errorName());
  const scratch = libc.allocate(64);
  try {
    if (isIpv6) setSocketInteger(libc, fd, IPPROTO_IPV6, IPV6_V6ONLY, isAny ? 0 : 1);
    if (options.reusePort) setSocketInteger(libc, fd, SOL_SOCKET, SO_REUSEPORT, 1);
    setReceiveBuffer(libc, fd, options.receiveBufferBytes);
    setWait(libc, fd, options.waitMs);
    const address = isIpv6 ? parsed.bytes : parsed.bytes.subarray(12);
    const socketAddress = encodeSocketAddress(address, options.port, isIpv6);
    if (libc.bind(fd, socketAddress, socketAddress.length) < 0) throw receiverError(name, libc.errorName());
    const bound = readBound(libc, fd, scratch, isIpv6);
    return {
      fd,
      isIpv6,
      ...bound,
      receiveBufferBytes: grantedReceiveBuffer(libc, fd, scratch),
      droppedDatagrams: () => droppedDatagrams(libc, fd, scratch),
      close: () => void libc.close(fd),
    };
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

function readBound(libc: Libc, fd: number, scratch: NativeMemory, isIpv6: boolean): { address: string; port: number } {
  // The address first, its length behind it.
  scratch.view.setUint32(60, 28, true);
  const length = scratch.address + 60n;
  if (libc.getsockname(fd, scratch.pointer, length) < 0) return { address: isIpv6 ? ANY_IPV6 : ANY_IPV4, port: 0 };
  const address = isIpv6 ? formatAddress(scratch.bytes, 8, 6) : formatAddress(scratch.bytes, 4, 4);
  return { address, port: scratch.view.getUint16(2) };
}

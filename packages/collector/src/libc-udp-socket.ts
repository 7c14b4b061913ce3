import { formatAddress, parseAddress } from '@calliope/model';
import type { Libc, NativeMemory } from './libc.ts';
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

// asm-generic/socket.h and the like; see ARCHITECTURES in libc.ts.
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_REUSEPORT = 15;
const SO_RCVTIMEO = 20;
const SO_RCVBUFFORCE = 33;
const SO_MEMINFO = 55;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
/** Index into what SO_MEMINFO gives (linux/sock_diag.h): the counter that SO_RXQ_OVFL would attach to datagrams, but readable at rest. */
const SK_MEMINFO_DROPS = 8;

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
    if (isIpv6) setInteger(libc, fd, IPPROTO_IPV6, IPV6_V6ONLY, isAny ? 0 : 1);
    if (options.reusePort) setInteger(libc, fd, SOL_SOCKET, SO_REUSEPORT, 1);
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
      receiveBufferBytes: getInteger(libc, fd, SO_RCVBUF, scratch),
      droppedDatagrams: () => droppedDatagrams(libc, fd, scratch),
      close: () => void libc.close(fd),
    };
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

function integer(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

function setInteger(libc: Libc, fd: number, level: number, option: number, value: number): boolean {
  return libc.setsockopt(fd, level, option, integer(value), 4) === 0;
}

/** Past net.core.rmem_max when the process may (CAP_NET_ADMIN), else as much as that allows. */
function setReceiveBuffer(libc: Libc, fd: number, bytes: number): void {
  if (!setInteger(libc, fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes)) setInteger(libc, fd, SOL_SOCKET, SO_RCVBUF, bytes);
}

function setWait(libc: Libc, fd: number, waitMs: number): void {
  const timeval = new Uint8Array(16);
  const view = new DataView(timeval.buffer);
  view.setBigInt64(0, BigInt(Math.floor(waitMs / 1000)), true);
  view.setBigInt64(8, BigInt((waitMs % 1000) * 1000), true);
  libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval, 16);
}

/** struct sockaddr_in, struct sockaddr_in6. */
function encodeSocketAddress(address: Uint8Array, port: number, isIpv6: boolean): Uint8Array {
  const bytes = new Uint8Array(isIpv6 ? 28 : 16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, isIpv6 ? AF_INET6 : AF_INET, true);
  view.setUint16(2, port);
  bytes.set(address, isIpv6 ? 8 : 4);
  return bytes;
}

function readBound(libc: Libc, fd: number, scratch: NativeMemory, isIpv6: boolean): { address: string; port: number } {
  // The address first, its length behind it.
  scratch.view.setUint32(60, 28, true);
  const length = scratch.address + 60n;
  if (libc.getsockname(fd, scratch.pointer, length) < 0) return { address: isIpv6 ? ANY_IPV6 : ANY_IPV4, port: 0 };
  const address = isIpv6 ? formatAddress(scratch.bytes, 8, 6) : formatAddress(scratch.bytes, 4, 4);
  return { address, port: scratch.view.getUint16(2) };
}

function getInteger(libc: Libc, fd: number, option: number, scratch: NativeMemory): number {
  scratch.view.setUint32(60, 4, true);
  if (libc.getsockopt(fd, SOL_SOCKET, option, scratch.pointer, scratch.address + 60n) < 0) return 0;
  return scratch.view.getInt32(0, true);
}

function droppedDatagrams(libc: Libc, fd: number, scratch: NativeMemory): number {
  scratch.view.setUint32(60, 4 * (SK_MEMINFO_DROPS + 1), true);
  if (libc.getsockopt(fd, SOL_SOCKET, SO_MEMINFO, scratch.pointer, scratch.address + 60n) < 0) return Number.NaN;
  return scratch.view.getUint32(4 * SK_MEMINFO_DROPS, true);
}

import type { Libc, NativeMemory } from './libc.ts';

// asm-generic/socket.h and the like; see ARCHITECTURES in libc.ts.
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
export const IPPROTO_IPV6 = 41;
const SO_RCVBUF = 8;
const SO_RCVTIMEO = 20;
const SO_TIMESTAMP = 29;
const SO_RCVBUFFORCE = 33;
const SO_MEMINFO = 55;
/** Index into what SO_MEMINFO gives (linux/sock_diag.h): the counter that SO_RXQ_OVFL would attach to datagrams, but readable at rest. */
const SK_MEMINFO_DROPS = 8;

/** Type of the control message that says when a datagram came, as a struct timeval. */
export const SCM_TIMESTAMP = SO_TIMESTAMP;

function integer(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

/** Whether the option was set. */
export function setSocketInteger(libc: Libc, fd: number, level: number, option: number, value: number): boolean {
  return libc.setsockopt(fd, level, option, integer(value), 4) === 0;
}

/** Past net.core.rmem_max when the process may (CAP_NET_ADMIN), else as much as that allows. */
export function setReceiveBuffer(libc: Libc, fd: number, bytes: number): void {
  if (!setSocketInteger(libc, fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes))
    setSocketInteger(libc, fd, SOL_SOCKET, SO_RCVBUF, bytes);
}

/** How long a receiving call waits. */
export function setWait(libc: Libc, fd: number, waitMs: number): void {
  const timeval = new Uint8Array(16);
  const view = new DataView(timeval.buffer);
  view.setBigInt64(0, BigInt(Math.floor(waitMs / 1000)), true);
  view.setBigInt64(8, BigInt((waitMs % 1000) * 1000), true);
  libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval, 16);
}

/** struct sockaddr_in, struct sockaddr_in6; `address` has 4 or 16 bytes. */
export function encodeSocketAddress(address: Uint8Array, port: number, isIpv6: boolean): Uint8Array {
  const bytes = new Uint8Array(isIpv6 ? 28 : 16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, isIpv6 ? AF_INET6 : AF_INET, true);
  view.setUint16(2, port);
  bytes.set(address, isIpv6 ? 8 : 4);
  return bytes;
}

/** What the kernel granted, its own overhead included; 0 when it does not say. `scratch` has 64 bytes, here and below. */
export function grantedReceiveBuffer(libc: Libc, fd: number, scratch: NativeMemory): number {
  scratch.view.setUint32(60, 4, true);
  if (libc.getsockopt(fd, SOL_SOCKET, SO_RCVBUF, scratch.pointer, scratch.address + 60n) < 0) return 0;
  return scratch.view.getInt32(0, true);
}

/** Datagrams that the kernel dropped since the socket was opened, in 32 bits; NaN when it does not say. */
export function droppedDatagrams(libc: Libc, fd: number, scratch: NativeMemory): number {
  scratch.view.setUint32(60, 4 * (SK_MEMINFO_DROPS + 1), true);
  if (libc.getsockopt(fd, SOL_SOCKET, SO_MEMINFO, scratch.pointer, scratch.address + 60n) < 0) return Number.NaN;
  return scratch.view.getUint32(4 * SK_MEMINFO_DROPS, true);
}

/** Has the kernel say with each datagram when it came. */
export function setReceiveTimes(libc: Libc, fd: number): void {
  setSocketInteger(libc, fd, SOL_SOCKET, SO_TIMESTAMP, 1);
}

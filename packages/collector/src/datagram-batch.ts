import type { Libc } from './libc.ts';
import { SCM_TIMESTAMP } from './libc-socket-options.ts';

/** Memory for many datagrams, filled by one system call. */
export interface DatagramBatch {
  /** Datagrams that one call can bring. */
  readonly capacity: number;
  /** Where datagram i begins: `i * stride`. */
  readonly bytes: Uint8Array;
  readonly stride: number;
  /** Where the sender of datagram i is: at `i * 16`, IPv4 as ::ffff:a.b.c.d. */
  readonly senders: Uint8Array;
  /** Length of datagram i. */
  lengthOf(i: number): number;
  /** When the kernel took datagram i in, microseconds since 1970; 0 when it was not asked with `times`. */
  timeUsOf(i: number): number;
  /**
   * Waits for the first datagram as long as the socket is set to (not at all with `dontWait`), then takes what else has arrived.
   * Returns how many, 0 when none came, -1 on an error, whose name `libc.errorName()` has.
   */
  receive(dontWait: boolean): number;
}

const MSG_DONTWAIT = 0x40;
const MSG_WAITFORONE = 0x10000;
/** The largest datagram, so that none is ever cut … */
const DATAGRAM_BYTES = 65_536;
/** … and 33 cache lines more, so that the beginnings of datagrams do not compete for the same lines of the cache. */
const STRIDE = DATAGRAM_BYTES + 33 * 64;
/** struct mmsghdr and struct iovec of 64-bit glibc, and room for a struct sockaddr_in6. */
const MESSAGE_BYTES = 64;
const VECTOR_BYTES = 16;
const NAME_BYTES = 32;
/** One control message with a struct timeval (cmsg(3)). */
const CONTROL_BYTES = 32;

export interface DatagramBatchOptions {
  /** 256 when absent. */
  capacity?: number;
  /** The socket says when datagrams came (`setReceiveTimes`). */
  times?: boolean;
}

/** The memory is touched only as far as datagrams reach, so its size is that of the address space: 17 MB for 256. */
export function createDatagramBatch(
  libc: Libc,
  socket: { fd: number; isIpv6: boolean },
  { capacity = 256, times = false }: DatagramBatchOptions = {},
): DatagramBatch {
  const data = libc.allocate(capacity * STRIDE);
  const vectors = libc.allocate(capacity * VECTOR_BYTES);
  const names = libc.allocate(capacity * NAME_BYTES);
  const messages = libc.allocate(capacity * MESSAGE_BYTES);
  const controls = libc.allocate(capacity * CONTROL_BYTES);
  const senders = new Uint8Array(capacity * 16);
  messages.bytes.fill(0);
  controls.bytes.fill(0);
  const nameBytes = socket.isIpv6 ? 28 : 16;
  for (let i = 0; i < capacity; i++) {
    vectors.view.setBigUint64(i * VECTOR_BYTES, data.address + BigInt(i * STRIDE), true);
    vectors.view.setBigUint64(i * VECTOR_BYTES + 8, BigInt(DATAGRAM_BYTES), true);
    const at = i * MESSAGE_BYTES;
    messages.view.setBigUint64(at, names.address + BigInt(i * NAME_BYTES), true); // msg_name
    // The kernel writes the length back, which for one family is always the same: it need not be set again.
    messages.view.setUint32(at + 8, nameBytes, true); // msg_namelen
    messages.view.setBigUint64(at + 16, vectors.address + BigInt(i * VECTOR_BYTES), true); // msg_iov
    messages.view.setBigUint64(at + 24, 1n, true); // msg_iovlen
    if (times) messages.view.setBigUint64(at + 32, controls.address + BigInt(i * CONTROL_BYTES), true); // msg_control
    if (!socket.isIpv6) senders.fill(0xff, i * 16 + 10, i * 16 + 12);
  }
  const words = new Uint32Array(messages.bytes.buffer);
  const controlWords = new Uint32Array(controls.bytes.buffer);
  const WORDS = MESSAGE_BYTES / 4;
  const CONTROL_WORDS = CONTROL_BYTES / 4;
  const from = socket.isIpv6 ? 8 : 4;
  const to = socket.isIpv6 ? 0 : 12;
  const addressBytes = socket.isIpv6 ? 16 : 4;

  return {
    capacity,
    bytes: data.bytes,
    stride: STRIDE,
    senders,
    lengthOf: (i) => words[i * WORDS + 14]!,
    timeUsOf(i) {
      const at = i * CONTROL_WORDS;
      if (!times || words[i * WORDS + 10]! < CONTROL_BYTES || controlWords[at + 3] !== SCM_TIMESTAMP) return 0;
      return (controlWords[at + 4]! + controlWords[at + 5]! * 0x1_0000_0000) * 1e6 + controlWords[at + 6]!;
    },
    receive(dontWait) {
      // The kernel writes the length of what it gave over that of the room.
      if (times) for (let i = 0; i < capacity; i++) words[i * WORDS + 10] = CONTROL_BYTES; // msg_controllen
      const flags = dontWait ? MSG_DONTWAIT : MSG_WAITFORONE;
      const count = libc.recvmmsg(socket.fd, messages.pointer, capacity, flags, null);
      if (count < 0) {
        const error = libc.errorName();
        return error === 'EAGAIN' || error === 'EWOULDBLOCK' || error === 'EINTR' ? 0 : -1;
      }
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < addressBytes; j++) senders[i * 16 + to + j] = names.bytes[i * NAME_BYTES + from + j]!;
      }
      return count;
    },
  };
}

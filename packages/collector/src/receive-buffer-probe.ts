import { loadLibc } from './libc.ts';
import { openUdpSocket } from './libc-udp-socket.ts';
import type { ReceiverError } from './receiver.ts';

/**
 * How much the kernel would buffer for this process, its own overhead included, as a receiver gets it: asks with a socket on a free port of
 * loopback and closes it. A sentence why not where that cannot be had.
 */
export function probeReceiveBuffer(bytes: number): { grantedBytes: number } | { reason: string } {
  const loaded = loadLibc();
  if ('reason' in loaded) return loaded;
  try {
    const socket = openUdpSocket(loaded.libc, {
      address: '127.0.0.1',
      port: 0,
      receiveBufferBytes: bytes,
      reusePort: false,
      waitMs: 1,
    });
    socket.close();
    return { grantedBytes: socket.receiveBufferBytes };
  } catch (error) {
    return { reason: (error as ReceiverError).message };
  }
}

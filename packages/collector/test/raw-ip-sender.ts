import { createRequire } from 'node:module';
import process from 'node:process';
import { parseAddress } from '@calliope/model';
import { loadLibc } from '../src/index.ts';

/** For the `skip` option of a test: false when raw sockets can be had here, else a sentence why not. */
export function rawSocketSkipReason(): string | false {
  const loaded = loadLibc();
  if ('reason' in loaded) return loaded.reason;
  const fd = loaded.libc.socket(2, 3, 4);
  if (fd < 0) return process.getuid?.() === 0 ? 'needs CAP_NET_RAW' : 'needs root, for raw sockets';
  loaded.libc.close(fd);
  return false;
}

/** Sends IP packets of a protocol to an address of this machine, each as the payload of a packet whose header the kernel writes. */
export function sendRawIp(host: string, protocol: number, payloads: readonly Uint8Array[]): void {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const libc = koffi.load('libc.so.6');
  const socket = libc.func('int socket(int, int, int)');
  const sendto = libc.func('int64_t sendto(int, const uint8_t *, size_t, int, const uint8_t *, uint32_t)');
  const close = libc.func('int close(int)');
  const { bytes, ipVersion } = parseAddress(host)!;
  const address = Buffer.alloc(ipVersion === 4 ? 16 : 28);
  const family = ipVersion === 4 ? 2 : 10;
  address.writeUInt16LE(family);
  address.set(ipVersion === 4 ? bytes.subarray(12) : bytes, ipVersion === 4 ? 4 : 8);
  const fd = socket(family, 3, protocol);
  try {
    for (const payload of payloads) {
      const sent = sendto(fd, payload, payload.length, 0, address, address.length);
      if (sent !== payload.length) throw new Error(`${sent} of ${payload.length} bytes sent: errno ${koffi.errno()}`);
    }
  } finally {
    close(fd);
  }
}

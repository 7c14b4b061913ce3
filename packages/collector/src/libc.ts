import { createRequire } from 'node:module';
import os from 'node:os';
import { arch, platform } from 'node:process';

/** Memory outside of the JavaScript heap, whose address stays. */
export interface NativeMemory {
  bytes: Uint8Array;
  view: DataView;
  address: bigint;
  /** To be passed as an argument. */
  pointer: unknown;
}

/** The calls of glibc that a receiver needs. Results are as in C: negative on failure, with the reason in `errno()`. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  getsockname(fd: number, address: unknown, length: unknown): number;
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, length: number): number;
  getsockopt(fd: number, level: number, option: number, value: unknown, length: unknown): number;
  recvmmsg(fd: number, messages: unknown, count: number, flags: number, timeout: null): number;
  /** `descriptors`: an array of `struct pollfd`. */
  poll(descriptors: unknown, count: number, timeoutMs: number): number;
  usleep(microseconds: number): number;
  /** `timex`: a `struct timex` to be filled. */
  adjtimex(timex: unknown): number;
  close(fd: number): number;
  /** Of the last failed call, as `EADDRINUSE`; the number in decimal where the name is not known. */
  errorName(): string;
  /** Lives as long as the process. Its content is undefined: large memory is not touched before it is used. */
  allocate(bytes: number): NativeMemory;
}

/** Architectures whose Linux has the constants and structures of asm-generic, in 64 bits and little-endian. */
const ARCHITECTURES: readonly string[] = ['x64', 'arm64', 'riscv64', 'loong64'];

let loaded: { libc: Libc } | { reason: string } | undefined;

/** glibc's socket calls through koffi, or a sentence why they cannot be had here. */
export function loadLibc(): { libc: Libc } | { reason: string } {
  loaded ??= load();
  return loaded;
}

function load(): { libc: Libc } | { reason: string } {
  if (platform !== 'linux' || !ARCHITECTURES.includes(arch) || os.endianness() !== 'LE') {
    return { reason: `batched receiving is for 64-bit Linux, this is ${platform} on ${arch}` };
  }
  try {
    return { libc: bindLibc() };
  } catch (error) {
    return { reason: `glibc cannot be called: ${(error as Error).message}` };
  }
}

function bindLibc(): Libc {
  // Loaded only when asked for, as koffi has native code that not every system can load.
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  // The name of glibc's; musl has another.
  const library = koffi.load('libc.so.6');
  const names = new Map(Object.entries(koffi.os.errno).map(([name, value]) => [value, name]));
  return {
    socket: library.func('int socket(int, int, int)'),
    bind: library.func('int bind(int, const uint8_t *, uint32_t)'),
    getsockname: library.func('int getsockname(int, void *, void *)'),
    setsockopt: library.func('int setsockopt(int, int, int, const uint8_t *, uint32_t)'),
    getsockopt: library.func('int getsockopt(int, int, int, void *, void *)'),
    recvmmsg: library.func('int recvmmsg(int, void *, unsigned int, int, void *)'),
    poll: library.func('int poll(void *, unsigned long, int)'),
    usleep: library.func('int usleep(unsigned int)'),
    close: library.func('int close(int)'),
    adjtimex: library.func('int adjtimex(void *)'),
    errorName() {
      const value = koffi.errno();
      return names.get(value) ?? String(value);
    },
    allocate(length) {
      const pointer = koffi.alloc('uint8_t', length);
      const bytes = new Uint8Array(koffi.view(pointer, length));
      return { bytes, view: new DataView(bytes.buffer), address: koffi.address(pointer), pointer };
    },
  };
}

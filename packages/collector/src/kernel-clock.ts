import { loadLibc } from './libc.ts';

/** What the kernel knows of its own clock. */
export interface KernelClock {
  /** Whether something keeps it right: NTP, PTP, or the host of a virtual machine that says so. */
  isSynchronised: boolean;
  /** The most that it may be wrong by. */
  maxErrorUs: number;
}

// struct timex of 64-bit Linux (linux/timex.h): offsets of the fields that are read.
const TIMEX_BYTES = 208;
const MAX_ERROR_AT = 24;
const STATUS_AT = 40;
const STA_UNSYNC = 0x0040;
const TIME_ERROR = 5;

/** Asks with adjtimex(2), changing nothing; a sentence why not where that cannot be had. */
export function readKernelClock(): KernelClock | { reason: string } {
  const loaded = loadLibc();
  if ('reason' in loaded) return loaded;
  const { libc } = loaded;
  const timex = libc.allocate(TIMEX_BYTES);
  timex.bytes.fill(0);
  const state = libc.adjtimex(timex.pointer);
  if (state < 0) return { reason: `the system does not say (${libc.errorName()})` };
  const isUnsynchronised = (timex.view.getInt32(STATUS_AT, true) & STA_UNSYNC) !== 0 || state === TIME_ERROR;
  return {
    isSynchronised: !isUnsynchronised,
    maxErrorUs: Number(timex.view.getBigInt64(MAX_ERROR_AT, true)),
  };
}

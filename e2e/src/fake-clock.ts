import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The clock of a program, to be put forward and back while it runs: libfaketime, loaded before everything else. */
export interface FakeClock {
  /** To be added to the program's environment. */
  environment: Record<string, string>;
  /** So many seconds from the real time on, counted from now: within {@link SEEN_AFTER_MS} for every process that has the environment. */
  setOffset(seconds: number): void;
}

/** How long a process may go on with the old offset. */
export const SEEN_AFTER_MS = 1_000;

/** Debian's, by architecture. */
const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (architecture) => `/usr/lib/${architecture}/faketime/libfaketimeMT.so.1`,
);

/** False when there is libfaketime, else what to install. */
export function fakeClockSkipReason(): string | false {
  return LIBRARIES.some((path) => existsSync(path)) ? false : 'needs libfaketime: apt-get install faketime';
}

/**
 * Only the time of day is faked, as only that jumps when somebody sets a clock: the kernel's monotonic clock, which timers go by, goes on
 * evenly (clock_gettime(2)).
 */
export function createFakeClock(directory: string): FakeClock {
  const file = join(directory, 'faketime');
  const setOffset = (seconds: number): void => {
    writeFileSync(`${file}.new`, `${seconds >= 0 ? '+' : ''}${seconds}\n`);
    renameSync(`${file}.new`, file);
  };
  setOffset(0);
  return {
    environment: {
      LD_PRELOAD: LIBRARIES.find((path) => existsSync(path)) ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      // File times stay real ones: what compares them with the clock must bear that too.
      NO_FAKE_STAT: '1',
      FAKETIME_DONT_RESET: '1',
    },
    setOffset,
  };
}

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** A file system of its own, gone with all that is on it when it is disposed of. */
export interface SmallDisk extends AsyncDisposable {
  directory: string;
}

/** False when a file system can be mounted here, else why not. */
export function mountSkipReason(): string | false {
  if (process.platform !== 'linux') return 'needs tmpfs, so Linux';
  return process.getuid?.() === 0 ? false : 'needs root to mount a small file system';
}

/** Mounts a file system of so many MiB, in memory, at `at` or in a new folder of `directory`. */
export async function mountSmallDisk(
  directory: string,
  mebibytes: number,
  at = join(directory, 'small-disk'),
): Promise<SmallDisk> {
  mkdirSync(at, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=700`, 'tmpfs', at]);
  return {
    directory: at,
    async [Symbol.asyncDispose]() {
      // A process that has yet to end keeps a file open: then it goes when that one does.
      execFileSync('umount', ['--lazy', at]);
    },
  };
}

import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { hasProgram, skipReason } from './required-programs.ts';
import { StartedProgram } from './started-program.ts';

/** For the `skip` option of a test: false when this user may capture the loopback interface, else a sentence of what is missing. */
export function captureSkipReason(): string | false {
  if (!hasProgram('dumpcap')) return skipReason('dumpcap');
  // -L lists the link types of an interface, for which dumpcap must open it.
  const { status } = spawnSync('dumpcap', ['-L', '-i', 'lo'], { env: process.env });
  return status === 0 ? false : 'needs the right to capture the loopback interface (run as root, or setcap dumpcap)';
}

export interface LoopbackCapture {
  /** Waits until what was sent so far is in the file, and ends. How many packets are in it, and how many more there were. */
  finish(): Promise<{ captured: number; dropped: number }>;
}

/** Captures the loopback interface with dumpcap into a pcapng file; resolves when it is capturing. Needs the right to capture. */
export async function startLoopbackCapture(options: {
  directory: string;
  file: string;
  /** libpcap's filter language. */
  filter: string;
  /** Bytes of each packet that are kept; all when absent. */
  snapLength?: number;
}): Promise<LoopbackCapture> {
  const { filter, file, snapLength } = options;
  // -B: megabytes of the kernel's buffer.
  const args = ['-i', 'lo', '-f', filter, '-w', file, '-B', '64', ...(snapLength ? ['-s', String(snapLength)] : [])];
  const program = new StartedProgram('dumpcap', args, { cwd: options.directory });
  try {
    await program.waitForOutput(/File: /, 10_000);
  } catch (error) {
    await program.stop();
    throw error;
  }
  return {
    finish: async () => {
      // The kernel hands packets over in blocks; a block that is not full waits up to a second.
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      await program.stop('SIGINT');
      const counted = /Packets received\/dropped on interface .*: (\d+)\/(\d+)/.exec(program.output);
      if (!counted) throw new Error(program.describe('does not say what it captured'));
      return { captured: Number(counted[1]), dropped: Number(counted[2]) };
    },
  };
}

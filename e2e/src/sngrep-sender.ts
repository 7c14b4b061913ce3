import { StartedProgram } from './started-program.ts';

export interface SngrepOptions {
  directory: string;
  /** Capture file to read. */
  capture: string;
  /** Where it sends HEP 3, over UDP. */
  hepTarget: { host: string; port: number };
}

/**
 * Reads a capture file with sngrep and has it send the SIP in it as HEP 3; resolves when sngrep has read the whole file and ended.
 * It sends as fast as it reads and does not wait for anybody: use small files.
 */
export async function runSngrepSender(options: SngrepOptions): Promise<void> {
  const { host, port } = options.hepTarget;
  // -F: without the user's own configuration; -N -q: no screen and no list.
  const args = ['-F', '-N', '-q', '-I', options.capture, '-H', `udp:${host}:${port}`];
  const program = new StartedProgram('sngrep', args, { cwd: options.directory, environment: { TERM: 'xterm' } });
  const { code } = await program.waitForExit(20_000);
  if (code !== 0) throw new Error(program.describe(`ended with ${code}`));
}

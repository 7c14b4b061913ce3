import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { IdleConnectionsReport } from './idle-connections-process.ts';

export interface IdleConnections extends AsyncDisposable {
  /** Asks the processes. */
  report(): Promise<IdleConnectionsReport>;
}

export interface IdleConnectionsOptions {
  port: number;
  count: number;
  /** Addresses of this machine that they come from, by turns. */
  sources: readonly string[];
}

const PROCESS = fileURLToPath(new URL('./idle-connections-process.ts', import.meta.url));
/** So that a usual limit of open files is enough for each. */
const PER_PROCESS = 2500;

/** Opens connections to a port of this machine, in processes of their own, on which nothing is sent. Resolves when all were opened. */
export async function openIdleConnections({ port, count, sources }: IdleConnectionsOptions): Promise<IdleConnections> {
  const children: ChildProcess[] = [];
  const opened: Promise<unknown>[] = [];
  for (let left = count; left > 0; left -= PER_PROCESS) {
    const child = fork(PROCESS, [String(port), String(Math.min(left, PER_PROCESS)), ...sources]);
    children.push(child);
    opened.push(once(child, 'message'));
  }
  await Promise.all(opened);
  return {
    async report() {
      const reports = await Promise.all(
        children.map(async (child) => {
          const answer = once(child, 'message');
          child.send('report');
          const [report] = await answer;
          return report as IdleConnectionsReport;
        }),
      );
      return reports.reduce((a, b) => ({ connected: a.connected + b.connected, closed: a.closed + b.closed }));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(
        children.map(async (child) => {
          const gone = once(child, 'exit');
          child.disconnect();
          await gone;
        }),
      );
    },
  };
}

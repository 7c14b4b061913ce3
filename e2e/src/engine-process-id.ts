import { readdirSync, readFileSync } from 'node:fs';
import type { CalliopeNode } from './calliope-node.ts';
import { poll } from './calliope-node.ts';

/** Process ids of a process's children (Linux). */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

/** The database's process of a node, waiting for one to be there. */
export async function enginePid({ serverPid }: Pick<CalliopeNode, 'serverPid'>): Promise<number> {
  const isEngine = (pid: number): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('engine-process');
    } catch {
      return false;
    }
  };
  const find = async (): Promise<number | undefined> => childrenOf(serverPid).find(isEngine);
  const pid = await poll(find, (found) => found !== undefined, 40_000);
  if (pid === undefined) throw new Error(`process ${serverPid} has no database's process`);
  return pid;
}

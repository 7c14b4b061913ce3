import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Held for as long as the process lives, however it ends: the operating system drops the lock of the file with the process. */
export interface DirectoryLock {
  release(): void;
}

const OWNER_FILE = 'owner.json';

/**
 * Makes `directory` this process's own, for `serverPid`. Waits up to `waitMs` (blocking) for a process that has it, which may be on its way out.
 * Returns the pid of the server that has it when it does not let go, or undefined when that cannot be told.
 */
export function lockDirectory(
  directory: string,
  serverPid: number,
  waitMs: number,
): { lock: DirectoryLock } | { ownerPid: number | undefined } {
  mkdirSync(directory, { recursive: true });
  // An exclusive transaction of SQLite is a lock of the operating system on the file; nothing is ever written in it.
  const database = new DatabaseSync(join(directory, 'lock.sqlite'), { timeout: waitMs });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!/locked|busy/i.test((error as Error).message)) throw error;
    return { ownerPid: readOwner(directory) };
  }
  writeFileSync(join(directory, OWNER_FILE), `${JSON.stringify({ pid: serverPid })}\n`);
  return { lock: { release: () => database.close() } };
}

function readOwner(directory: string): number | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(join(directory, OWNER_FILE), 'utf8'));
    const pid = (owner as { pid?: unknown }).pid;
    return typeof pid === 'number' ? pid : undefined;
  } catch {
    return undefined;
  }
}

import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a running server leaves in its data directory for commands of the same user: where it listens, and a token. */
export interface RunFile {
  pid: number;
  url: string;
  /** Full rights; made anew at each start; the file can be read by its owner alone. */
  token: string;
}

const pathIn = (dataDirectory: string) => join(dataDirectory, 'run', 'server.json');

/** Writes the file (mode 0600 in a directory of mode 0700). */
export function writeRunFile(dataDirectory: string, content: RunFile): void {
  mkdirSync(join(dataDirectory, 'run'), { recursive: true, mode: 0o700 });
  const path = pathIn(dataDirectory);
  rmSync(path, { force: true });
  writeFileSync(path, JSON.stringify(content), { mode: 0o600 });
  chmodSync(path, 0o600);
}

export function removeRunFile(dataDirectory: string): void {
  rmSync(pathIn(dataDirectory), { force: true });
}

/** The running server of a data directory; undefined when there is none (or its file is left over from a crash). */
export function readRunFile(dataDirectory: string): RunFile | undefined {
  let content: RunFile;
  try {
    content = JSON.parse(readFileSync(pathIn(dataDirectory), 'utf8')) as RunFile;
  } catch {
    return undefined;
  }
  return isAlive(content.pid) ? content : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

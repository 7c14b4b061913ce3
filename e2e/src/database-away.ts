import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type CalliopeNode, poll } from './calliope-node.ts';
import { enginePid } from './engine-process-id.ts';

/** Takes a node's database away, so that its process ends at every start. Resolves with how to bring it back. */
export async function takeDatabaseAway(node: CalliopeNode): Promise<() => void> {
  const directory = join(node.dataDirectory, 'engine', 'data');
  const pid = await enginePid(node);
  // As it stands: while it runs it may make the directory anew in between.
  process.kill(pid, 'SIGSTOP');
  renameSync(directory, `${directory}.away`);
  writeFileSync(directory, 'A file is where the directory of the database should be.\n');
  process.kill(pid, 'SIGKILL');
  await poll(
    async () => existsSync(`/proc/${pid}`),
    (isThere) => !isThere,
    10_000,
  );
  return () => {
    rmSync(directory);
    renameSync(`${directory}.away`, directory);
  };
}

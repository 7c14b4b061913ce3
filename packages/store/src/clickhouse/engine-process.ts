/**
 * Entry of the engine's own process: runs the embedded database and does what its parent asks over the IPC channel.
 * Ends at once when the channel closes, because then the parent is gone and its successor waits for the data directory.
 */
import { readFile, stat } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { crc32 } from 'node:zlib';
import { Session } from 'chdb';
import type { BatchFiles } from './database-session.ts';
import { type DirectoryLock, lockDirectory } from './directory-lock.ts';
import type { EngineFault, EngineReply, EngineRequest, EngineStart } from './engine-protocol.ts';

const NOTHING = new Uint8Array(0);

// Receiving goes first: when the processor is short, batches wait in the spool instead of datagrams being lost in the kernel.
try {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // A system that forbids even this leaves it to its own scheduler.
}

function send(reply: EngineReply, then?: () => void): void {
  // A closed channel is no error here: the process is about to end.
  process.send?.(reply, undefined, undefined, () => then?.());
}

function fail(inUse: boolean, message: string): void {
  send({ kind: 'failed', inUse, message }, () => process.exit(1));
}

function faultOf(error: unknown): EngineFault {
  const { clickhouseCode, message } = error as { clickhouseCode?: unknown; message?: unknown };
  return {
    clickhouseCode: typeof clickhouseCode === 'number' ? clickhouseCode : 0,
    message: typeof message === 'string' ? message : String(error),
  };
}

async function checkBatch({ files, bytes, crc32: expected, isFresh }: BatchFiles): Promise<EngineFault | undefined> {
  let found = 0;
  let checksum = 0;
  for (const path of files) {
    try {
      if (isFresh) {
        found += (await stat(path)).size;
        continue;
      }
      const content = await readFile(path);
      found += content.length;
      checksum = crc32(content, checksum);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return { clickhouseCode: 0, message, corrupt: code === 'ENOENT' };
    }
  }
  if (found === bytes && (isFresh || checksum === expected)) return undefined;
  const message = `${dirname(files[0]!)} is not as it was written (length or checksum differs)`;
  return { clickhouseCode: 0, message, corrupt: true };
}

async function checkBatches(batches: readonly BatchFiles[]): Promise<EngineFault | undefined> {
  for (const batch of batches) {
    const fault = await checkBatch(batch);
    if (fault) return fault;
  }
  return undefined;
}

function serve(sessions: readonly Session[], pinged: Session, lock: DirectoryLock): void {
  async function answer(request: EngineRequest): Promise<Uint8Array | EngineFault> {
    switch (request.kind) {
      case 'query':
        return (await sessions[request.session]!.queryAsync(request.sql, { format: 'RowBinary' })).bytes();
      case 'check-batches':
        return (await checkBatches(request.batches)) ?? NOTHING;
      case 'ping':
        return (await pinged.queryAsync('SELECT 1', { format: 'RowBinary' })).bytes();
      case 'stop':
        for (const session of [...sessions, pinged]) session.close();
        lock.release();
        return NOTHING;
    }
  }

  process.on('message', (request: EngineRequest) => {
    const { call } = request;
    answer(request)
      .catch(faultOf)
      .then((result) => {
        if (!(result instanceof Uint8Array)) send({ kind: 'fault', call, fault: result });
        else send({ kind: 'done', call, bytes: result }, request.kind === 'stop' ? () => process.exit(0) : undefined);
      });
  });
  send({ kind: 'ready' });
}

function main(): void {
  const start = JSON.parse(process.argv[2]!) as EngineStart;
  // An interrupt from a terminal or a service manager goes to the whole group; when to end is the parent's to say.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  // Not process.exit: it would wait for queries in native threads.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  try {
    const locked = lockDirectory(start.directory, process.ppid, start.lockWaitMs);
    if (!('lock' in locked)) {
      const owner = locked.ownerPid === undefined ? 'another server' : `the server with pid ${locked.ownerPid}`;
      fail(true, `The data directory ${start.directory} is in use by ${owner}. Stop it, or choose another directory.`);
      return;
    }
    const path = join(start.directory, 'data');
    const open = (): Session => new Session(path, { connectionArgs: start.connectionArguments });
    const pinged = open();
    serve(Array.from({ length: start.sessions }, open), pinged, locked.lock);
  } catch (error) {
    fail(false, `The database in ${start.directory} did not open: ${faultOf(error).message}`);
  }
}

main();

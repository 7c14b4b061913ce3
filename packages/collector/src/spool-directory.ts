import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpoolBatch } from '@calliope/model';

/** A batch found in the spool, with when it was written. */
export interface FoundBatch {
  batch: SpoolBatch;
  writtenMs: number;
}

/** A file name carries the number of messages, so that they can be counted without reading it. */
const BATCH_NAME = /^(.+)\.(\d{1,9})\.batch$/;
const TEMPORARY = '.tmp';
const REJECTED = '.rejected';
const REASON = '.reason.txt';

/**
 * Makes the directory if need be, removes what a crash left half written, and finds what waits, oldest first. To be called before a receiver
 * writes into it.
 */
export async function recoverSpool(directory: string): Promise<FoundBatch[]> {
  await mkdir(directory, { recursive: true, mode: 0o750 });
  const found: FoundBatch[] = [];
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (name.endsWith(TEMPORARY)) {
      await rm(path, { force: true });
      continue;
    }
    const match = BATCH_NAME.exec(name);
    if (!match) continue;
    const { size, mtimeMs } = await stat(path);
    found.push({ batch: { id: match[1]!, path, messages: Number(match[2]), bytes: size }, writtenMs: mtimeMs });
  }
  return found.sort((a, b) => a.writtenMs - b.writtenMs || (a.batch.path < b.batch.path ? -1 : 1));
}

/** Sets a batch aside that the database does not take, with the reason beside it. */
export async function rejectBatch(batch: SpoolBatch, reason: string): Promise<void> {
  await writeFile(batch.path + REASON, `${new Date().toISOString()} ${reason}\n`, { mode: 0o640 });
  await rename(batch.path, batch.path + REJECTED);
}

/** Removes the oldest rejected batches and their reasons, so that `keep` remain. */
export async function trimRejected(directory: string, keep: number): Promise<void> {
  const rejected: { path: string; writtenMs: number }[] = [];
  for (const name of await readdir(directory)) {
    if (!name.endsWith(REJECTED)) continue;
    const path = join(directory, name);
    rejected.push({ path, writtenMs: (await stat(path)).mtimeMs });
  }
  rejected.sort((a, b) => b.writtenMs - a.writtenMs);
  for (const { path } of rejected.slice(keep)) {
    await rm(path, { force: true });
    await rm(path.slice(0, -REJECTED.length) + REASON, { force: true });
  }
}

/** Removes a batch. It is no fault when it is gone. */
export async function removeBatch(batch: SpoolBatch): Promise<void> {
  await rm(batch.path, { force: true });
}

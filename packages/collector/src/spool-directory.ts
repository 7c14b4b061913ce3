import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { SpoolBatch } from '@calliope/model';
import { type GroupNote, isGroupNote, readGroupNote } from './spool-groups.ts';

/** A batch found in the spool, with when it was written. */
export interface FoundBatch {
  batch: SpoolBatch;
  writtenMs: number;
}

/** A file name carries the number of messages, so that they can be counted without reading it. */
const BATCH_NAME = /^(.+)\.(\d{1,9})\.batch$/;
const TEMPORARY = '.tmp';
const REMOVED = '.removed';
const REJECTED = '.rejected';
const REASON = '.reason.txt';

/** What an earlier run left. */
export interface FoundSpool {
  /** Oldest first, without those of {@link FoundSpool.groups}. */
  batches: FoundBatch[];
  /** Which went in together, or were about to. */
  groups: { note: GroupNote; batches: FoundBatch[] }[];
}

/**
 * Makes the directory if need be, removes what a crash left half written or half removed, and finds what waits. To be called before a receiver
 * writes into it.
 */
export async function recoverSpool(directory: string): Promise<FoundSpool> {
  await mkdir(directory, { recursive: true, mode: 0o750 });
  const found = new Map<string, FoundBatch>();
  const notes: string[] = [];
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (name.endsWith(TEMPORARY) || name.endsWith(REMOVED)) {
      await rm(path, { recursive: true, force: true });
      continue;
    }
    if (isGroupNote(name)) notes.push(name);
    const match = BATCH_NAME.exec(name);
    if (!match) continue;
    const { bytes, writtenMs } = await sizeOf(path);
    found.set(name, { batch: { id: match[1]!, path, messages: Number(match[2]), bytes }, writtenMs });
  }
  const groups: FoundSpool['groups'] = [];
  for (const name of notes) {
    const note = await readGroupNote(directory, name);
    const batches = (note?.names ?? []).map((batch) => found.get(batch)).filter((batch) => batch !== undefined);
    for (const { batch } of batches) found.delete(basename(batch.path));
    if (note && batches.length === note.names.length) {
      groups.push({ note, batches });
      continue;
    }
    // Batches are removed only after all of them are in.
    for (const { batch } of batches) await removeBatch(batch);
    await rm(join(directory, name), { force: true });
  }
  const batches = [...found.values()].sort(
    (a, b) => a.writtenMs - b.writtenMs || (a.batch.path < b.batch.path ? -1 : 1),
  );
  return { batches, groups };
}

/** Of a batch that is a file, or of one that is a directory of files. */
async function sizeOf(path: string): Promise<{ bytes: number; writtenMs: number }> {
  const { size, mtimeMs, isDirectory } = await stat(path).then((found) => ({
    ...found,
    isDirectory: found.isDirectory(),
  }));
  if (!isDirectory) return { bytes: size, writtenMs: mtimeMs };
  let bytes = 0;
  for (const name of await readdir(path)) bytes += (await stat(join(path, name))).size;
  return { bytes, writtenMs: mtimeMs };
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
    await rm(path, { recursive: true, force: true });
    await rm(path.slice(0, -REJECTED.length) + REASON, { force: true });
  }
}

/** Removes a batch, at once as far as a crash is concerned. It is no fault when it is gone. */
export async function removeBatch(batch: SpoolBatch): Promise<void> {
  const removed = batch.path + REMOVED;
  try {
    await rename(batch.path, removed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rm(removed, { recursive: true, force: true });
}

import { readdirSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { SpoolBatch } from '@calliope/model';
import { type GroupNote, isGroupNote, readGroupNote, removeGroupNote } from './spool-groups.ts';

/**
 * How far a batch has come, told by the ending of its name so that a crash forgets nothing:
 * `batch` waits, and nobody has tried to insert it but perhaps in a group that is written down; `single` goes in alone, under its own id, and may be in
 * already; `rows` goes in row by row, as it could not go in whole.
 */
export type BatchStage = 'batch' | 'single' | 'rows';

/** A batch found in the spool, with when it was written. */
export interface FoundBatch {
  batch: SpoolBatch;
  writtenMs: number;
  stage: BatchStage;
}

/** A file name carries the number of messages, so that they can be counted without reading it. */
const BATCH_NAME = /^(.+)\.(\d{1,9})\.(batch|single|rows)$/;
const TEMPORARY = '.tmp';
const REMOVED = '.removed';

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
    const { bytes, writtenMs } = sizeOf(path);
    const batch = { id: match[1]!, path, messages: Number(match[2]), bytes };
    found.set(name, { batch, writtenMs, stage: match[3] as BatchStage });
  }
  const groups: FoundSpool['groups'] = [];
  for (const name of notes) {
    const note = await readGroupNote(directory, name);
    const batches = (note?.names ?? []).map((batch) => found.get(batch)).filter((batch) => batch !== undefined);
    if (note?.isDissolved) {
      for (const member of batches) {
        member.batch = await stageBatch(member.batch, 'rows');
        member.stage = 'rows';
      }
      await removeGroupNote(note);
      continue;
    }
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

/**
 * Of a batch that is a file, or of one that is a directory of files. Synchronous, which is several times as fast: a night without database leaves hundreds of
 * thousands of batches, and nothing is received before they are counted.
 */
function sizeOf(path: string): { bytes: number; writtenMs: number } {
  const found = statSync(path);
  const writtenMs = found.mtimeMs;
  if (!found.isDirectory()) return { bytes: found.size, writtenMs };
  let bytes = 0;
  for (const name of readdirSync(path)) bytes += statSync(join(path, name)).size;
  return { bytes, writtenMs };
}

/** Writes the stage down. Needs no space on the disk. A batch that is gone is left to who wants to read it. */
export async function stageBatch(batch: SpoolBatch, stage: BatchStage): Promise<SpoolBatch> {
  const path = batch.path.replace(/\.(batch|single|rows)$/, `.${stage}`);
  if (path === batch.path || !(await renamed(batch.path, path))) return batch;
  return { ...batch, path };
}

/** Removes a batch, at once as far as a crash is concerned. It is no fault when it is gone. */
export async function removeBatch(batch: SpoolBatch): Promise<void> {
  const removed = batch.path + REMOVED;
  if (!(await renamed(batch.path, removed))) return;
  await rm(removed, { recursive: true, force: true });
}

/** False when there is nothing of that name. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

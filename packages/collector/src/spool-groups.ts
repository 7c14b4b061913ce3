import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { SpoolBatch } from '@calliope/model';

/** Which batches go in together is written down before they do, so that after a crash the very same ones are repeated. */
const GROUP = '.group';
/** A group that could not go in: its batches go in row by row, each by itself. */
const DISSOLVED = '.dissolved';

/** A group as it is written down. */
export interface GroupNote {
  id: string;
  /** Where it is written. */
  path: string;
  /** Names of the batches in the spool directory. */
  names: string[];
  isDissolved: boolean;
}

export function isGroupNote(name: string): boolean {
  return name.endsWith(GROUP) || name.endsWith(DISSOLVED);
}

export async function writeGroupNote(directory: string, batches: readonly SpoolBatch[]): Promise<GroupNote> {
  const id = `group_${randomBytes(12).toString('hex')}`;
  const path = join(directory, `${id}${GROUP}`);
  const names = batches.map((batch) => basename(batch.path));
  await writeFile(`${path}.tmp`, JSON.stringify(names), { mode: 0o640 });
  await rename(`${path}.tmp`, path);
  return { id, path, names, isDissolved: false };
}

/** Undefined for what no version of this program wrote. */
export async function readGroupNote(directory: string, name: string): Promise<GroupNote | undefined> {
  const path = join(directory, name);
  try {
    const names: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (!Array.isArray(names) || !names.every((entry) => typeof entry === 'string')) return undefined;
    return { id: name.replace(/\.\w+$/, ''), path, names, isDissolved: name.endsWith(DISSOLVED) };
  } catch {
    return undefined;
  }
}

/** From here on its batches are no group. To be removed when all of them are staged. */
export async function dissolveGroup(note: GroupNote): Promise<GroupNote> {
  const path = note.path.replace(/\.\w+$/, DISSOLVED);
  await rename(note.path, path);
  return { ...note, path, isDissolved: true };
}

/** After all batches of it are gone, or staged. */
export async function removeGroupNote(note: GroupNote): Promise<void> {
  await rm(note.path, { force: true });
}

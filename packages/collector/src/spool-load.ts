import type { SpoolBatch } from '@calliope/model';
import type { BatchOutcome } from './receiver.ts';
import { type FoundBatch, type FoundSpool, stageBatch } from './spool-directory.ts';
import { dissolveGroup, type GroupNote, removeGroupNote, writeGroupNote } from './spool-groups.ts';

/** A batch in the spool, and who wants to know what becomes of it. */
export interface SpoolEntry {
  batch: SpoolBatch;
  writtenMs: number;
  /** `rejected`: how many of its messages were set aside although the batch is stored. */
  onSettled: ((outcome: BatchOutcome, rejected?: number) => void) | undefined;
  /** Left by an earlier run. */
  isRecovered: boolean;
}

/** What goes in with one insert. Once it has begun to, its batches stay together until it is known what became of them. */
export interface SpoolLoad {
  entries: SpoolEntry[];
  /** Present when they are several. */
  note: GroupNote | undefined;
  /** How it goes in is written on the disk. */
  isStaged: boolean;
  /** One batch, row by row. */
  byRows: boolean;
  /** See `InsertRowsOptions` of the model. */
  isWorldWell: boolean;
}

/** Bounds of one insert: an insert has a cost of its own, and needs memory for all it brings. */
const LOAD_BATCHES = 64;
const LOAD_MESSAGES = 120_000;
const LOAD_BYTES = 96 << 20;

/** How many of the first that wait one insert takes. `share`: of the usual size, 0 .. 1, when that was too much for the database's memory. */
export function batchesOfLoad(waiting: readonly SpoolEntry[], mayGroup: boolean, share: number): number {
  let messages = 0;
  let bytes = 0;
  let count = 0;
  while (count < waiting.length && count < LOAD_BATCHES) {
    const { batch } = waiting[count]!;
    messages += batch.messages;
    bytes += batch.bytes;
    const isTooLarge = messages > share * LOAD_MESSAGES || bytes > share * LOAD_BYTES;
    if (count > 0 && (isTooLarge || !mayGroup)) break;
    count++;
  }
  return count;
}

/**
 * Writes on the disk how the load goes in, before it does. `onProblem` is told when a group cannot be written down, on a full disk above all: then only
 * the first batch is left in the load, and the others are returned.
 */
export async function stageLoad(
  load: SpoolLoad,
  directory: string,
  onProblem: (problem: string) => void,
): Promise<SpoolEntry[]> {
  let others: SpoolEntry[] = [];
  load.isStaged = true;
  if (load.entries.length > 1) {
    try {
      load.note = await writeGroupNote(
        directory,
        load.entries.map(({ batch }) => batch),
      );
      return [];
    } catch (error) {
      onProblem(`a group of batches cannot be noted in ${directory}: ${(error as Error).message}`);
      others = load.entries.splice(1);
    }
  }
  const [entry] = load.entries;
  try {
    entry!.batch = await stageBatch(entry!.batch, load.byRows ? 'rows' : 'single');
  } catch (error) {
    onProblem(`${entry!.batch.path} cannot be renamed: ${(error as Error).message}`);
  }
  return others;
}

/** Each batch of the load as a load of its own, row by row. Throws when that cannot be written down; then the load stays as it is. */
export async function loadsByRows(load: SpoolLoad, isWorldWell: boolean): Promise<SpoolLoad[]> {
  if (load.note && !load.note.isDissolved) load.note = await dissolveGroup(load.note);
  for (const entry of load.entries) entry.batch = await stageBatch(entry.batch, 'rows');
  if (load.note) await removeGroupNote(load.note);
  return load.entries.map((entry) => ({
    entries: [entry],
    note: undefined,
    isStaged: true,
    byRows: true,
    isWorldWell,
  }));
}

/** What an earlier run left: loads that it had begun, and batches that wait. */
export function foundLoads(found: FoundSpool): { begun: SpoolLoad[]; waiting: SpoolEntry[] } {
  const entryOf = ({ batch, writtenMs }: FoundBatch): SpoolEntry => ({
    ...{ batch, writtenMs },
    onSettled: undefined,
    isRecovered: true,
  });
  const begun: SpoolLoad[] = found.groups.map(({ note, batches }) => ({
    entries: batches.map(entryOf),
    note,
    isStaged: true,
    byRows: false,
    isWorldWell: false,
  }));
  const waiting: SpoolEntry[] = [];
  for (const member of found.batches) {
    if (member.stage === 'batch') waiting.push(entryOf(member));
    else {
      const byRows = member.stage === 'rows';
      begun.push({ entries: [entryOf(member)], note: undefined, isStaged: true, byRows, isWorldWell: false });
    }
  }
  return { begun, waiting };
}

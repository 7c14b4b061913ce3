import { type BatchInserter, StoreError } from '@calliope/model';
import type { SpoolLoad } from './spool-load.ts';
import type { SpoolRejects } from './spool-rejects.ts';

/** What became of one load. */
export type LoadResult =
  /** `rejected`: how many messages were set aside; the others are in. */
  | { is: 'stored'; rejected: number }
  /** It does not go in whole: each batch of it is to go in row by row. */
  | { is: 'mixed'; neededMemory: boolean }
  /** It fails again and again with an error of which nobody knows whether it lies in the load or in the world. */
  | { is: 'doubtful' }
  /** One batch of which the database takes nothing. */
  | { is: 'refused'; reason: string }
  | { is: 'stopped' };

export interface LoadInserterOptions {
  inserter: BatchInserter;
  rejects: SpoolRejects;
  retryAfterMs: number;
  retryAtMostMs: number;
  /** Resolves early when the drainer stops. */
  sleep: (ms: number) => Promise<void>;
  isStopping: () => boolean;
  /** Undefined when all is well again. */
  onError: (message: string | undefined) => void;
}

/** An error that may pass or not is taken to pass this often. */
const DOUBTFUL_ATTEMPTS = 20;
/** An insert that needs too much memory may find it when searches are done; after so many attempts it is made smaller. */
const MEMORY_ATTEMPTS = 3;

type Next = 'again' | 'by rows' | 'doubtful' | 'refused';

/** Inserts one load, again and again with growing pauses while the database is away. `isSuspected`: another load is doubtful already. */
export function createLoadInserter(
  options: LoadInserterOptions,
): (load: SpoolLoad, isSuspected: boolean) => Promise<LoadResult> {
  const { inserter, rejects, retryAfterMs, retryAtMostMs } = options;

  async function insertOnce({ entries, note, byRows, isWorldWell }: SpoolLoad): Promise<number> {
    const batches = entries.map(({ batch }) => batch);
    if (!byRows || !inserter.insertRows) {
      if (note && inserter.insertGroup) await inserter.insertGroup({ id: note.id, batches });
      else for (const batch of batches) await inserter.insert(batch);
      return 0;
    }
    const rows = rejects.openRows(batches[0]!);
    const { rejected } = await inserter.insertRows(batches[0]!, { onRejected: rows.add, isWorldWell });
    await rows.close().catch((error: Error) => options.onError(`rejected messages cannot be kept: ${error.message}`));
    return rejected;
  }

  /** What is to be done after an error, at the given attempt. */
  function nextAfter(error: unknown, attempt: number, load: SpoolLoad, isSuspected: boolean): Next {
    const smaller = load.note || (!load.byRows && inserter.insertRows) ? 'by rows' : undefined;
    if (!(error instanceof StoreError)) return attempt < DOUBTFUL_ATTEMPTS ? 'again' : (smaller ?? 'refused');
    if (!error.retryable) return smaller ?? 'refused';
    if (isMemory(error)) return attempt < MEMORY_ATTEMPTS ? 'again' : (smaller ?? 'again');
    if (error.code === 'internal' && (attempt >= DOUBTFUL_ATTEMPTS || isSuspected)) return 'doubtful';
    return 'again';
  }

  return async (load, isSuspected) => {
    for (let attempt = 1, waitMs = retryAfterMs; ; attempt++, waitMs = Math.min(2 * waitMs, retryAtMostMs)) {
      try {
        const rejected = await insertOnce(load);
        options.onError(undefined);
        return { is: 'stored', rejected };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        options.onError(reason);
        const next = nextAfter(error, attempt, load, isSuspected);
        if (next === 'by rows') return { is: 'mixed', neededMemory: isMemory(error) };
        if (next === 'doubtful') return { is: 'doubtful' };
        if (next === 'refused') return { is: 'refused', reason };
      }
      await options.sleep(waitMs);
      if (options.isStopping()) return { is: 'stopped' };
    }
  };
}

function isMemory(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'query_memory';
}

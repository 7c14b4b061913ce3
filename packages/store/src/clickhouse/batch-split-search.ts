import { StoreError } from '@calliope/model';

export interface HalvingOptions {
  rows: readonly number[];
  isWorldWell: boolean;
  /** Inserts some of them. Throws {@link StoreError}. */
  insert: (rows: readonly number[]) => Promise<void>;
  /** Those that are not in: after an error, as an insert may have got half way. */
  without: (rows: readonly number[]) => Promise<readonly number[]>;
  /** A row that does not go in alone. */
  onRefused: (row: number, reason: string) => void;
}

/** Inserts that may fail for one batch: a hundred bad rows among 65,536 are found with fewer. What is left then is refused together. */
const MAX_FAILURES = 2_000;
/** When so many inserts failed and none went in, it is not the rows. */
const MAX_FAILURES_OF_ALL = 64;

/**
 * Inserts rows, halving them as long as they do not go in, so that only those are left which do not go in alone. No row is refused before another went in, of
 * this batch or of others (`isWorldWell`): were the tables not as they should be, the database would refuse everything, and nothing may be set aside for it.
 *
 * Throws what does not lie in the rows, then some of them are in and some are not; and `internal`, retryable, when none goes in.
 */
export async function halveUntilIn(options: HalvingOptions): Promise<void> {
  const waiting = [options.rows];
  /** Those that are not told yet. */
  const refused: { row: number; reason: string }[] = [];
  let isWell = options.isWorldWell;
  let failures = 0;

  function refuse(row: number, reason: string): void {
    if (isWell) options.onRefused(row, reason);
    else refused.push({ row, reason });
  }

  while (waiting.length > 0) {
    const rows = waiting.pop()!;
    if (rows.length === 0) continue;
    try {
      await options.insert(rows);
      isWell = true;
      for (const { row, reason } of refused.splice(0)) options.onRefused(row, reason);
    } catch (error) {
      if (!liesInRows(error, rows.length, isWell)) throw error;
      failures++;
      if (!isWell && failures >= MAX_FAILURES_OF_ALL) throw doubtful(error);
      if (rows.length === 1) {
        refuse(rows[0]!, error.message);
        continue;
      }
      const left = await options.without(rows);
      if (failures >= MAX_FAILURES) {
        for (const row of left) refuse(row, `${error.message} (in a batch with too many such rows)`);
        continue;
      }
      const middle = Math.ceil(left.length / 2);
      waiting.push(left.slice(middle), left.slice(0, middle));
    }
  }
  if (refused.length > 0) throw doubtful(new Error(refused[0]!.reason));
}

function doubtful(cause: Error): StoreError {
  return new StoreError('internal', cause.message, { retryable: true, cause });
}

function liesInRows(error: unknown, rows: number, isWorldWell: boolean): error is StoreError {
  if (!(error instanceof StoreError)) return false;
  if (!error.retryable) return true;
  if (error.code === 'query_memory') return rows > 1;
  return error.code === 'internal' && isWorldWell;
}

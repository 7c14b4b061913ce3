import type { DatabaseSession } from './database-session.ts';
import { integerLiteral, stringLiteral } from './sql-literal.ts';
import { CODEC, PARTS_OF_A_MERGE } from './table-settings.ts';

/** The tables that grow with every message. */
const PACED = ['messages', 'calls'] as const;
/** While the inserts have much to do, what comes in is merged once, and later … */
const PARTS_UNDER_LOAD = 90;
/** … and compressed well when it is merged: a quarter of the cost of an insert is saved by twice the room until then. */
const QUICK_CODEC = 'LZ4';
/** Share of the time that inserts run, above which, and below which again, so. */
const BUSY = 0.5;
const CALM = 0.25;
/** How far back the share looks, about. */
const SECONDS = 3;

/** Lets merges and compression wait while much comes in: they cost as much as the inserts, and can be made up for. */
export interface MergePace {
  /** An insert took so long. */
  inserted(ms: number): void;
}

/**
 * A part more costs a search a fraction of a millisecond; a merge that takes few small parts costs the processor now and again when their sum is merged
 * with others. `nowMs` is monotonic.
 */
export function createMergePace(database: DatabaseSession, nowMs: () => number = () => performance.now()): MergePace {
  let share = 0;
  let countedMs = nowMs();
  let sumMs = 0;
  /** Unknown at first: an earlier run may have ended in the middle of a rush. */
  let isBusy: boolean | undefined;
  let changing: Promise<void> | undefined;
  let calm: NodeJS.Timeout | undefined;

  async function set(busy: boolean): Promise<void> {
    for (const table of PACED) {
      await database.execute(
        `ALTER TABLE calliope.${table} MODIFY SETTING
          min_parts_to_merge_at_once = ${integerLiteral(busy ? PARTS_UNDER_LOAD : PARTS_OF_A_MERGE[table])},
          default_compression_codec = ${stringLiteral(busy ? QUICK_CODEC : CODEC)}`,
      );
    }
    isBusy = busy;
  }

  function change(busy: boolean): void {
    changing ??= set(busy)
      // The database is away: the next look tries again.
      .catch(() => {})
      .finally(() => {
        changing = undefined;
      });
  }

  function look(): void {
    const seconds = (nowMs() - countedMs) / 1000;
    if (seconds < 1) return;
    const weight = 1 - Math.exp(-seconds / SECONDS);
    share += weight * (sumMs / 1000 / seconds - share);
    countedMs = nowMs();
    sumMs = 0;
    if (isBusy !== true && share > BUSY) change(true);
    else if (isBusy !== false && share < CALM) change(false);
    clearTimeout(calm);
    calm = undefined;
    if (isBusy !== false || changing) {
      calm = setTimeout(look, 2_000);
      calm.unref();
    }
  }

  return {
    inserted(ms) {
      sumMs += ms;
      look();
    },
  };
}

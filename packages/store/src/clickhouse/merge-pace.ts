import type { DatabaseSession } from './database-session.ts';
import { integerLiteral } from './sql-literal.ts';

/** Tables whose parts are merged, with how many parts a merge takes at least when there is time. */
export const PARTS_OF_A_MERGE = { messages: 6, calls: 10 } as const;
/** … and while messages come in faster than they could be merged on the side: each is then merged once, and later. */
const PARTS_UNDER_LOAD = 90;
/** Messages a second above which, and below which again, so. */
const FAST = 40_000;
const CALM = 20_000;
/** Weight of the newest second in the rate. */
const SECONDS = 5;

/** Lets merges wait while much comes in: they cost as much as the inserts, and can be made up for. */
export interface MergePace {
  /** So many messages were inserted. Never rejects. */
  inserted(messages: number): void;
}

/**
 * A part more costs a search a fraction of a millisecond; a merge that takes few small parts costs the processor now and again when their sum is merged
 * with others. `nowMs` is monotonic.
 */
export function createMergePace(database: DatabaseSession, nowMs: () => number = () => performance.now()): MergePace {
  let rate = 0;
  let countedMs = nowMs();
  let count = 0;
  /** Unknown at first: an earlier run may have ended in the middle of a rush. */
  let isFast: boolean | undefined;
  let changing: Promise<void> | undefined;
  let calm: NodeJS.Timeout | undefined;

  async function set(fast: boolean): Promise<void> {
    for (const [table, parts] of Object.entries(PARTS_OF_A_MERGE)) {
      await database.execute(
        `ALTER TABLE calliope.${table} MODIFY SETTING min_parts_to_merge_at_once = ${integerLiteral(fast ? PARTS_UNDER_LOAD : parts)}`,
      );
    }
    isFast = fast;
  }

  function change(fast: boolean): void {
    changing ??= set(fast)
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
    rate += weight * (count / seconds - rate);
    countedMs = nowMs();
    count = 0;
    if (isFast !== true && rate > FAST) change(true);
    else if (isFast !== false && rate < CALM) change(false);
    clearTimeout(calm);
    calm = undefined;
    if (isFast !== false || changing) {
      calm = setTimeout(look, 2_000);
      calm.unref();
    }
  }

  return {
    inserted(messages) {
      count += messages;
      look();
    },
  };
}

import {
  type BatchInserter,
  type Clock,
  type HealthReport,
  type SpoolBatch,
  StoreError,
  systemClock,
} from '@calliope/model';
import type { BatchOutcome } from './receiver.ts';
import { recoverSpool, rejectBatch, removeBatch, trimRejected } from './spool-directory.ts';

export interface SpoolDrainerOptions {
  /** Where batches are: made when absent. Of this drainer alone. */
  directory: string;
  inserter: BatchInserter;
  /** Bound on the bytes that wait. */
  limitBytes: number;
  /** What goes when the bound is reached: the batches that wait longest, or those that come. */
  policy: 'drop-oldest' | 'drop-newest';
  /** First wait after a failed insert, doubled up to `retryAtMostMs`. 200 ms and 10 s when absent. */
  retryAfterMs?: number;
  retryAtMostMs?: number;
  clock?: Clock;
}

export interface SpoolReport {
  /** As in the health report. */
  spool: HealthReport['spool'];
  insertedBatches: number;
  insertedMessages: number;
  /** Set aside, as the database does not take them. */
  rejectedBatches: number;
  rejectedMessages: number;
  /** Left over by an earlier run, found at the start. */
  recoveredBatches: number;
  recoveredMessages: number;
  /** Of the insert that is being repeated; undefined when all is well. */
  lastError: string | undefined;
}

/** Moves batches from the spool into the database, one at a time and in order. */
export interface SpoolDrainer {
  /** Finds what an earlier run left and begins. Rejects when the directory cannot be used. Before any receiver is started. */
  start(): Promise<void>;
  /** Takes over a batch that is complete in the directory. `onSettled` is called once, when it is known what became of it. */
  add(batch: SpoolBatch, onSettled?: (outcome: BatchOutcome) => void): void;
  /** Another bound or policy from now on; a smaller bound takes effect at once. */
  reconfigure(bounds: Pick<SpoolDrainerOptions, 'limitBytes' | 'policy'>): void;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
  /** Lets the running insert finish; what waits stays in the directory for the next start. */
  stop(): Promise<void>;
  /** True from 80 % of the bound on: entrances that can keep their senders waiting should. */
  readonly isNearlyFull: boolean;
  report(): SpoolReport;
}

interface Entry {
  batch: SpoolBatch;
  writtenMs: number;
  onSettled: ((outcome: BatchOutcome) => void) | undefined;
}

const NEARLY_FULL = 0.8;
/** Batches of little traffic are small: a long outage must not fill the file system with files either. Two receivers need 35 hours for so many. */
const MAX_BATCHES = 1_000_000;
/** Rejected batches that are kept for whoever wants to know why. */
const REJECTED_KEPT = 16;
/** An error that does not say whether it passes is taken to pass this often; then the batch must not keep up the others. */
const UNKNOWN_ERROR_ATTEMPTS = 20;

export function createSpoolDrainer(options: SpoolDrainerOptions): SpoolDrainer {
  const { directory, inserter } = options;
  let { limitBytes, policy } = options;
  const clock = options.clock ?? systemClock;
  const retryAfterMs = options.retryAfterMs ?? 200;
  const retryAtMostMs = options.retryAtMostMs ?? 10_000;
  const waiting: Entry[] = [];
  let inserting: Entry | undefined;
  let bytes = 0;
  let droppedMessages = 0;
  let insertedBatches = 0;
  let insertedMessages = 0;
  let rejectedBatches = 0;
  let rejectedMessages = 0;
  let recoveredBatches = 0;
  let recoveredMessages = 0;
  let lastError: string | undefined;
  let isStarted = false;
  let isStopping = false;
  let loop: Promise<void> | undefined;
  let wake: (() => void) | undefined;
  const idleWaiters: (() => void)[] = [];
  /** Removals under way: the stop waits for them. */
  const removals = new Set<Promise<void>>();

  function settle(entry: Entry, outcome: BatchOutcome): void {
    bytes -= entry.batch.bytes;
    entry.onSettled?.(outcome);
  }

  function remove(batch: SpoolBatch): void {
    const removal = removeBatch(batch)
      .catch((error: Error) => {
        // It is inserted again at the next start, which adds nothing: the database knows its id.
        lastError = `${batch.path} cannot be removed: ${error.message}`;
      })
      .finally(() => removals.delete(removal));
    removals.add(removal);
  }

  function drop(entry: Entry): void {
    droppedMessages += entry.batch.messages;
    settle(entry, 'dropped');
    remove(entry.batch);
  }

  function makeRoom(): void {
    while ((bytes > limitBytes || waiting.length > MAX_BATCHES) && waiting.length > 0) {
      drop(policy === 'drop-oldest' ? waiting.shift()! : waiting.pop()!);
    }
  }

  function run(): void {
    if (loop || !isStarted || isStopping) return;
    loop = drain().finally(() => {
      loop = undefined;
      if (waiting.length > 0) return run();
      for (const resolve of idleWaiters.splice(0)) resolve();
    });
  }

  async function drain(): Promise<void> {
    while (!isStopping) {
      const entry = waiting.shift();
      if (!entry) return;
      inserting = entry;
      const outcome = await insert(entry);
      inserting = undefined;
      if (outcome === undefined) {
        waiting.unshift(entry);
        return;
      }
      settle(entry, outcome);
    }
  }

  /** Undefined when the stop came before the batch was in. */
  async function insert(entry: Entry): Promise<BatchOutcome | undefined> {
    const { batch } = entry;
    for (let attempt = 1, waitMs = retryAfterMs; ; attempt++, waitMs = Math.min(2 * waitMs, retryAtMostMs)) {
      try {
        await inserter.insert(batch);
        lastError = undefined;
        insertedBatches++;
        insertedMessages += batch.messages;
        remove(batch);
        return 'stored';
      } catch (error) {
        lastError = (error as Error).message;
        const isFinal = error instanceof StoreError ? !error.retryable : attempt >= UNKNOWN_ERROR_ATTEMPTS;
        if (isFinal) return await reject(batch, lastError);
      }
      await sleep(waitMs);
      if (isStopping) return undefined;
    }
  }

  async function reject(batch: SpoolBatch, reason: string): Promise<BatchOutcome> {
    rejectedBatches++;
    rejectedMessages += batch.messages;
    try {
      await rejectBatch(batch, reason);
      await trimRejected(directory, REJECTED_KEPT);
    } catch (error) {
      lastError = `${batch.path} cannot be set aside: ${(error as Error).message}`;
    }
    return 'rejected';
  }

  function sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }

  function push(entry: Entry): void {
    waiting.push(entry);
    bytes += entry.batch.bytes;
  }

  return {
    async start() {
      const found = await recoverSpool(directory);
      for (const { batch, writtenMs } of found) {
        recoveredBatches++;
        recoveredMessages += batch.messages;
        push({ batch, writtenMs, onSettled: undefined });
      }
      makeRoom();
      isStarted = true;
      run();
    },
    add(batch, onSettled) {
      push({ batch, writtenMs: clock.nowUs() / 1000, onSettled });
      makeRoom();
      run();
    },
    reconfigure(bounds) {
      ({ limitBytes, policy } = bounds);
      makeRoom();
    },
    async idle() {
      if (!loop && waiting.length === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      idleWaiters.push(resolve);
      await promise;
    },
    async stop() {
      isStopping = true;
      wake?.();
      await loop;
      await Promise.all(removals);
      for (const resolve of idleWaiters.splice(0)) resolve();
    },
    get isNearlyFull() {
      return bytes >= NEARLY_FULL * limitBytes;
    },
    report() {
      const oldest = inserting ?? waiting[0];
      return {
        spool: {
          batches: waiting.length + (inserting ? 1 : 0),
          bytes,
          limitBytes,
          droppedMessages,
          oldestUs: oldest ? Math.round(oldest.writtenMs * 1000) : null,
        },
        insertedBatches,
        insertedMessages,
        rejectedBatches,
        rejectedMessages,
        recoveredBatches,
        recoveredMessages,
        lastError,
      };
    },
  };
}

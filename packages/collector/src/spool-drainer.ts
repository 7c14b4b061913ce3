import {
  type BatchInserter,
  type Clock,
  type HealthReport,
  type SpoolBatch,
  StoreError,
  systemClock,
} from '@calliope/model';
import type { BatchOutcome } from './receiver.ts';
import { type FoundBatch, recoverSpool, rejectBatch, removeBatch, trimRejected } from './spool-directory.ts';
import { type GroupNote, removeGroupNote, writeGroupNote } from './spool-groups.ts';

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

/** Moves batches from the spool into the database, in order; several at once when several wait. */
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

/** What goes in with one insert. */
interface Load {
  entries: Entry[];
  /** Present when they are several. */
  note: GroupNote | undefined;
}

const NEARLY_FULL = 0.8;
/** Batches of little traffic are small: a long outage must not fill the file system with files either. Two receivers need 35 hours for so many. */
const MAX_BATCHES = 1_000_000;
/** Rejected batches that are kept for whoever wants to know why. */
const REJECTED_KEPT = 16;
/** An error that does not say whether it passes is taken to pass this often; then the batch must not keep up the others. */
const UNKNOWN_ERROR_ATTEMPTS = 20;
/** Bounds of one insert: an insert has a cost of its own, and needs memory for all it brings. */
const LOAD_BATCHES = 64;
const LOAD_MESSAGES = 120_000;
const LOAD_BYTES = 96 << 20;

export function createSpoolDrainer(options: SpoolDrainerOptions): SpoolDrainer {
  const { directory, inserter } = options;
  let { limitBytes, policy } = options;
  const clock = options.clock ?? systemClock;
  const retryAfterMs = options.retryAfterMs ?? 200;
  const retryAtMostMs = options.retryAtMostMs ?? 10_000;
  const waiting: Entry[] = [];
  /** Loads that an earlier run began. */
  const begun: Load[] = [];
  let inserting: Load | undefined;
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

  /** What cannot be removed is inserted again at the next start, which adds nothing: the database knows its id. */
  function remove(batches: readonly SpoolBatch[], note?: GroupNote): void {
    const removal = (async () => {
      for (const batch of batches) await removeBatch(batch);
      if (note) await removeGroupNote(note);
    })()
      .catch((error: Error) => {
        lastError = `${batches[0]!.path} cannot be removed: ${error.message}`;
      })
      .finally(() => removals.delete(removal));
    removals.add(removal);
  }

  function drop(entry: Entry): void {
    droppedMessages += entry.batch.messages;
    settle(entry, 'dropped');
    remove([entry.batch]);
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
      if (waiting.length + begun.length > 0) return run();
      for (const resolve of idleWaiters.splice(0)) resolve();
    });
  }

  async function drain(): Promise<void> {
    while (!isStopping && waiting.length + begun.length > 0) {
      const load = begun.shift() ?? (await nextLoad());
      if (!load) return;
      inserting = load;
      const outcome = await insert(load);
      inserting = undefined;
      if (outcome === 'stopped') return;
      if (outcome === 'dissolved') {
        for (const entry of load.entries) begun.push({ entries: [entry], note: undefined });
        continue;
      }
      for (const entry of load.entries) settle(entry, outcome);
    }
  }

  /** The oldest batches that wait, as many as one insert takes; undefined when none waits. */
  async function nextLoad(): Promise<Load | undefined> {
    let messages = 0;
    let size = 0;
    let count = 0;
    while (count < waiting.length && count < LOAD_BATCHES) {
      const { batch } = waiting[count]!;
      messages += batch.messages;
      size += batch.bytes;
      if (count > 0 && (messages > LOAD_MESSAGES || size > LOAD_BYTES || !inserter.insertGroup)) break;
      count++;
    }
    if (count === 0) return undefined;
    const load: Load = { entries: waiting.splice(0, count), note: undefined };
    inserting = load;
    if (count === 1) return load;
    const batches = load.entries.map(({ batch }) => batch);
    try {
      load.note = await writeGroupNote(directory, batches);
    } catch (error) {
      // A full disk above all: one by one they need no note.
      lastError = `a group of batches cannot be noted in ${directory}: ${(error as Error).message}`;
      waiting.unshift(...load.entries.splice(1));
    }
    return load;
  }

  async function insert(load: Load): Promise<BatchOutcome | 'stopped' | 'dissolved'> {
    const { entries, note } = load;
    const batches = entries.map(({ batch }) => batch);
    for (let attempt = 1, waitMs = retryAfterMs; ; attempt++, waitMs = Math.min(2 * waitMs, retryAtMostMs)) {
      try {
        if (note && inserter.insertGroup) await inserter.insertGroup({ id: note.id, batches });
        else for (const batch of batches) await inserter.insert(batch);
        lastError = undefined;
        insertedBatches += batches.length;
        for (const { messages } of batches) insertedMessages += messages;
        remove(batches, note);
        return 'stored';
      } catch (error) {
        lastError = (error as Error).message;
        const isFinal = error instanceof StoreError ? !error.retryable : attempt >= UNKNOWN_ERROR_ATTEMPTS;
        if (isFinal && !note) return await reject(batches[0]!, lastError);
        // One of them is bad, and nothing of the group went in: the others must not go with it.
        if (isFinal && note && (await dissolve(note))) return 'dissolved';
      }
      await sleep(waitMs);
      if (isStopping) return 'stopped';
    }
  }

  /** False when the note cannot be removed. */
  async function dissolve(note: GroupNote): Promise<boolean> {
    try {
      await removeGroupNote(note);
      return true;
    } catch (error) {
      lastError = `${note.path} cannot be removed: ${(error as Error).message}`;
      return false;
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
      const recovered = ({ batch, writtenMs }: FoundBatch): Entry => {
        recoveredBatches++;
        recoveredMessages += batch.messages;
        bytes += batch.bytes;
        return { batch, writtenMs, onSettled: undefined };
      };
      for (const { note, batches } of found.groups) begun.push({ entries: batches.map(recovered), note });
      waiting.push(...found.batches.map(recovered));
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
      if (!loop && waiting.length + begun.length === 0) return;
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
      const oldest = inserting?.entries[0] ?? begun[0]?.entries[0] ?? waiting[0];
      const inLoads = (inserting?.entries.length ?? 0) + begun.reduce((sum, { entries }) => sum + entries.length, 0);
      return {
        spool: {
          batches: waiting.length + inLoads,
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

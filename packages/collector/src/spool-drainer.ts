import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import { type BatchInserter, type Clock, type HealthReport, type SpoolBatch, systemClock } from '@calliope/model';
import type { BatchOutcome } from './receiver.ts';
import { recoverSpool, removeBatch } from './spool-directory.ts';
import { type GroupNote, removeGroupNote } from './spool-groups.ts';
import { createLoadInserter } from './spool-insert.ts';
import { batchesOfLoad, foundLoads, loadsByRows, type SpoolEntry, type SpoolLoad, stageLoad } from './spool-load.ts';
import { createSpoolRejects } from './spool-rejects.ts';

export interface SpoolDrainerOptions {
  /** Where batches are: made when absent. Of this drainer alone. */
  directory: string;
  inserter: BatchInserter;
  /** Bound on the bytes that wait. */
  limitBytes: number;
  /** What goes when the bound is reached: the batches that wait longest, or those that come. */
  policy: 'drop-oldest' | 'drop-newest';
  /** First wait after a failed insert, doubled up to `retryAtMostMs`. 200 ms and 5 s when absent. */
  retryAfterMs?: number;
  retryAtMostMs?: number;
  clock?: Clock;
}

export interface SpoolReport {
  /** As in the health report. */
  spool: HealthReport['spool'];
  insertedBatches: number;
  insertedMessages: number;
  /** Batches with messages that were set aside, as the database does not take them, and those messages. */
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
  add(batch: SpoolBatch, onSettled?: (outcome: BatchOutcome, rejected?: number) => void): void;
  /** Another bound or policy from now on; a smaller bound takes effect at once. */
  reconfigure(bounds: Pick<SpoolDrainerOptions, 'limitBytes' | 'policy'>): void;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
  /** Lets the running insert finish, for a while; what waits stays in the directory for the next start. */
  stop(): Promise<void>;
  /** True while there is little room for what is still on its way here: entrances that can keep their senders waiting should. */
  readonly isNearlyFull: boolean;
  report(): SpoolReport;
}

/** From this share of the bound on it is nearly full; or earlier, when a few batches of the size that they have fill the rest. */
const NEARLY_FULL = 0.8;
const BATCHES_ON_THEIR_WAY = 4;
/** How fast the size of a batch that was large is forgotten, by each further one. */
const LARGEST_FADES = 0.98;
/** How fast loads grow again after one was too large for the database's memory, by each that went in; and the smallest share of the usual size. */
const LOAD_GROWS = 1.05;
const SMALLEST_LOAD = 1 / 64;
/** Batches of little traffic are small: a long outage must not fill the file system with files either. Two receivers need 35 hours for so many. */
const MAX_BATCHES = 1_000_000;
/** How long a stop waits for the running insert. It is repeated at the next start, which adds nothing. */
const STOP_MS = 5_000;

export function createSpoolDrainer(options: SpoolDrainerOptions): SpoolDrainer {
  const { directory, inserter } = options;
  let { limitBytes, policy } = options;
  const clock = options.clock ?? systemClock;
  const retryAfterMs = options.retryAfterMs ?? 200;
  const retryAtMostMs = options.retryAtMostMs ?? 5_000;
  const waiting: SpoolEntry[] = [];
  /** Loads that wait for their next try, before all others. */
  const begun: SpoolLoad[] = [];
  let inserting: SpoolLoad | undefined;
  /** A load that failed for reasons nobody knows, while others are tried. */
  let suspect: SpoolLoad | undefined;
  let largest = 0;
  /** Of the usual size of a load. */
  let loadShare = 1;
  let bytes = 0;
  let droppedMessages = 0;
  let insertedBatches = 0;
  let insertedMessages = 0;
  let rejectedBatches = 0;
  let rejectedMessages = 0;
  let recoveredBatches = 0;
  let recoveredMessages = 0;
  /** What became of the recovered ones. */
  const recovered = { stored: 0, dropped: 0, rejected: 0 };
  let lastError: string | undefined;
  let isStarted = false;
  let isStopping = false;
  let loop: Promise<void> | undefined;
  let wake: (() => void) | undefined;
  const idleWaiters: (() => void)[] = [];
  /** Removals under way: the stop waits for them. */
  const removals = new Set<Promise<void>>();

  const rejects = createSpoolRejects(directory);
  const insert = createLoadInserter({
    ...{ inserter, rejects, retryAfterMs, retryAtMostMs, sleep },
    isStopping: () => isStopping,
    onError: onProblem,
  });

  function onProblem(problem: string | undefined): void {
    lastError = problem;
  }

  function settle(entry: SpoolEntry, outcome: BatchOutcome, rejected = 0): void {
    bytes -= entry.batch.bytes;
    if (rejected > 0) {
      rejectedBatches++;
      rejectedMessages += rejected;
    }
    if (outcome === 'stored') {
      insertedBatches++;
      insertedMessages += entry.batch.messages - rejected;
    }
    if (entry.isRecovered) {
      recovered[outcome] += outcome === 'stored' ? entry.batch.messages - rejected : entry.batch.messages;
      if (outcome === 'stored') recovered.rejected += rejected;
    }
    entry.onSettled?.(outcome, rejected);
  }

  /** What cannot be removed is inserted again at the next start, which adds nothing: the database knows its id. */
  function remove(batches: readonly SpoolBatch[], note?: GroupNote): void {
    const removal = (async () => {
      for (const batch of batches) await removeBatch(batch);
      if (note) await removeGroupNote(note);
    })()
      .catch((error: Error) => {
        onProblem(`${batches[0]!.path} cannot be removed: ${error.message}`);
      })
      .finally(() => removals.delete(removal));
    removals.add(removal);
  }

  function drop(entry: SpoolEntry): void {
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
    while (!isStopping) {
      const load = begun.shift() ?? nextLoad() ?? takeSuspect();
      if (!load) return;
      inserting = load;
      if (!load.isStaged) waiting.unshift(...(await stageLoad(load, directory, onProblem)));
      const result = await insert(load, suspect !== undefined);
      inserting = undefined;
      switch (result.is) {
        case 'stored':
          for (const entry of load.entries) settle(entry, 'stored', result.rejected);
          remove(
            load.entries.map(({ batch }) => batch),
            load.note,
          );
          loadShare = Math.min(1, LOAD_GROWS * loadShare);
          // Others go in: what does not lies in that one itself.
          if (suspect) await dissolve(takeSuspect()!, true);
          break;
        case 'mixed':
          if (result.neededMemory) loadShare = Math.max(SMALLEST_LOAD, loadShare / 2);
          await dissolve(load, load.isWorldWell);
          break;
        case 'doubtful':
          suspectOf(load);
          break;
        case 'refused':
          await refuse(load.entries[0]!, result.reason);
          break;
        case 'stopped':
          begun.unshift(load);
          return;
      }
    }
  }

  /** The oldest batches that wait, as many as one insert takes; undefined when none waits. */
  function nextLoad(): SpoolLoad | undefined {
    const count = batchesOfLoad(waiting, inserter.insertGroup !== undefined, loadShare);
    if (count === 0) return undefined;
    return { entries: waiting.splice(0, count), note: undefined, isStaged: false, byRows: false, isWorldWell: false };
  }

  function takeSuspect(): SpoolLoad | undefined {
    const taken = suspect;
    suspect = undefined;
    return taken;
  }

  /** Others are tried, to see whether it is the load or the world; when they fail too, or there are none, it is the first again. */
  function suspectOf(load: SpoolLoad): void {
    if (!suspect && waiting.length + begun.length > 0) suspect = load;
    else begun.unshift(...[takeSuspect(), load].filter((each) => each !== undefined));
  }

  async function dissolve(load: SpoolLoad, isWorldWell: boolean): Promise<void> {
    try {
      begun.unshift(...(await loadsByRows(load, isWorldWell)));
    } catch (error) {
      onProblem(`what cannot be inserted cannot be renamed: ${(error as Error).message}`);
      begun.unshift(load);
      await sleep(retryAtMostMs);
    }
  }

  async function refuse(entry: SpoolEntry, reason: string): Promise<void> {
    try {
      await rejects.keepBatch(entry.batch, reason);
    } catch (error) {
      onProblem(`${entry.batch.path} cannot be set aside: ${(error as Error).message}`);
    }
    settle(entry, 'rejected', entry.batch.messages);
  }

  function sleep(ms: number): Promise<void> {
    if (isStopping) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }

  return {
    async start() {
      const found = foundLoads(await recoverSpool(directory));
      begun.push(...found.begun);
      waiting.push(...found.waiting);
      for (const { batch } of [...found.begun.flatMap(({ entries }) => entries), ...found.waiting]) {
        recoveredBatches++;
        recoveredMessages += batch.messages;
        bytes += batch.bytes;
      }
      makeRoom();
      isStarted = true;
      run();
    },
    add(batch, onSettled) {
      waiting.push({ batch, writtenMs: clock.nowUs() / 1000, onSettled, isRecovered: false });
      bytes += batch.bytes;
      largest = Math.max(batch.bytes, LARGEST_FADES * largest);
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
      await Promise.race([loop, setTimeoutPromise(STOP_MS, undefined, { ref: false })]);
      await Promise.all(removals);
      for (const resolve of idleWaiters.splice(0)) resolve();
    },
    get isNearlyFull() {
      const onTheirWay = Math.min(BATCHES_ON_THEIR_WAY * largest, limitBytes / 2);
      return bytes >= Math.min(NEARLY_FULL * limitBytes, limitBytes - onTheirWay);
    },
    report() {
      const loads = [inserting, suspect, ...begun].filter((load) => load !== undefined);
      const oldest = loads[0]?.entries[0] ?? waiting[0];
      const inLoads = loads.reduce((sum, { entries }) => sum + entries.length, 0);
      return {
        spool: {
          batches: waiting.length + inLoads,
          bytes,
          limitBytes,
          droppedMessages,
          oldestUs: oldest ? Math.round(oldest.writtenMs * 1000) : null,
          ...(recoveredMessages > 0 ? { earlier: { found: recoveredMessages, ...recovered } } : {}),
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

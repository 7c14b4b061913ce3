import { setTimeout as delay } from 'node:timers/promises';
import { StoreError } from '@calliope/model';
import type { BatchesInsert, DatabaseSession, QueryBounds } from './database-session.ts';
import { type EngineAsk, type EngineChild, EngineRefusal, unavailable } from './engine-child.ts';
import { insertError, queryError } from './engine-error.ts';
import type { EngineFault } from './engine-protocol.ts';
import { connectionArguments, type EngineSettings, queryMemoryBytes } from './engine-settings.ts';
import {
  type EngineLife,
  EngineStartError,
  type EngineState,
  SILENT_MS,
  superviseEngine,
} from './engine-supervision.ts';
import { createSessionPool, type SessionPool } from './session-pool.ts';

export type { EngineState } from './engine-supervision.ts';

export interface EngineOptions extends EngineSettings {
  /** Holds the database and its lock. Made when absent. One live server a directory. */
  directory: string;
  /** Searches that run at a time; more wait. Default 4. */
  readSessions?: number;
  /** Inserts that run at a time. Default 2. */
  insertSessions?: number;
  /** A process that answers no ping for so long is taken for hung, killed and started again. Default 30,000. */
  hangTimeoutMs?: number;
  /** How long a start waits for another process to let go of the directory. Default 5,000. */
  lockWaitMs?: number;
  /** Of a query that names none. Default 30,000. */
  timeoutMs?: number;
  /** Runs in each process before anything else, such as the making of tables. */
  prepare?: (database: DatabaseSession) => Promise<void>;
  /**
   * When the first process does not serve within so long, or does not come up, resolve nevertheless: it is tried again and again. Not when the
   * directory is in use. Default: wait, and fail with it.
   */
  startWithoutAfterMs?: number;
}

/** The embedded database in its own process, kept running. */
export interface Engine extends DatabaseSession {
  state(): EngineState;
  /** Of the process that runs now. */
  readonly pid: number | undefined;
  /** Lets running queries end, closes the database, and ends the process. */
  stop(): Promise<void>;
}

const INSERT_TIMEOUT_MS = 120_000;
const READ_AGAIN_MS = 100;
/** A query that is so long over its time does not look at the clock any more. */
const OVERDUE_MS = 30_000;
/** So long after its time, whoever asked gets an answer, whatever the engine does. */
const GRACE_MS = 1_000;

interface Sessions {
  reads: SessionPool;
  inserts: SessionPool;
  maintenance: SessionPool;
}
type Life = EngineLife<Sessions>;

/**
 * Starts the engine's process and resolves when it serves. Throws {@link StoreError} `data_directory_in_use` (naming the pid), `unavailable` when it
 * does not come up the first time, or what `prepare` threw. Afterwards it is started again, with growing pauses, whenever it ends or hangs; what was
 * running then, and what is asked meanwhile, is rejected with `unavailable` (retryable).
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const reads = options.readSessions ?? 4;
  const inserts = options.insertSessions ?? 2;
  const defaultTimeoutMs = options.timeoutMs ?? 30_000;
  const memoryBytes = queryMemoryBytes(options);
  const sessions = (count: number, from: number): number[] => Array.from({ length: count }, (_, i) => from + i);

  const supervision = superviseEngine<Sessions>({
    start: {
      directory: options.directory,
      lockWaitMs: options.lockWaitMs ?? 5_000,
      sessions: reads + inserts + 1,
      connectionArguments: connectionArguments(options),
    },
    hangTimeoutMs: options.hangTimeoutMs ?? 30_000,
    createOwn: () => ({
      reads: createSessionPool(sessions(reads, 0)),
      inserts: createSessionPool(sessions(inserts, reads)),
      maintenance: createSessionPool([reads + inserts]),
    }),
    prepare: async (life) => options.prepare?.(sessionOf(() => life)),
  });

  /** `life` throws when there is none. */
  function sessionOf(life: () => Life): DatabaseSession {
    return {
      read: async (sql, bounds = {}) => readAgain(() => run(life(), 'reads', sql, bounds, false)),
      execute: async (sql, bounds = {}) => {
        await run(life(), 'maintenance', sql, bounds, true);
      },
      insertBatches: async (insert) => insertBatches(life(), insert),
    };
  }

  async function run(
    life: Life,
    lane: 'reads' | 'maintenance',
    sql: string,
    bounds: QueryBounds,
    ddl: boolean,
  ): Promise<Buffer> {
    refuseWhileSilent(life);
    const pool = life.own[lane];
    const timeoutMs = bounds.timeoutMs ?? defaultTimeoutMs;
    const session = await pool.take(timeoutMs);
    const bounded = ddl ? sql : `${sql}\nSETTINGS ${limits(timeoutMs, bounds.memoryBytes ?? memoryBytes)}`;
    const answer = ask(life.child, { kind: 'query', session, sql: bounded }, timeoutMs, queryError);
    // The session is taken for as long as the engine works on it, whether or not anybody waits.
    answer.then(
      () => pool.give(session),
      () => pool.give(session),
    );
    return ddl ? answer : withinTime(life, answer, timeoutMs + GRACE_MS);
  }

  async function insertBatches(life: Life, { batches, statements }: BatchesInsert): Promise<void> {
    const { inserts: pool } = life.own;
    const session = await pool.take(INSERT_TIMEOUT_MS);
    try {
      await ask(life.child, { kind: 'check-batches', batches }, INSERT_TIMEOUT_MS, insertError);
      for (const sql of statements)
        await ask(life.child, { kind: 'query', session, sql }, INSERT_TIMEOUT_MS, insertError);
    } finally {
      pool.give(session);
    }
  }

  const first = supervision.firstStart;
  const { startWithoutAfterMs } = options;
  try {
    await (startWithoutAfterMs === undefined
      ? first
      : Promise.race([first, delay(startWithoutAfterMs, undefined, { ref: false })]));
  } catch (error) {
    const inUse = error instanceof EngineStartError && error.inUse;
    if (startWithoutAfterMs === undefined || inUse) {
      await supervision.stop();
      if (!(error instanceof EngineStartError)) throw error;
      throw new StoreError(inUse ? 'data_directory_in_use' : 'unavailable', error.message, { retryable: false });
    }
  }

  return {
    ...sessionOf(supervision.current),
    state: supervision.state,
    get pid() {
      return supervision.pid;
    },
    stop: supervision.stop,
  };
}

async function ask(
  child: EngineChild,
  request: EngineAsk,
  timeoutMs: number,
  errorOf: (fault: EngineFault) => StoreError,
): Promise<Buffer> {
  const overdue = setTimeout(
    () => child.kill(`a query did not end ${OVERDUE_MS} ms after its time of ${timeoutMs} ms`),
    timeoutMs + OVERDUE_MS,
  );
  overdue.unref();
  try {
    return await child.ask(request);
  } catch (error) {
    throw error instanceof EngineRefusal ? errorOf(error.fault) : error;
  } finally {
    clearTimeout(overdue);
  }
}

function refuseWhileSilent({ watch }: Life): void {
  const silentMs = watch.silentMs();
  if (silentMs > SILENT_MS) throw unavailable(`it has not answered for ${Math.round(silentMs / 1000)} s`);
}

/** The answer, or an error when it does not come in time: the caller is not kept waiting for what a hung engine may never say. */
async function withinTime(life: Life, answer: Promise<Buffer>, timeoutMs: number): Promise<Buffer> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    try {
      refuseWhileSilent(life);
      late.reject(queryError({ clickhouseCode: 159, message: 'no answer in time' }));
    } catch (error) {
      late.reject(error);
    }
  }, timeoutMs);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What failed for a reason of the moment (a part that was merged away under it, a file that could not be opened on a full disk), or of no known kind, is read once more.
 * Not when the process is gone: that takes longer than whoever asks should wait.
 */
async function readAgain(read: () => Promise<Buffer>): Promise<Buffer> {
  try {
    return await read();
  } catch (error) {
    // What the database itself answered has a cause; that its process is gone has none.
    const isAnswer = error instanceof StoreError && error.cause !== undefined;
    if (!isAnswer || (error.code !== 'internal' && error.code !== 'unavailable')) throw error;
    await delay(READ_AGAIN_MS);
    return await read();
  }
}

function limits(timeoutMs: number, memoryBytes: number): string {
  const seconds = Math.max(0.001, timeoutMs / 1_000);
  return `max_execution_time = ${seconds}, max_memory_usage = ${memoryBytes}`;
}

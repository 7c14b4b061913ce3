import { setTimeout as delay } from 'node:timers/promises';
import { StoreError } from '@calliope/model';
import type { DatabaseSession, InsertFile, QueryBounds } from './database-session.ts';
import {
  type EngineAsk,
  type EngineChild,
  type EngineEnd,
  EngineRefusal,
  startEngineChild,
  unavailable,
} from './engine-child.ts';
import { insertError, queryError } from './engine-error.ts';
import type { EngineFault } from './engine-protocol.ts';
import { connectionArguments, type EngineSettings, queryMemoryBytes } from './engine-settings.ts';
import { createSessionPool, type SessionPool } from './session-pool.ts';

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
}

export interface EngineState {
  state: 'starting' | 'running' | 'restarting' | 'stopped';
  restarts: number;
  lastError: string | null;
}

/** The embedded database in its own process, kept running. */
export interface Engine extends DatabaseSession {
  state(): EngineState;
  /** Of the process that runs now. */
  readonly pid: number | undefined;
  /** Lets running queries end, closes the database, and ends the process. */
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** A process that lived so long was well: the next pause is short again. */
const WELL_MS = 60_000;
const INSERT_TIMEOUT_MS = 120_000;
/** A query that is so long over its time does not look at the clock any more. */
const OVERDUE_MS = 30_000;
const STOP_MS = 15_000;

interface Life {
  child: EngineChild;
  reads: SessionPool;
  inserts: SessionPool;
  maintenance: SessionPool;
}

/**
 * Starts the engine's process and resolves when it serves. Throws {@link StoreError} `data_directory_in_use` (naming the pid) or `unavailable` when it
 * does not come up the first time. Afterwards it is started again, with growing pauses, whenever it ends or hangs; what was running then, and what
 * is asked meanwhile, is rejected with `unavailable` (retryable).
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const reads = options.readSessions ?? 4;
  const inserts = options.insertSessions ?? 2;
  const hangTimeoutMs = options.hangTimeoutMs ?? 30_000;
  const defaultTimeoutMs = options.timeoutMs ?? 30_000;
  const memoryBytes = queryMemoryBytes(options);
  const state: EngineState = { state: 'starting', restarts: 0, lastError: null };
  let life: Life | undefined;
  let stopping = false;

  function start(): Life {
    const session = (count: number, from: number): number[] => Array.from({ length: count }, (_, i) => from + i);
    return {
      child: startEngineChild({
        directory: options.directory,
        lockWaitMs: options.lockWaitMs ?? 5_000,
        sessions: reads + inserts + 1,
        connectionArguments: connectionArguments(options),
      }),
      reads: createSessionPool(session(reads, 0)),
      inserts: createSessionPool(session(inserts, reads)),
      maintenance: createSessionPool([reads + inserts]),
    };
  }

  /** Pings one life until it ends. */
  async function watch({ child }: Life): Promise<void> {
    const ended = child.ended.then(() => 'ended' as const);
    for (;;) {
      const ping = child.ask({ kind: 'ping' }).then(
        () => 'answered' as const,
        () => 'answered' as const,
      );
      const late = new AbortController();
      const timeout = delay(hangTimeoutMs, 'late' as const, { signal: late.signal, ref: false }).catch(
        () => 'late' as const,
      );
      const result = await Promise.race([ping, ended, timeout]);
      late.abort();
      if (result === 'late') child.kill(`it answered no ping for ${hangTimeoutMs} ms`);
      if (result !== 'answered') return;
      const pause = delay(Math.min(2_000, hangTimeoutMs / 2), undefined, { ref: false });
      if ((await Promise.race([pause, ended])) === 'ended') return;
    }
  }

  /** Keeps a process running, from the end of the given life until {@link stop}. */
  async function supervise(first: Life): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    for (let current = first; ; current = start()) {
      const end: EngineEnd | undefined = await current.child.ready;
      if (!end && !stopping) {
        life = current;
        state.state = 'running';
        const since = performance.now();
        void watch(current);
        state.lastError = (await current.child.ended).reason;
        if (performance.now() - since > WELL_MS) pauseMs = FIRST_PAUSE_MS;
      } else if (end) {
        state.lastError = end.reason;
      }
      life = undefined;
      if (stopping) return;
      state.state = 'restarting';
      state.restarts++;
      await delay(pauseMs, undefined, { ref: false });
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      if (stopping) return;
    }
  }

  function current(): Life {
    if (life) return life;
    throw unavailable(stopping ? 'it was stopped' : (state.lastError ?? 'it is starting'));
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

  async function run(lane: 'reads' | 'maintenance', sql: string, bounds: QueryBounds, ddl: boolean): Promise<Buffer> {
    const { child, [lane]: pool } = current();
    const timeoutMs = bounds.timeoutMs ?? defaultTimeoutMs;
    const session = await pool.take(timeoutMs);
    try {
      const bounded = ddl ? sql : `${sql}\nSETTINGS ${limits(timeoutMs, bounds.memoryBytes ?? memoryBytes)}`;
      return await ask(child, { kind: 'query', session, sql: bounded }, timeoutMs, queryError);
    } finally {
      pool.give(session);
    }
  }

  async function insertFile(file: InsertFile): Promise<void> {
    const { child, inserts: pool } = current();
    const session = await pool.take(INSERT_TIMEOUT_MS);
    try {
      const { path, bytes, crc32 } = file;
      await ask(child, { kind: 'check-file', path, bytes, crc32 }, INSERT_TIMEOUT_MS, insertError);
      await ask(child, { kind: 'query', session, sql: file.sql }, INSERT_TIMEOUT_MS, insertError);
    } finally {
      pool.give(session);
    }
  }

  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    const child = life?.child;
    life = undefined;
    state.state = 'stopped';
    if (!child) return;
    const late = setTimeout(() => child.kill('it did not stop'), STOP_MS);
    await child.ask({ kind: 'stop' }).catch(() => {});
    await child.ended;
    clearTimeout(late);
  }

  const first = start();
  const end = await first.child.ready;
  if (end) {
    throw new StoreError(end.inUse ? 'data_directory_in_use' : 'unavailable', end.reason, { retryable: false });
  }
  life = first;
  state.state = 'running';
  void supervise(first);

  return {
    read: (sql, bounds = {}) => run('reads', sql, bounds, false),
    execute: async (sql, bounds = {}) => {
      await run('maintenance', sql, bounds, true);
    },
    insertFile,
    state: () => ({ ...state }),
    get pid() {
      return life?.child.pid;
    },
    stop,
  };
}

function limits(timeoutMs: number, memoryBytes: number): string {
  const seconds = Math.max(0.001, timeoutMs / 1_000);
  return `max_execution_time = ${seconds}, max_memory_usage = ${memoryBytes}`;
}

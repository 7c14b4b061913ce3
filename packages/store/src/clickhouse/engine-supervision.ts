import { setTimeout as delay } from 'node:timers/promises';
import { type EngineChild, type EngineEnd, startEngineChild, unavailable } from './engine-child.ts';
import type { EngineStart } from './engine-protocol.ts';
import { type EngineWatch, watchEngine } from './engine-watch.ts';

export interface EngineState {
  state: 'starting' | 'running' | 'restarting' | 'stopped';
  restarts: number;
  lastError: string | null;
}

/** One process of the engine, with what belongs to it alone. */
export interface EngineLife<T> {
  child: EngineChild;
  watch: EngineWatch;
  own: T;
}

export interface EngineSupervisionOptions<T> {
  start: EngineStart;
  hangTimeoutMs: number;
  /** Makes what belongs to each process. */
  createOwn: () => T;
  /** Runs when a process serves, before anybody else may ask it. When it throws, the process is ended and started again. */
  prepare: (life: EngineLife<T>) => Promise<void>;
}

/** Keeps a process of the engine running. */
export interface EngineSupervision<T> {
  /** Resolves when the first process serves, rejects with why it does not. It is tried again either way, until {@link stop}. */
  readonly firstStart: Promise<void>;
  state(): EngineState;
  /** The process that serves. Throws `unavailable`, saying why there is none. */
  current(): EngineLife<T>;
  readonly pid: number | undefined;
  /** Lets running queries end, closes the database, and ends the process. */
  stop(): Promise<void>;
}

/** Why a process never served. */
export class EngineStartError extends Error {
  readonly inUse: boolean;

  constructor({ reason, inUse }: EngineEnd) {
    super(reason);
    this.name = 'EngineStartError';
    this.inUse = inUse;
  }
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** A process that lived so long was well: the next pause is short again. */
const WELL_MS = 60_000;
/** Opening takes a tenth of a second; after a crash, with thousands of parts on a slow disk, perhaps a minute. */
const OPEN_MS = 300_000;
const STOP_MS = 15_000;
/** A process that owes an answer to a ping for so long is not waited for. */
export const SILENT_MS = 5_000;

/** Starts the engine's process, and again with growing pauses whenever it does not come up, ends, or hangs. */
export function superviseEngine<T>(options: EngineSupervisionOptions<T>): EngineSupervision<T> {
  const state: EngineState = { state: 'starting', restarts: 0, lastError: null };
  const firstStart = Promise.withResolvers<void>();
  firstStart.promise.catch(() => {});
  let child: EngineChild | undefined;
  let life: EngineLife<T> | undefined;
  let stopping = false;

  /** Resolves with the process when it serves and is prepared; throws why not, when it has ended. */
  async function launch(): Promise<EngineLife<T>> {
    const started = startEngineChild(options.start);
    child = started;
    const slow = setTimeout(() => started.kill(`it did not open within ${OPEN_MS / 1000} s`), OPEN_MS);
    const end = await started.ready;
    clearTimeout(slow);
    if (end) throw new EngineStartError(end);
    const launched: EngineLife<T> = {
      child: started,
      watch: watchEngine(started, options.hangTimeoutMs),
      own: options.createOwn(),
    };
    try {
      await options.prepare(launched);
    } catch (error) {
      started.kill(`it could not be prepared: ${(error as Error).message}`);
      await started.ended;
      throw error;
    }
    return launched;
  }

  async function run(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; !stopping; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const sinceMs = performance.now();
      try {
        const launched = await launch();
        if (stopping) return;
        life = launched;
        state.state = 'running';
        firstStart.resolve();
        state.lastError = (await launched.child.ended).reason;
        if (performance.now() - sinceMs > WELL_MS) pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        state.lastError = (error as Error).message;
        firstStart.reject(error);
      }
      life = undefined;
      if (stopping) return;
      state.state = 'restarting';
      state.restarts++;
      await delay(pauseMs, undefined, { ref: false });
    }
  }
  void run();

  return {
    firstStart: firstStart.promise,
    state: () => ({ ...state }),
    current() {
      if (life && life.child.killedFor === undefined) return life;
      throw unavailable(stopping ? 'it was stopped' : (life?.child.killedFor ?? state.lastError ?? 'it is starting'));
    },
    get pid() {
      return life?.child.pid;
    },
    async stop() {
      if (stopping) return;
      stopping = true;
      state.state = 'stopped';
      if (!child) return;
      if (life) {
        const isSilent = life.watch.silentMs() > SILENT_MS;
        life = undefined;
        const late = setTimeout(() => child?.kill('it did not stop'), isSilent ? 0 : STOP_MS);
        await child.ask({ kind: 'stop' }).catch(() => {});
        await child.ended;
        clearTimeout(late);
      } else {
        // It serves nobody.
        child.kill('it was stopped');
        await child.ended;
      }
    },
  };
}

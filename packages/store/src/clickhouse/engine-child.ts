import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { StoreError } from '@calliope/model';
import type { EngineFault, EngineReply, EngineRequest, EngineStart } from './engine-protocol.ts';

const ENTRY = fileURLToPath(new URL('./engine-process.ts', import.meta.url));

/** How a life of the engine's process ended. */
export interface EngineEnd {
  reason: string;
  /** The directory is another live server's. */
  inUse: boolean;
}

/** One life of the engine's process. */
export interface EngineChild {
  readonly pid: number | undefined;
  /** Resolves with undefined when it serves, or with its end when it never did. */
  readonly ready: Promise<EngineEnd | undefined>;
  readonly ended: Promise<EngineEnd>;
  /** Rejects with an {@link EngineRefusal} when the engine says no, and with a {@link StoreError} `unavailable` when the process ends before it answers. */
  ask(request: EngineAsk): Promise<Buffer>;
  /** What was asked is rejected at once, also when the system takes its time to end the process. */
  kill(reason: string): void;
  /** Undefined unless it was killed. */
  readonly killedFor: string | undefined;
}

export type EngineAsk = EngineRequest extends infer R ? (R extends EngineRequest ? Omit<R, 'call'> : never) : never;

/** The engine's own error, to be turned into a {@link StoreError} by whoever knows what was asked. */
export class EngineRefusal extends Error {
  readonly fault: EngineFault;

  constructor(fault: EngineFault) {
    super(fault.message);
    this.name = 'EngineRefusal';
    this.fault = fault;
  }
}

/** Characters of what it writes on standard error: its own errors quote whole statements. */
const KEPT_WORDS = 16_000;

export function startEngineChild(start: EngineStart): EngineChild {
  const child = fork(ENTRY, [JSON.stringify(start)], {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Each query of the engine occupies a thread of libuv's pool; files are checked on it too.
    env: { ...process.env, UV_THREADPOOL_SIZE: String(start.sessions + 4) },
  });
  const calls = new Map<number, { resolve(bytes: Buffer): void; reject(error: Error): void }>();
  let nextCall = 1;
  let failed: { message: string; inUse: boolean } | undefined;
  let killedFor: string | undefined;
  let lastWords = '';
  const ready = Promise.withResolvers<EngineEnd | undefined>();
  const ended = Promise.withResolvers<EngineEnd>();

  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-KEPT_WORDS);
  });

  child.on('message', (reply: EngineReply) => {
    if (reply.kind === 'ready') ready.resolve(undefined);
    else if (reply.kind === 'failed') failed = reply;
    else {
      const call = calls.get(reply.call);
      calls.delete(reply.call);
      if (reply.kind === 'fault') call?.reject(new EngineRefusal(reply.fault));
      else call?.resolve(Buffer.from(reply.bytes.buffer, reply.bytes.byteOffset, reply.bytes.byteLength));
    }
  });

  function rejectCalls(reason: string): void {
    for (const call of calls.values()) call.reject(unavailable(reason));
    calls.clear();
  }

  function end(reason: string): void {
    const final = failed
      ? { reason: failed.message + causeIn(lastWords), inUse: failed.inUse }
      : { reason: killedFor ?? reason, inUse: false };
    ready.resolve(final);
    ended.resolve(final);
    rejectCalls(final.reason);
  }

  function kill(reason: string): void {
    killedFor ??= reason;
    child.kill('SIGKILL');
    rejectCalls(killedFor);
  }
  child.on('error', (error) => {
    // Without a pid it never was; with one, the channel to it broke, and it ends as every killed process.
    if (child.pid === undefined) end(`the database's process did not start: ${error.message}`);
    else kill(`the channel to the database's process broke: ${error.message}`);
  });
  // Not `exit`: by then not all that it wrote has been read.
  child.on('close', (code, signal) => {
    const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
    end(`the database's process ${how}${lastWords.trim() && `: ${lastWords.trim().split('\n').at(-1)}`}`);
  });

  return {
    pid: child.pid,
    ready: ready.promise,
    ended: ended.promise,
    ask: (request) => ask(child, request),
    kill,
    get killedFor() {
      return killedFor;
    },
  };

  function ask(to: ChildProcess, request: EngineAsk): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (!to.connected || killedFor !== undefined) {
        reject(unavailable(killedFor ?? 'its process is gone'));
        return;
      }
      const call = nextCall++;
      calls.set(call, { resolve, reject });
      to.send({ ...request, call });
    });
  }
}

/** What the engine wrote of why it does not open: the innermost of its errors. '' when there is none. */
function causeIn(text: string): string {
  const errors = [
    ...text.matchAll(/DB::Exception: (?!Waited|Load job)([^\n]+?)(?=\. You can|: Cannot attach|\. \(|\n|$)/g),
  ];
  const [, cause] = errors[0] ?? [];
  return cause ? ` (${cause.slice(0, 300)})` : '';
}

export function unavailable(reason: string): StoreError {
  return new StoreError('unavailable', `The database is not available: ${reason}.`, { retryable: true });
}

import type { EngineChild } from './engine-child.ts';

/** Whether an engine's process answers. */
export interface EngineWatch {
  /** For how long it has owed an answer to a ping, milliseconds; 0 when it owes none. */
  silentMs(): number;
}

const TICK_MS = 250;
const PING_EVERY_MS = 2_000;

/**
 * Pings until the process ends, and kills it when it is silent for `hangTimeoutMs`. Time is counted in turns of this process's own event loop: when that was held
 * up, or the whole machine slept, an answer may be there that was not read yet.
 */
export function watchEngine(child: EngineChild, hangTimeoutMs: number): EngineWatch {
  let owes = false;
  let sinceMs = 0;

  function ping(): void {
    owes = true;
    sinceMs = 0;
    const answered = (): void => {
      owes = false;
      sinceMs = 0;
    };
    child.ask({ kind: 'ping' }).then(answered, answered);
  }

  const timer = setInterval(() => {
    sinceMs += TICK_MS;
    if (!owes) {
      if (sinceMs >= Math.min(PING_EVERY_MS, hangTimeoutMs / 2)) ping();
    } else if (sinceMs >= hangTimeoutMs) {
      clearInterval(timer);
      child.kill(`it answered no ping for ${hangTimeoutMs} ms`);
    }
  }, TICK_MS);
  timer.unref();
  void child.ended.then(() => clearInterval(timer));
  ping();

  return { silentMs: () => (owes ? sinceMs : 0) };
}

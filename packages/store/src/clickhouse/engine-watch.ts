import { setTimeout as delay } from 'node:timers/promises';
import type { EngineChild } from './engine-child.ts';

/** Whether an engine's process answers. */
export interface EngineWatch {
  /** For how long it has owed an answer to a ping, milliseconds; 0 when it owes none. */
  silentMs(): number;
}

const PING_EVERY_MS = 2_000;
/** When this process itself was held up, answers may be there that it has not read yet. */
const LAST_CHANCE_MS = 500;

/** Pings until the process ends, and kills it when it is silent for `hangTimeoutMs`. */
export function watchEngine(child: EngineChild, hangTimeoutMs: number): EngineWatch {
  let askedAtMs: number | undefined;

  async function watch(): Promise<void> {
    const ended = child.ended.then(() => 'ended' as const);
    for (;;) {
      askedAtMs = performance.now();
      const answered = child.ask({ kind: 'ping' }).then(
        () => 'answered' as const,
        () => 'answered' as const,
      );
      let result = await firstOf(hangTimeoutMs, answered, ended);
      if (result === 'late') result = await firstOf(LAST_CHANCE_MS, answered, ended);
      if (result === 'late') child.kill(`it answered no ping for ${hangTimeoutMs} ms`);
      if (result !== 'answered') return;
      askedAtMs = undefined;
      if ((await firstOf(Math.min(PING_EVERY_MS, hangTimeoutMs / 2), ended)) === 'ended') return;
    }
  }
  void watch();

  return { silentMs: () => (askedAtMs === undefined ? 0 : performance.now() - askedAtMs) };
}

async function firstOf<T>(timeoutMs: number, ...promises: Promise<T>[]): Promise<T | 'late'> {
  const over = new AbortController();
  const late = delay(timeoutMs, 'late' as const, { signal: over.signal, ref: false }).catch(() => 'late' as const);
  const result = await Promise.race([...promises, late]);
  over.abort();
  return result;
}

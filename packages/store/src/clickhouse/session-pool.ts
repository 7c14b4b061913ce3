import { StoreError } from '@calliope/model';

/** Sessions of the engine that are lent to one query each, first come first served. */
export interface SessionPool {
  /** Waits for a free session, at most `waitMs`. Throws {@link StoreError} `unavailable` when too many wait already or the time is over. */
  take(waitMs: number): Promise<number>;
  give(session: number): void;
}

/** Most queries that wait; more would be answered after nobody wants them any more. */
const MAX_WAITING = 200;

export function createSessionPool(sessions: readonly number[]): SessionPool {
  const free = [...sessions];
  const waiting: Array<(session: number) => void> = [];

  function take(waitMs: number): Promise<number> {
    const session = free.pop();
    if (session !== undefined) return Promise.resolve(session);
    if (waiting.length >= MAX_WAITING) return Promise.reject(busy('too many queries wait'));
    return new Promise((resolve, reject) => {
      const accept = (given: number): void => {
        clearTimeout(timer);
        resolve(given);
      };
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(accept), 1);
        reject(busy('other queries took all the time'));
      }, waitMs);
      waiting.push(accept);
    });
  }

  function give(session: number): void {
    const accept = waiting.shift();
    if (accept) accept(session);
    else free.push(session);
  }

  return { take, give };
}

function busy(why: string): StoreError {
  return new StoreError('unavailable', `The database is busy: ${why}.`, { retryable: true });
}

import { ApiError } from './api-error.ts';

/** Lets at most `limit` pass at once; the others are refused, not queued. */
export interface ConcurrencyGate {
  /** @returns the function to call, once or more, when done. @throws ApiError `busy` */
  enter(): () => void;
}

export function createConcurrencyGate(limit: number): ConcurrencyGate {
  let inside = 0;
  return {
    enter() {
      if (inside >= limit) throw new ApiError('busy', undefined, { retryAfterSeconds: 10 });
      inside++;
      let left = false;
      return () => {
        if (!left) inside--;
        left = true;
      };
    },
  };
}

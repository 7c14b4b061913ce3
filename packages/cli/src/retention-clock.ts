/** Tells whether the time of day is to be believed by what removes old messages. */
export interface RetentionClock {
  /** To be asked regularly. The reason while age says nothing, as the clock was put forward not long ago; else undefined. */
  doubt(): string | undefined;
}

/** Slower corrections are those of NTP and of a machine's own drift. */
const JUMP_MS = 10 * 60_000;
/** A clock that was wrong is put right meanwhile, or by hand. */
const DOUBT_MS = 3_600_000;

/**
 * A clock that jumps a year forward would make every message old. How far it jumped is seen beside the monotonic clock, which also stands still
 * while a machine sleeps: then age waits for an hour as well, which costs nothing.
 */
export function createRetentionClock(
  nowMs: () => number = Date.now,
  monotonicMs: () => number = () => performance.now(),
): RetentionClock {
  let lastMs = nowMs();
  let lastMonotonicMs = monotonicMs();
  let doubtUntilMs = Number.NEGATIVE_INFINITY;
  let jumpedMs = 0;
  return {
    doubt() {
      const passedMs = monotonicMs() - lastMonotonicMs;
      const jumpMs = nowMs() - lastMs - passedMs;
      lastMs = nowMs();
      lastMonotonicMs = monotonicMs();
      if (jumpMs > JUMP_MS) {
        jumpedMs = Math.max(0, jumpedMs) + jumpMs;
        doubtUntilMs = lastMonotonicMs + DOUBT_MS;
      } else if (jumpMs < -JUMP_MS) {
        jumpedMs += jumpMs;
        // It was put right again.
        if (jumpedMs < JUMP_MS) doubtUntilMs = Number.NEGATIVE_INFINITY;
      }
      if (lastMonotonicMs >= doubtUntilMs) {
        jumpedMs = 0;
        return undefined;
      }
      return `The clock jumped forward by ${Math.round(jumpedMs / 60_000)} minutes: for an hour nothing is removed for its age.`;
    },
  };
}

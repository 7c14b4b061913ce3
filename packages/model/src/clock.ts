/** Where the time comes from, so that tests can set it. */
export interface Clock {
  /** Microseconds since 1970-01-01T00:00:00Z. */
  nowUs(): number;
}

export const systemClock: Clock = {
  nowUs: () => Date.now() * 1000,
};

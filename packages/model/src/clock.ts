/**
 * 2200-01-01 in microseconds since 1970: later than anything stored, and still a date for every database. A search without an end is answered
 * with this as its `toUs` (one without a start, with a `fromUs` of 0).
 */
export const END_OF_TIME_US: number = Date.UTC(2200, 0) * 1000;

/** Where the time comes from, so that tests can set it. */
export interface Clock {
  /** Microseconds since 1970-01-01T00:00:00Z. */
  nowUs(): number;
}

export const systemClock: Clock = {
  nowUs: () => Date.now() * 1000,
};

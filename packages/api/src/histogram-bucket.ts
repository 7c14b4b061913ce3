const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Widths that people read off an axis, in microseconds. */
const WIDTHS_US = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((ms) => ms * 1000),
  ...[1, 2, 5, 10, 15, 30].map((s) => s * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((m) => m * MINUTE),
  ...[1, 2, 3, 6, 12].map((h) => h * HOUR),
  ...[1, 2, 7, 14, 30, 91, 365].map((d) => d * DAY),
];

export const MAX_BUCKETS = 120;

/** The narrowest round width that needs at most {@link MAX_BUCKETS} buckets, counting the cut ones at both ends. */
export function bucketWidthUs(fromUs: number, toUs: number): number {
  const range = Math.max(1, toUs - fromUs);
  const fits = (width: number) => Math.ceil(range / width) + 1 <= MAX_BUCKETS;
  return WIDTHS_US.find(fits) ?? Math.ceil(range / (MAX_BUCKETS - 1));
}

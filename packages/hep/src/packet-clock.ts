const TEN_YEARS_US = 10 * 365.25 * 24 * 3600 * 1e6;
const ONE_DAY_US = 24 * 3600 * 1e6;

/**
 * Whether a sender's clock can be right: at most ten years before reception (a replayed capture) and one day after it
 * (a wrong time zone). Clocks outside made stray partitions in HOMER 11 and failing batches in HOMER 7.
 */
export function isPlausibleTime(timestampUs: number, receivedUs: number): boolean {
  return timestampUs > 0 && timestampUs >= receivedUs - TEN_YEARS_US && timestampUs <= receivedUs + ONE_DAY_US;
}

import type { TimeRange } from '@calliope/model';

export interface WindowSteps {
  firstUs: number;
  /** Each window is so many times as long as the one before … */
  growth: number;
  /** … up to this. */
  longestUs: number;
}

/**
 * Cuts a range into windows from the end that a search begins at, short ones first: the newest hundred of what is frequent are found in the first
 * window, and what is rare costs hardly more than one look at the whole range.
 */
export function* searchWindows(range: TimeRange, ascending: boolean, steps: WindowSteps): Generator<TimeRange> {
  let lengthUs = steps.firstUs;
  let { fromUs, toUs } = range;
  while (fromUs < toUs) {
    // A last window that is only a little longer is better than one more.
    const rest = toUs - fromUs <= lengthUs * 1.5 ? toUs - fromUs : lengthUs;
    if (ascending) {
      yield { fromUs, toUs: fromUs + rest };
      fromUs += rest;
    } else {
      yield { fromUs: toUs - rest, toUs };
      toUs -= rest;
    }
    lengthUs = Math.min(lengthUs * steps.growth, steps.longestUs);
  }
}

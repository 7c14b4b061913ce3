import type { HistogramResponse } from '@calliope/model';
import { OUTCOME_ORDER } from './outcome-style.ts';

/** Columns for a stacked bar chart: bucket middles in seconds, and for each group its top edge (its own count and all below it). */
export interface HistogramBars {
  groups: string[];
  /** Middles of all buckets from the first to the last of the range, empty ones included, in seconds. */
  xSeconds: number[];
  /** By group in the order of `groups`, the last one drawn first: cumulated counts. */
  tops: number[][];
  /** Own counts by group, for the legend. */
  counts: number[][];
}

/** Bars for an answer; null when it is empty. At most a few thousand buckets are laid out, whatever the answer says. */
export function histogramBars(answer: HistogramResponse): HistogramBars | null {
  const { bucketUs, buckets, fromUs, toUs } = answer;
  if (!(bucketUs > 0) || buckets.length === 0) return null;
  const present = new Set(buckets.flatMap((bucket) => Object.keys(bucket.counts)));
  const groups = orderedGroups(present);
  const first = Math.min(Math.floor(fromUs / bucketUs) * bucketUs, buckets[0]!.startUs);
  const last = Math.max(toUs - 1, buckets.at(-1)!.startUs);
  const size = Math.min(4000, Math.floor((last - first) / bucketUs) + 1);
  const xSeconds = Array.from({ length: size }, (_, index) => (first + (index + 0.5) * bucketUs) / 1_000_000);
  const counts = groups.map(() => new Array<number>(size).fill(0));
  for (const bucket of buckets) {
    const at = Math.round((bucket.startUs - first) / bucketUs);
    if (at < 0 || at >= size) continue;
    for (const [index, group] of groups.entries()) counts[index]![at] = bucket.counts[group] ?? 0;
  }
  const tops: number[][] = [];
  for (const [index, own] of counts.entries()) {
    tops.push(own.map((count, at) => count + (index > 0 ? tops[index - 1]![at]! : 0)));
  }
  return { groups, xSeconds, tops, counts };
}

/** Outcomes in their fixed order; of messages, requests by name first and then response classes upwards. */
function orderedGroups(present: Set<string>): string[] {
  const outcomes: string[] = OUTCOME_ORDER.filter((outcome) => present.has(outcome));
  const others = [...present].filter((group) => !(OUTCOME_ORDER as readonly string[]).includes(group));
  const isClass = (group: string) => /^[1-6]xx$/.test(group);
  others.sort((a, b) => Number(isClass(a)) - Number(isClass(b)) || (a < b ? -1 : 1));
  return [...outcomes, ...others];
}

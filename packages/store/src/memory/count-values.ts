import type { FacetValue } from '@calliope/model';

/** A value of a facet: how it is shown, and where it stands among those that are as frequent (texts and addresses by their bytes). */
export interface CountedValue {
  text: string;
  order: string | number;
}

/** The most frequent values, at most `limit`. */
export function countValues(values: readonly CountedValue[], limit: number): FacetValue[] {
  const counts = new Map<string | number, { value: CountedValue; count: number }>();
  for (const value of values) {
    const counted = counts.get(value.order);
    if (counted) counted.count++;
    else counts.set(value.order, { value, count: 1 });
  }
  return [...counts.values()]
    .sort((a, b) => b.count - a.count || (a.value.order < b.value.order ? -1 : 1))
    .slice(0, limit)
    .map(({ value, count }) => ({ value: value.text, count }));
}

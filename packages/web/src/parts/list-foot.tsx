import { PAGE_SIZE } from '../server/search-queries.ts';
import { formatCount } from '../view/format-figures.ts';

/** The end of a list says whether it is the end. */
export function ListFoot({
  result,
  live,
  noun,
}: {
  result: { items: readonly unknown[]; hasMore: boolean; fetchingMore: boolean; pending: boolean };
  live: boolean;
  noun: string;
}) {
  const { items, hasMore, fetchingMore, pending } = result;
  if (pending) return 'Searching …';
  if (live && hasMore)
    return `Live shows the newest ${PAGE_SIZE} ${noun}, asked for every second. Switch Live off to scroll to older ones.`;
  if (fetchingMore) return `${formatCount(items.length)} shown, loading more …`;
  if (hasMore) return `${formatCount(items.length)} shown, more below.`;
  return items.length > 0 ? `${formatCount(items.length)} shown, that is all.` : '';
}

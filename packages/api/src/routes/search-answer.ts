import type { Page, SearchResponse, Total } from '@calliope/model';
import type { PlannedSearch } from '../search-request.ts';

/** Asks for a page and, for the first one unless told not to, for the total beside it. */
export async function answerSearch<T>(
  planned: PlannedSearch,
  wantsTotal: boolean,
  search: () => Promise<Page<T>>,
  count: () => Promise<Total>,
): Promise<SearchResponse<T>> {
  const { request, hasRange, wrapCursor } = planned;
  const startMs = performance.now();
  const counting = wantsTotal && request.cursor === undefined;
  const [page, total] = hasRange
    ? await Promise.all([search(), counting ? count() : undefined])
    : [{ items: [] as T[] } satisfies Page<T>, counting ? { count: 0, exact: true } : undefined];
  return {
    items: page.items,
    ...('cursor' in page && page.cursor !== undefined ? { cursor: wrapCursor(page.cursor) } : {}),
    ...(total ? { total } : {}),
    fromUs: request.fromUs,
    toUs: request.toUs,
    elapsedMs: Math.round((performance.now() - startMs) * 10) / 10,
  };
}

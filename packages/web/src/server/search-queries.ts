import type {
  CallRecord,
  FacetsResponse,
  HistogramResponse,
  MessageSummary,
  SearchResponse,
  Total,
} from '@calliope/model';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type SearchOf, type SearchView, searchParameters } from '../view/search-view.ts';
import { type SearchedRange, searchedRange } from '../view/searched-range.ts';
import { isoText } from '../view/zone-time.ts';
import type { ApiFailure } from './api-failure.ts';
import { requestJson } from './request-json.ts';

export const PAGE_SIZE = 200;
const LIVE_PERIOD_MS = 1000;

export interface SearchResult<T> {
  items: T[];
  total: Total | undefined;
  /** What was really searched; undefined before the first answer. */
  range: SearchedRange | undefined;
  elapsedMs: number | undefined;
  failure: ApiFailure | null;
  /** No answer yet for this search. */
  pending: boolean;
  /** The items are those of the search before, while this one is under way. */
  stale: boolean;
  /** Older answers are shown while a new one is on its way. */
  fetching: boolean;
  hasMore: boolean;
  fetchingMore: boolean;
  fetchMore: () => void;
  refetch: () => void;
}

type SearchKey = Pick<SearchView, 'query' | 'from' | 'to' | 'zone' | 'ascending'>;

/** The cursor remembers the clock of the first page, so `now-1h` does not move between pages. */
function pagePath(of: SearchOf, key: SearchKey, cursor: string): string {
  const params = searchParameters(key);
  params.set('limit', String(PAGE_SIZE));
  params.set('order', key.ascending ? 'asc' : 'desc');
  if (cursor !== '') params.set('cursor', cursor);
  return `${of}?${params}`;
}

/**
 * The rows of a search, page by page. While live, the newest page alone is asked for every second: going on from a list that
 * moves under the reader would skip or repeat rows.
 */
export function useSearch<T extends CallRecord | MessageSummary>(
  of: T extends CallRecord ? 'calls' : 'messages',
  view: SearchView,
  enabled: boolean,
): SearchResult<T> {
  const { query, from, to, zone, ascending, live } = view;
  const key: SearchKey = { query, from, to, zone, ascending };
  const found = useInfiniteQuery({
    queryKey: ['search', of, live, key],
    queryFn: ({ pageParam, signal }) =>
      requestJson<SearchResponse<T>>(pagePath(of as SearchOf, key, pageParam), { signal }),
    initialPageParam: '',
    getNextPageParam: (last) => (live ? undefined : last.cursor),
    placeholderData: keepPreviousData,
    refetchInterval: live ? LIVE_PERIOD_MS : false,
    enabled,
    gcTime: 60_000,
  });
  const pages = found.data?.pages;
  const items = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  const first = pages?.[0];
  const range = useMemo(() => first && searchedRange(first, found.dataUpdatedAt * 1000), [first, found.dataUpdatedAt]);
  return {
    items,
    total: first?.total,
    range,
    elapsedMs: first?.elapsedMs,
    failure: found.error as ApiFailure | null,
    pending: found.isPending,
    stale: found.isPlaceholderData,
    fetching: found.isFetching && !found.isFetchingNextPage,
    hasMore: live ? first?.cursor !== undefined : found.hasNextPage,
    fetchingMore: found.isFetchingNextPage,
    fetchMore: () => void found.fetchNextPage(),
    refetch: () => void found.refetch(),
  };
}

interface RangedOptions {
  /** Between two questions while live; the range is asked for in steps of as much, so that answers can be kept. */
  livePeriodMs: number;
  extra: Record<string, string>;
}

/** The range is the one that the list was answered for, so that the bars and the total speak of the same messages. */
function useRanged<T>(name: string, view: SearchView, range: SearchedRange | undefined, options: RangedOptions) {
  const params = searchParameters(view);
  if (range) {
    const stepUs = view.live ? options.livePeriodMs * 1000 : 1;
    params.set('from', isoText(Math.floor(range.fromUs / stepUs) * stepUs));
    if (!range.openEnd) params.set('to', isoText(range.toUs));
  }
  for (const [parameter, value] of Object.entries(options.extra)) params.set(parameter, value);
  return useQuery({
    queryKey: [name, params.toString()],
    queryFn: ({ signal }) => requestJson<T>(`${name}?${params}`, { signal }),
    enabled: range !== undefined,
    placeholderData: keepPreviousData,
    refetchInterval: view.live ? options.livePeriodMs : false,
    gcTime: 30_000,
  });
}

export function useHistogram(of: SearchOf, view: SearchView, range: SearchedRange | undefined) {
  return useRanged<HistogramResponse>('histogram', view, range, { livePeriodMs: LIVE_PERIOD_MS, extra: { of } });
}

export function useFacets(of: SearchOf, view: SearchView, range: SearchedRange | undefined, fields: readonly string[]) {
  return useRanged<FacetsResponse>('facets', view, view.facets ? range : undefined, {
    livePeriodMs: 10 * LIVE_PERIOD_MS,
    extra: { of, fields: fields.join(',') },
  });
}

import type { CallMessage, CallRecord, CallResponse, HealthReport, MessageResponse } from '@calliope/model';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ApiFailure } from './api-failure.ts';
import { requestJson } from './request-json.ts';

export interface LoadedCall {
  call: CallResponse['call'];
  /** The records of all calls that were asked for. */
  calls: CallRecord[];
  messages: CallMessage[];
  pending: boolean;
  failure: ApiFailure | null;
  hasMore: boolean;
  fetchingMore: boolean;
  fetchMore: () => void;
  refetch: () => void;
}

/** The messages of one or several Call-IDs, oldest first. */
export function useCall(callIds: readonly string[]): LoadedCall {
  const found = useInfiniteQuery({
    queryKey: ['call', callIds],
    queryFn: ({ pageParam, signal }) => {
      const params = new URLSearchParams();
      for (const callId of callIds) params.append('call_id', callId);
      if (pageParam !== '') params.set('cursor', pageParam);
      return requestJson<CallResponse>(`call?${params}`, { signal });
    },
    initialPageParam: '',
    getNextPageParam: (last) => last.cursor,
    enabled: callIds.length > 0,
  });
  const pages = found.data?.pages;
  const first = pages?.[0];
  const messages = useMemo(() => pages?.flatMap((page) => page.messages) ?? [], [pages]);
  return {
    call: first?.call ?? null,
    calls: first?.calls ?? (first?.call ? [first.call] : []),
    messages,
    pending: found.isPending,
    failure: found.error as ApiFailure | null,
    hasMore: found.hasNextPage,
    fetchingMore: found.isFetchingNextPage,
    fetchMore: () => void found.fetchNextPage(),
    refetch: () => void found.refetch(),
  };
}

/** One message, whole. A stored message never changes. */
export function useMessage(id: string) {
  return useQuery({
    queryKey: ['message', id],
    queryFn: ({ signal }) => requestJson<MessageResponse>(`messages/${encodeURIComponent(id)}`, { signal }),
    enabled: id !== '',
    staleTime: Number.POSITIVE_INFINITY,
  });
}

const HEALTH_PERIOD_MS = 5000;

export function useHealth() {
  return useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => requestJson<HealthReport>('health', { signal }),
    refetchInterval: HEALTH_PERIOD_MS,
    retry: false,
  });
}

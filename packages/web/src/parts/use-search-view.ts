import { useCallback, useMemo } from 'react';
import { useLocation, useSearch as useSearchPart } from 'wouter';
import { readSearchView, type SearchView, writeSearchView } from '../view/search-view.ts';

export type ChangeSearchView = (change: Partial<SearchView>, options?: { replace?: boolean }) => void;

/** The view of a search page, which lives in the URL; a change is a step in the browser's history unless it replaces. */
export function useSearchView(): [SearchView, ChangeSearchView] {
  const search = useSearchPart();
  const [path, navigate] = useLocation();
  const view = useMemo(() => readSearchView(search), [search]);
  const change = useCallback<ChangeSearchView>(
    (changes, options) => {
      // Read afresh: two changes may come before the next drawing.
      const next = writeSearchView({ ...readSearchView(window.location.search), ...changes });
      navigate(next === '' ? path : `${path}?${next}`, { replace: options?.replace ?? false });
    },
    [path, navigate],
  );
  return [view, change];
}

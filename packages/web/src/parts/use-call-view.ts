import { useCallback, useMemo } from 'react';
import { useLocation, useSearch as useSearchPart } from 'wouter';
import { type CallView, readCallView, writeCallView } from '../view/call-view.ts';

export type ChangeCallView = (change: Partial<CallView>, options?: { replace?: boolean }) => void;

/** The view of a call's page, which lives in the URL. */
export function useCallView(): [CallView, ChangeCallView] {
  const search = useSearchPart();
  const [, navigate] = useLocation();
  const view = useMemo(() => readCallView(search), [search]);
  const change = useCallback<ChangeCallView>(
    (changes, options) => {
      const next = writeCallView({ ...readCallView(window.location.search), ...changes });
      navigate(`/call?${next}`, { replace: options?.replace ?? false });
    },
    [navigate],
  );
  return [view, change];
}

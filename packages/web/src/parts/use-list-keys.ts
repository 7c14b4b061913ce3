import { useEffect, useState } from 'react';
import type { SearchView } from '../view/search-view.ts';
import { useHotkeys } from './use-hotkeys.ts';
import type { ChangeSearchView } from './use-search-view.ts';

export interface ListKeysOptions<T> {
  items: readonly T[];
  view: SearchView;
  change: ChangeSearchView;
  onOpen: (item: T) => void;
  onChoose?: (item: T) => void;
  /** Called with the row that the keys moved to. */
  onMove?: (item: T) => void;
  onClose: () => void;
  onExport: () => void;
  onHelp: () => void;
  onRefetch: () => void;
}

/** The keys of both lists, and the row that they are at (-1 for none). */
export function useListKeys<T>(options: ListKeysOptions<T>): [cursor: number, setCursor: (index: number) => void] {
  const { items, view, change } = options;
  const [cursor, setCursor] = useState(-1);
  useEffect(() => {
    if (cursor >= items.length) setCursor(items.length - 1);
  }, [cursor, items.length]);
  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(items.length - 1, index));
    const item = items[next];
    if (item === undefined) return;
    // The focus leaves a button that was clicked before, or Enter would press it again instead of opening the row.
    document.querySelector<HTMLElement>('[role="grid"]')?.focus({ preventScroll: true });
    setCursor(next);
    options.onMove?.(item);
  };
  const withCurrent = (act: ((item: T) => void) | undefined) => () => {
    const item = items[cursor];
    if (item === undefined || !act) return false;
    act(item);
    return true;
  };
  const focusSearch = () => document.querySelector<HTMLInputElement>('[data-testid="search-input"]')?.select();
  const close = () => {
    options.onClose();
    setCursor(-1);
  };
  useHotkeys([
    ['j ArrowDown', () => moveTo(cursor + 1)],
    ['k ArrowUp', () => moveTo(cursor - 1)],
    ['PageDown', () => moveTo(cursor + 20)],
    ['PageUp', () => moveTo(cursor - 20)],
    ['g', () => moveTo(0)],
    ['G', () => moveTo(items.length - 1)],
    ['Enter', withCurrent(options.onOpen)],
    ['Space', withCurrent(options.onChoose)],
    ['/', focusSearch],
    ['e', options.onExport],
    ['r', options.onRefetch],
    ['l', () => change({ live: !view.live, ...(view.live ? {} : { to: '' }) })],
    ['f', () => change({ form: view.form === '' ? 'simple' : '' }, { replace: true })],
    ['x Escape', close],
    ['?', options.onHelp],
  ]);
  return [cursor, setCursor];
}

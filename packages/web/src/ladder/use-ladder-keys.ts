import type { Ladder } from '@calliope/calls';
import { useEffect, useState } from 'react';
import type { ChangeCallView } from '../parts/use-call-view.ts';
import { useHotkeys } from '../parts/use-hotkeys.ts';
import { CALL_TABS, type CallView, COLOUR_MODES, TIME_MODES } from '../view/call-view.ts';

export interface LadderKeysOptions {
  ladder: Ladder;
  view: CallView;
  change: ChangeCallView;
  openIndex: number;
  show: (index: number) => void;
  mark: (index: number) => void;
  onHelp: () => void;
}

function following<T>(values: readonly T[], value: T): T {
  return values[(values.indexOf(value) + 1) % values.length]!;
}

/**
 * The keys of a call's page, and the row that they are at. It begins at the message that the URL names, else at the first failure,
 * else at the first message. `setCursor(index, true)` also shows that message beside the ladder.
 */
export function useLadderKeys(
  options: LadderKeysOptions,
): [cursor: number, setCursor: (index: number, show: boolean) => void] {
  const { ladder, view, change, openIndex } = options;
  const [cursor, setCursorIndex] = useState(-1);
  const ready = ladder.rows.length > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the rows are there; later the keys decide
  useEffect(() => {
    if (ready && cursor < 0) setCursorIndex(openIndex >= 0 ? openIndex : (ladder.firstFailureRow ?? 0));
  }, [ready]);
  const setCursor = (index: number, show: boolean) => {
    const next = Math.max(0, Math.min(ladder.rows.length - 1, index));
    setCursorIndex(next);
    if (show) options.show(next);
  };
  const move = (index: number) => {
    // The focus leaves a button that was clicked before, or Enter would press it again instead of opening the row.
    document.querySelector<HTMLElement>('[role="listbox"]')?.focus({ preventScroll: true });
    setCursor(index, view.messageId !== '');
  };
  const close = () => {
    if (view.marked.length > 0) change({ marked: [] }, { replace: true });
    else if (view.messageId !== '') change({ messageId: '' }, { replace: true });
    else window.history.back();
  };
  useHotkeys([
    ['j ArrowDown', () => move(cursor + 1)],
    ['k ArrowUp', () => move(cursor - 1)],
    ['PageDown', () => move(cursor + 15)],
    ['PageUp', () => move(cursor - 15)],
    ['g', () => move(0)],
    ['G', () => move(ladder.rows.length - 1)],
    ['Enter', () => options.show(cursor)],
    ['Space', () => options.mark(cursor)],
    ['t', () => change({ timeMode: following(TIME_MODES, view.timeMode) }, { replace: true })],
    ['c', () => change({ colourMode: following(COLOUR_MODES, view.colourMode) }, { replace: true })],
    ['s', () => change({ folded: !view.folded }, { replace: true })],
    ['p', () => change({ byPort: !view.byPort, laneOrder: [], hiddenLanes: [] }, { replace: true })],
    ['e', () => change({ tab: 'export' }, { replace: true })],
    ['1', () => change({ tab: CALL_TABS[0] }, { replace: true })],
    ['2', () => change({ tab: CALL_TABS[1] }, { replace: true })],
    ['3', () => change({ tab: CALL_TABS[2] }, { replace: true })],
    ['Escape', close],
    ['?', options.onHelp],
  ]);
  return [cursor, setCursor];
}

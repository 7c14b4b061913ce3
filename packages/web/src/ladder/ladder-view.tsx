import type { Ladder } from '@calliope/calls';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ColourMode, TimeMode } from '../view/call-view.ts';
import { ladderColours } from '../view/ladder-colours.ts';
import { idsOfRow, LADDER_ROW_PX, laneLayout, timeTexts } from '../view/ladder-layout.ts';
import { LadderRowView } from './ladder-row.tsx';
import { LaneHeads } from './lane-heads.tsx';

/* ┌ time ──────────┬ Δ ───────┬ lane 0 ─────────┬ lane 1 ────────┬ … ┐  heads stick to the top,
   │ 13:02:10.118000│          │    │── INVITE ──────▶│             │   │  the lanes' lines are drawn once,
   │ 13:02:10.119000│     1 ms │    │◀─ 100 Trying ───│             │   │  rows exist only while they are visible */
const TIMES_PX = 284;

export interface LadderViewProps {
  ladder: Ladder;
  zone: string;
  timeMode: TimeMode;
  colourMode: ColourMode;
  cursor: number;
  openIndex: number;
  marked: readonly string[];
  onPick: (index: number, event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }) => void;
  onOrder: (keys: string[]) => void;
  onHide: (key: string) => void;
}

const TIME_HEADS: Record<TimeMode, [string, string]> = {
  absolute: ['Time', 'Δ'],
  previous: ['Δ previous', 'Time'],
  first: ['Δ first', 'Time'],
  mark: ['Δ mark', 'Time'],
};

/** The call flow. Arrows and rows come from `@calliope/calls`; here they are only drawn. */
export function LadderView(props: LadderViewProps) {
  const { ladder, zone, timeMode, colourMode, cursor, marked } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(900);
  const [pointed, setPointed] = useState('');
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const layout = useMemo(() => laneLayout(ladder.lanes.length, width - TIMES_PX - 4), [ladder.lanes.length, width]);
  const callIds = useMemo(() => ladder.legs.map((leg) => leg.callId), [ladder.legs]);
  const { colourOf, legend } = useMemo(
    () => ladderColours(ladder.rows, colourMode, callIds),
    [ladder.rows, colourMode, callIds],
  );
  const virtual = useVirtualizer({
    count: ladder.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LADDER_ROW_PX,
    overscan: 12,
    scrollPaddingStart: 50,
    scrollPaddingEnd: 20,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a moved cursor scrolls
  useEffect(() => {
    if (cursor >= 0) virtual.scrollToIndex(cursor, { align: 'auto' });
  }, [cursor]);
  const pick = useRef(props.onPick);
  pick.current = props.onPick;
  const onPick = useCallback<LadderViewProps['onPick']>((index, event) => pick.current(index, event), []);
  const heads = TIME_HEADS[timeMode];
  return (
    <div className="ladder">
      {legend.length > 0 && (
        <div className="ladder-legend">
          {legend.map((one) => (
            <span key={one.label} className="inline">
              <i style={{ background: one.colour }} />
              <span className="clip mono">{one.label}</span>
            </span>
          ))}
        </div>
      )}
      <div
        className="ladder-scroll"
        ref={scroller}
        tabIndex={0}
        role="listbox"
        aria-label="Messages of the call, in order"
        aria-activedescendant={`ladder-${cursor}`}
        onPointerLeave={() => setPointed('')}
      >
        <div className="ladder-head" style={{ width: Math.max(width, TIMES_PX + layout.width) }}>
          <span className="ladder-time">{heads[0]}</span>
          <span className="ladder-delta">{heads[1]}</span>
          <LaneHeads lanes={ladder.lanes} layout={layout} onOrder={props.onOrder} onHide={props.onHide} />
        </div>
        <div
          className="ladder-body"
          style={{ height: virtual.getTotalSize() + 16, width: Math.max(width, TIMES_PX + layout.width) }}
        >
          {ladder.lanes.map((lane, index) => (
            <i key={lane.key} className="lane-line" style={{ left: TIMES_PX + layout.xOf(index) }} />
          ))}
          {virtual.getVirtualItems().map((item) => {
            const row = ladder.rows[item.index]!;
            const mark = marked.findIndex((id) => idsOfRow(row).includes(id)) + 1;
            return (
              <LadderRowView
                key={row.id}
                row={row}
                index={item.index}
                top={item.start}
                layout={layout}
                colour={colourOf(row)}
                times={timeTexts(row, timeMode, zone)}
                legTag={ladder.legs.length > 1 ? String(row.leg + 1) : ''}
                at={item.index === cursor}
                open={item.index === props.openIndex}
                marked={mark}
                lit={pointed !== '' && row.kind !== 'note' && row.transaction === pointed}
                onPoint={setPointed}
                onPick={onPick}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

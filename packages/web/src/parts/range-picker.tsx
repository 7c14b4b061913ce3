import { parseTime } from '@calliope/query';
import { type FormEvent, useEffect, useState } from 'react';
import type { SearchedRange } from '../view/searched-range.ts';
import { rangeLabel, TIME_PRESETS } from '../view/time-presets.ts';
import { isoText, localText } from '../view/zone-time.ts';
import { Icon } from './icon.tsx';
import { Popover } from './popover.tsx';

export interface RangePickerProps {
  from: string;
  to: string;
  zone: string;
  /** What the last answer was for: absolute fields begin with it. */
  range: SearchedRange | undefined;
  onRange: (from: string, to: string) => void;
}

/** What was typed, as an absolute moment or kept relative; or why it is no time. */
function readTime(text: string, zone: string): { text: string } | { error: string } {
  const trimmed = text.trim();
  if (trimmed === '' || /^now\b/.test(trimmed)) {
    if (trimmed === '' || trimmed === 'now') return { text: '' };
  }
  const parsed = parseTime(trimmed, { nowUs: Date.now() * 1000, timeZone: zone });
  if ('error' in parsed) return parsed;
  return { text: /^now/.test(trimmed) ? trimmed : isoText(parsed.us) };
}

/** The same length of time, moved by a part of itself (−1 the one before, +1 the one after) or widened. */
function shifted(range: { fromUs: number; toUs: number }, parts: number, factor: number): [string, string] {
  const length = range.toUs - range.fromUs;
  const middle = (range.fromUs + range.toUs) / 2 + parts * length;
  const half = Math.max(1, (length * factor) / 2);
  return [isoText(Math.max(0, Math.round(middle - half))), isoText(Math.round(middle + half))];
}

/** Presets, or both ends to the microsecond in the shown zone. */
export function RangePicker({ from, to, zone, range, onRange }: RangePickerProps) {
  const [open, setOpen] = useState(false);
  const [start, setStart] = useState('');
  const [end, setEnd] = useState('');
  const [trouble, setTrouble] = useState('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed must not be overwritten by a later answer
  useEffect(() => {
    if (!open) return;
    setStart(range ? localText(range.fromUs, zone) : from);
    setEnd(to === '' ? 'now' : range ? localText(range.toUs, zone) : to);
    setTrouble('');
  }, [open]);
  const apply = (event: FormEvent) => {
    event.preventDefault();
    const first = readTime(start, zone);
    const last = readTime(end, zone);
    if ('error' in first) return setTrouble(`From: ${first.error}`);
    if ('error' in last) return setTrouble(`To: ${last.error}`);
    if (first.text === '') return setTrouble('From: a start is needed.');
    setOpen(false);
    onRange(first.text, last.text);
  };
  const step = (parts: number, factor: number) => {
    if (range) onRange(...shifted(range, parts, factor));
  };
  return (
    <span className="inline range">
      <button
        type="button"
        className="button quiet small"
        title="Earlier by this length"
        aria-label="Earlier"
        disabled={!range}
        onClick={() => step(-1, 1)}
      >
        <Icon name="previous" size={12} />
      </button>
      <Popover
        open={open}
        onOpen={setOpen}
        label="Time range"
        button={
          <>
            {rangeLabel(from, to)} <Icon name="down" size={11} />
          </>
        }
      >
        <div className="range-panel">
          <div>
            {TIME_PRESETS.map((preset) => (
              <button
                type="button"
                key={preset.from}
                className="menu-item"
                aria-selected={preset.from === from && to === ''}
                role="option"
                onClick={() => {
                  setOpen(false);
                  onRange(preset.from, '');
                }}
              >
                {preset.label}
              </button>
            ))}
          </div>
          <form className="stack" onSubmit={apply}>
            <label>
              <span className="label">From ({zone})</span>
              <input
                className="field mono"
                value={start}
                spellCheck={false}
                onChange={(event) => setStart(event.target.value)}
              />
            </label>
            <label>
              <span className="label">To, not included ({zone})</span>
              <input
                className="field mono"
                value={end}
                spellCheck={false}
                onChange={(event) => setEnd(event.target.value)}
              />
            </label>
            {trouble && (
              <p role="alert" className="alarm">
                {trouble}
              </p>
            )}
            <div className="inline">
              <button type="submit" className="button primary">
                Apply
              </button>
              <button type="button" className="button" disabled={!range} onClick={() => step(0, 2)}>
                Widen ×2
              </button>
            </div>
            <p className="muted">
              2026-11-22 13:02:10.118000, 13:02, yesterday 18:00, now-2h, epoch seconds, or with an offset. Six digits
              of a second count.
            </p>
          </form>
        </div>
      </Popover>
      <button
        type="button"
        className="button quiet small"
        title="Later by this length"
        aria-label="Later"
        disabled={!range}
        onClick={() => step(1, 1)}
      >
        <Icon name="next" size={12} />
      </button>
    </span>
  );
}

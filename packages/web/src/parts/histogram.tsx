import type { HistogramResponse } from '@calliope/model';
import { useEffect, useMemo, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatCount } from '../view/format-figures.ts';
import { type HistogramBars, histogramBars } from '../view/histogram-bars.ts';
import { messageGroupColour, OUTCOME_STYLES } from '../view/outcome-style.ts';
import type { SearchOf } from '../view/search-view.ts';
import { zonedParts } from '../view/zone-time.ts';
import { usePreferences } from './use-preferences.ts';

const HEIGHT_PX = 84;

export interface HistogramProps {
  of: SearchOf;
  answer: HistogramResponse;
  zone: string;
  onZoom: (fromUs: number, toUs: number) => void;
}

/** Name of a colour and how much of it: methods are all requests, told apart by their depth. */
function groupColour(of: SearchOf, groups: readonly string[], index: number): [name: string, percent: number] {
  const group = groups[index]!;
  if (of === 'calls') return [OUTCOME_STYLES[group as keyof typeof OUTCOME_STYLES]?.colour ?? '--muted-2', 100];
  const name = messageGroupColour(group);
  return [name, name === '--request' ? Math.max(30, 100 - 14 * index) : 100];
}

function legendColour([name, percent]: [string, number]): string {
  return `color-mix(in oklab, var(${name}) ${percent}%, var(--surface))`;
}

function groupLabel(of: SearchOf, group: string): string {
  return of === 'calls' ? (OUTCOME_STYLES[group as keyof typeof OUTCOME_STYLES]?.label ?? group) : group;
}

function chartOptions(
  props: HistogramProps,
  bars: HistogramBars,
  width: number,
  show: (text: string) => void,
): UPlot.Options {
  const styles = getComputedStyle(document.documentElement);
  const colourOf = (name: string) => styles.getPropertyValue(name).trim();
  const surface = colourOf('--surface');
  const bucketSeconds = props.answer.bucketUs / 1_000_000;
  const spanSeconds = (props.answer.toUs - props.answer.fromUs) / 1_000_000;
  const tick = (seconds: number) => {
    const { date, time } = zonedParts(Math.round(seconds * 1_000_000), props.zone);
    if (spanSeconds > 5 * 86_400) return date.slice(5);
    if (spanSeconds > 86_400) return `${date.slice(5)} ${time.slice(0, 5)}`;
    return spanSeconds > 600 ? time.slice(0, 5) : time;
  };
  // Bars of cumulated counts, the tallest drawn first and covered by the next.
  const drawn = bars.groups.map((_, index) => bars.groups.length - 1 - index);
  return {
    width,
    height: HEIGHT_PX,
    padding: [6, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false, dist: 4 } },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: false, range: [props.answer.fromUs / 1_000_000, props.answer.toUs / 1_000_000] },
      y: { range: (_, __, max) => [0, Math.max(1, max * 1.06)] },
    },
    axes: [
      {
        stroke: colourOf('--muted'),
        font: `11px ${colourOf('--mono')}`,
        size: 20,
        gap: 4,
        space: spanSeconds > 86_400 && spanSeconds <= 5 * 86_400 ? 100 : 74,
        grid: { show: false },
        ticks: { show: true, size: 4, width: 1, stroke: colourOf('--line-strong') },
        incrs: [
          1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800,
          604_800, 2_592_000,
        ],
        values: (_, splits) => splits.map(tick),
      },
      {
        stroke: colourOf('--muted'),
        font: `11px ${colourOf('--mono')}`,
        size: 46,
        gap: 4,
        space: 26,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7],
        grid: { stroke: colourOf('--line'), width: 1 },
        ticks: { show: false },
        values: (_, splits) => splits.map((value) => (value >= 10_000 ? `${value / 1000}k` : String(value))),
      },
    ],
    series: [
      {},
      ...drawn.map((index): UPlot.Series => {
        const [name, percent] = groupColour(props.of, bars.groups, index);
        const colour = `color-mix(in oklab, ${colourOf(name)} ${percent * 0.78}%, ${surface})`;
        return {
          fill: colour,
          stroke: colour,
          width: 0,
          points: { show: false },
          paths: UPlot.paths.bars!({ size: [0.86, 40], align: 0, gap: 0 }),
        };
      }),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const at = plot.cursor.idx;
          if (at === null || at === undefined) return show('');
          const middle = bars.xSeconds[at]!;
          const start = zonedParts(Math.round((middle - bucketSeconds / 2) * 1_000_000), props.zone);
          const parts = bars.groups.flatMap((group, index) => {
            const count = bars.counts[index]![at]!;
            return count > 0 ? [`${groupLabel(props.of, group)} ${formatCount(count)}`] : [];
          });
          show(`${start.date.slice(5)} ${start.time}  ${parts.length > 0 ? parts.join(' · ') : 'none'}`);
        },
      ],
      setSelect: [
        (plot) => {
          if (plot.select.width < 3) return;
          const from = plot.posToVal(plot.select.left, 'x');
          const to = plot.posToVal(plot.select.left + plot.select.width, 'x');
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          props.onZoom(Math.round(from * 1_000_000), Math.round(to * 1_000_000));
        },
      ],
    },
  };
}

/** Counts over time, stacked by outcome or by message group; dragging over it searches that time. */
export function Histogram(props: HistogramProps) {
  const host = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLDivElement>(null);
  const [{ theme }] = usePreferences();
  const bars = useMemo(() => histogramBars(props.answer), [props.answer]);
  const latest = useRef(props);
  latest.current = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that the chart reads from the document
  useEffect(() => {
    const element = host.current;
    if (!element || !bars) return;
    const show = (text: string) => {
      if (readout.current) readout.current.textContent = text;
    };
    const current: HistogramProps = { ...latest.current, onZoom: (from, to) => latest.current.onZoom(from, to) };
    const data: UPlot.AlignedData = [bars.xSeconds, ...[...bars.tops].reverse()];
    let plot = new UPlot(chartOptions(current, bars, element.clientWidth, show), data, element);
    const draw = () => {
      plot.destroy();
      plot = new UPlot(chartOptions(current, bars, element.clientWidth, show), data, element);
    };
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    resize.observe(element);
    // The theme of the document may follow the system's.
    const themes = new MutationObserver(draw);
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => {
      resize.disconnect();
      themes.disconnect();
      plot.destroy();
    };
  }, [bars, props.zone, props.of, theme]);
  const total = bars ? bars.counts.reduce((sum, own) => sum + own.reduce((a, b) => a + b, 0), 0) : 0;
  return (
    <div className="histogram">
      <div className="histogram-legend">
        {bars?.groups.map((group, index) => (
          <span key={group} className="inline">
            <i style={{ background: legendColour(groupColour(props.of, bars.groups, index)) }} />
            {groupLabel(props.of, group)}{' '}
            <b className="mono">{formatCount(bars.counts[index]!.reduce((a, b) => a + b, 0))}</b>
          </span>
        ))}
        <span className="spacer" />
        <span ref={readout} className="mono" aria-hidden="true" />
      </div>
      <div
        ref={host}
        role="img"
        aria-label={`Histogram of ${formatCount(total)} ${props.of} over time; drag to zoom`}
        style={{ height: HEIGHT_PX }}
      />
    </div>
  );
}

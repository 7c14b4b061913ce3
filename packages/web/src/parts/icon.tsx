import type { Outcome } from '@calliope/model';
import { OUTCOME_STYLES } from '../view/outcome-style.ts';

const PATHS = {
  search: 'M7 2.5a4.5 4.5 0 1 0 .01 0M10.5 10.5 14 14',
  sun: 'M8 5.2a2.8 2.8 0 1 0 .01 0M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z',
  screen: 'M2 3h12v8H2zM6 14h4M8 11v3',
  user: 'M8 2.5a2.7 2.7 0 1 0 .01 0M2.5 14c.5-3 2.7-4.5 5.5-4.5s5 1.5 5.5 4.5',
  down: 'M4 6l4 4 4-4',
  export: 'M8 2v8M4.5 6.5 8 10l3.5-3.5M2.5 13.5h11',
  close: 'M4 4l8 8M12 4l-8 8',
  previous: 'M10 3 5 8l5 5',
  next: 'M6 3l5 5-5 5',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  help: 'M5.5 5.8A2.5 2.5 0 1 1 9 8c-.7.4-1 .8-1 1.7M8 12.5h.01',
  form: 'M2.5 4h11M2.5 8h7M2.5 12h9',
  link: 'M7 9a2.5 2.5 0 0 0 3.5 0l2.5-2.5A2.5 2.5 0 0 0 9.5 3L8.5 4M9 7a2.5 2.5 0 0 0-3.5 0L3 9.5A2.5 2.5 0 0 0 6.5 13l1-1',
  side: 'M2.5 3h11v10h-11zM6 3v10',
} as const;

export type IconName = keyof typeof PATHS;

/** A 16 × 16 line drawing; never alone in carrying a meaning. */
export function Icon({ name, size = 15 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** How a call ended: drawing, word, and the code where there is one. */
export function OutcomeTag({ outcome, code }: { outcome: Outcome; code: number }) {
  const style = OUTCOME_STYLES[outcome];
  return (
    <span className="outcome" style={{ color: `var(${style.colour})` }}>
      <svg
        width="12"
        height="12"
        viewBox="0 0 12 12"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        <path d={style.path} />
      </svg>
      <span className="clip">{style.label}</span>
      {code > 0 && outcome !== 'answered' && <b className="mono">{code}</b>}
    </span>
  );
}

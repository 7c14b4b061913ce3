import type { Outcome } from '@calliope/model';

export interface OutcomeStyle {
  label: string;
  /** Name of the custom property with its colour. */
  colour: string;
  /** Path of a 12 × 12 drawing, stroked: the outcome is never told by colour alone. */
  path: string;
}

export const OUTCOME_STYLES: Record<Outcome, OutcomeStyle> = {
  answered: { label: 'answered', colour: '--ok', path: 'M2 6.5 5 9.5 10.5 3' },
  failed: { label: 'failed', colour: '--bad', path: 'M3 3l6 6M9 3l-6 6' },
  rejected: { label: 'rejected', colour: '--warn', path: 'M2.5 6h7M6 1.5a4.5 4.5 0 1 0 .01 0' },
  busy: { label: 'busy', colour: '--busy', path: 'M3 3.5h6M3 6h6M3 8.5h6' },
  no_answer: { label: 'no answer', colour: '--noanswer', path: 'M6 1.5a4.5 4.5 0 1 0 .01 0M6 3.5V6l2 1.5' },
  cancelled: { label: 'cancelled', colour: '--muted-2', path: 'M5 2 2 5l3 3M2 5h5a3 3 0 0 1 0 5H5' },
  redirected: { label: 'redirected', colour: '--redirect', path: 'M7 2l3 3-3 3M10 5H5a3 3 0 0 0 0 6h1' },
  challenged: { label: 'challenged', colour: '--challenge', path: 'M3 5.5h6v5H3zM4.3 5.5V4a1.7 1.7 0 0 1 3.4 0v1.5' },
  ringing: { label: 'ringing', colour: '--progress', path: 'M2 9h8L9 7.5V5a3 3 0 0 0-6 0v2.5zM5 10.8h2' },
  trying: { label: 'trying', colour: '--progress', path: 'M2.5 6h.01M6 6h.01M9.5 6h.01' },
  unknown: { label: 'unknown', colour: '--muted-2', path: 'M4 4.3A2 2 0 1 1 6.7 6c-.5.3-.7.6-.7 1.2M6 9.5h.01' },
};

/** Order in which outcomes are stacked in the histogram and listed: the good at the bottom, trouble on top. */
export const OUTCOME_ORDER: readonly Outcome[] = [
  'answered',
  'ringing',
  'trying',
  'redirected',
  'cancelled',
  'no_answer',
  'busy',
  'challenged',
  'unknown',
  'rejected',
  'failed',
];

/** Custom property for a method (requests) or a response class. */
export function messageColour(responseCode: number): string {
  if (responseCode === 0) return '--request';
  const responseClass = Math.floor(responseCode / 100);
  if (responseClass === 1) return '--progress';
  if (responseClass === 2) return '--ok';
  if (responseClass === 3) return '--redirect';
  if (responseClass === 4) return '--warn';
  return '--bad';
}

/** The groups of a messages histogram (methods, and response classes such as "4xx"). */
export function messageGroupColour(group: string): string {
  const match = /^([1-6])xx$/.exec(group);
  return match ? messageColour(Number(match[1]) * 100) : '--request';
}

import type { LadderRow } from '@calliope/calls';
import { legColours } from './call-colours.ts';
import type { ColourMode } from './call-view.ts';
import { messageColour } from './outcome-style.ts';

/** A colour by number: hues a golden angle apart, so that neighbours differ most. The theme gives lightness and chroma. */
export function hueColour(index: number): string {
  const hue = (255 + index * 137.508) % 360;
  return `oklch(var(--hue-lightness) var(--hue-chroma) ${hue.toFixed(1)})`;
}

/** Numbers for texts in the order of their first appearance. */
export function numbered(texts: readonly string[]): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const text of texts) if (!numbers.has(text)) numbers.set(text, numbers.size);
  return numbers;
}

export interface ColourKey {
  colour: string;
  label: string;
}

/** The colour of each row by a mode, with the legend that says what the colours mean. Class needs no legend: the labels say it. */
export function ladderColours(
  rows: readonly LadderRow[],
  mode: ColourMode,
  callIds: readonly string[],
): { colourOf: (row: LadderRow) => string; legend: ColourKey[] } {
  if (mode === 'leg') {
    const colours = legColours(callIds);
    return {
      colourOf: (row) => colours[row.leg] ?? 'var(--muted)',
      legend: callIds.map((callId, index) => ({ colour: colours[index]!, label: `${index + 1}  ${callId}` })),
    };
  }
  if (mode === 'transaction') {
    const numbers = numbered(rows.flatMap((row) => (row.kind === 'note' ? [] : [row.transaction])));
    return {
      colourOf: (row) => (row.kind === 'note' ? 'var(--muted)' : hueColour(numbers.get(row.transaction) ?? 0)),
      legend: [],
    };
  }
  if (mode === 'node') {
    const nodes = numbered(rows.flatMap((row) => (row.kind === 'message' ? [row.observations[0]?.node ?? ''] : [])));
    return {
      colourOf: (row) =>
        row.kind === 'message' ? hueColour(nodes.get(row.observations[0]?.node ?? '') ?? 0) : 'var(--muted)',
      legend: [...nodes].map(([label, index]) => ({ colour: hueColour(index), label })),
    };
  }
  return {
    colourOf: (row) => (row.kind === 'message' ? `var(${messageColour(row.message.responseCode)})` : 'var(--muted)'),
    legend: [],
  };
}

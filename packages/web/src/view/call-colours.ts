import { CALL_COLOUR_COUNT, CALL_COLOURS, colourOfCall } from '@calliope/calls';

/** Declarations of `--call-0` … for a style sheet of one theme: the palette that every screen and export shares. */
export function callColourProperties(theme: 'dark' | 'light'): [name: string, value: string][] {
  return CALL_COLOURS[theme].map((colour, index) => [
    `--call-${index}`,
    `hsl(${colour.hue} ${colour.saturation}% ${colour.lightness}%)`,
  ]);
}

/** CSS colour of a call; messages without a Call-ID have none. */
export function callColour(callId: string): string {
  return callId === '' ? 'transparent' : `var(--call-${colourOfCall(callId)})`;
}

/** Colours for the legs of one ladder: each its call's own, the next free one where two legs would share it. */
export function legColours(callIds: readonly string[]): string[] {
  const taken = new Set<number>();
  return callIds.map((callId) => {
    let index = colourOfCall(callId);
    if (taken.size < CALL_COLOUR_COUNT) while (taken.has(index)) index = (index + 1) % CALL_COLOUR_COUNT;
    taken.add(index);
    return `var(--call-${index})`;
  });
}

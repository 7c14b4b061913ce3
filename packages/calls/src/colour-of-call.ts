/** A colour as CSS writes it: hue 0..359 degrees, saturation and lightness 0..100 percent. */
export interface HslColour {
  hue: number;
  saturation: number;
  lightness: number;
}

export type ColourTheme = 'light' | 'dark';

/** Hues far enough apart to be told from each other, in an order that puts neighbours of the palette far apart on the wheel. */
const HUES = [212, 28, 150, 330, 52, 268, 188, 4, 96, 300] as const;

/** How many colours there are. */
export const CALL_COLOUR_COUNT = HUES.length;

/**
 * One colour a call, each with a contrast of at least 3:1 (WCAG 2.2, 1.4.11) to white on the light theme and to a dark grey (#1b1f24) on the dark one.
 * Yellow and green are darker on the light theme, for they are brighter to the eye than their lightness says.
 */
export const CALL_COLOURS: Readonly<Record<ColourTheme, readonly HslColour[]>> = {
  light: HUES.map((hue) => ({ hue, saturation: 75, lightness: hue >= 40 && hue <= 200 ? 30 : 45 })),
  dark: HUES.map((hue) => ({ hue, saturation: 70, lightness: hue >= 200 && hue <= 290 ? 72 : 62 })),
};

/**
 * Index of a call's colour, 0..{@link CALL_COLOUR_COUNT} - 1: the same for a Call-ID on every screen and in every export. Two calls may share one:
 * never tell calls apart by colour alone.
 */
export function colourOfCall(callId: string): number {
  // FNV-1a, 32 bits, and a final mix because its low bits alone vary little between similar texts.
  let hash = 0x811c9dc5;
  for (let i = 0; i < callId.length; i++) hash = Math.imul(hash ^ callId.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  hash ^= hash >>> 13;
  return (hash >>> 0) % CALL_COLOUR_COUNT;
}

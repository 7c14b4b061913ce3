import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALL_COLOUR_COUNT, CALL_COLOURS, colourOfCall, type HslColour } from '../src/index.ts';

/** Relative luminance of WCAG 2.2. */
function luminance({ hue, saturation, lightness }: HslColour): number {
  const s = saturation / 100;
  const l = lightness / 100;
  const channel = (n: number): number => {
    const k = (n + hue / 30) % 12;
    const value = l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(0) + 0.7152 * channel(8) + 0.0722 * channel(4);
}

function contrast(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

test('every colour stands out from its theme’s background', () => {
  for (const colour of CALL_COLOURS.light) {
    assert.ok(contrast(luminance(colour), 1) >= 3, `hue ${colour.hue} on white`);
  }
  const dark = luminance({ hue: 213, saturation: 14, lightness: 12 });
  for (const colour of CALL_COLOURS.dark) {
    assert.ok(contrast(luminance(colour), dark) >= 3, `hue ${colour.hue} on dark`);
  }
});

test('hues are at least 24 degrees apart', () => {
  const hues = CALL_COLOURS.light.map((colour) => colour.hue).sort((a, b) => a - b);
  for (const [i, hue] of hues.entries()) {
    const next = hues[(i + 1) % hues.length]!;
    assert.ok((next - hue + 360) % 360 >= 24, `${hue} and ${next}`);
  }
});

test('a Call-ID always has the same colour, and similar ones are spread evenly', () => {
  assert.equal(colourOfCall('a84b4c76e66710'), colourOfCall('a84b4c76e66710'));
  const counts = new Array<number>(CALL_COLOUR_COUNT).fill(0);
  for (let i = 0; i < 10_000; i++) counts[colourOfCall(`${i}-12345@127.0.0.1`)]!++;
  for (const count of counts) assert.ok(count > 850 && count < 1_150, String(counts));
});

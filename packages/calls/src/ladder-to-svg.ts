import { CALL_COLOURS, type ColourTheme, colourOfCall, type HslColour } from './colour-of-call.ts';
import type { Ladder, LadderClass, LadderRow } from './ladder.ts';
import { type LadderGeometry, ladderGeometry } from './ladder-geometry.ts';
import { columnsOf, fitColumns, fitRowText, formatDelta, formatTimeUtc, plainLine, rowText } from './ladder-text.ts';

export interface LadderSvgOptions {
  /** Default `light`. */
  theme?: ColourTheme;
  /** Time of a row; default HH:MM:SS.ffffff in UTC. */
  formatTime?: (timestampUs: number) => string;
}

interface Paint {
  background: string;
  text: string;
  muted: string;
  lane: string;
  classes: Record<LadderClass, string>;
}

const PAINTS: Record<ColourTheme, Paint> = {
  light: {
    background: '#ffffff',
    text: '#1b1f24',
    muted: '#5f6871',
    lane: '#c4cad1',
    classes: {
      request: '#0b57c2',
      '1xx': '#8a5a00',
      '2xx': '#176f35',
      '3xx': '#7a6200',
      '4xx': '#b04a00',
      '5xx': '#b3161f',
      '6xx': '#b3161f',
    },
  },
  dark: {
    background: '#1b1f24',
    text: '#e8ebee',
    muted: '#a0a9b2',
    lane: '#4a525b',
    classes: {
      request: '#79b0ff',
      '1xx': '#e3b341',
      '2xx': '#5fd083',
      '3xx': '#e6d36a',
      '4xx': '#ff9f5a',
      '5xx': '#ff7b7f',
      '6xx': '#ff7b7f',
    },
  },
};

const MARGIN_LEFT = 196;
const HEADER_HEIGHT = 40;
const ROW_HEIGHT = 30;
const CHARACTER_WIDTH = 6.7;

/**
 * The ladder as an SVG document: no script, style sheet, font or link to anything, text escaped, so that it can be attached to a ticket and opened
 * anywhere. Lanes are as wide as the longest name and label need, within 150 and 340 pixels; what is longer ends in an ellipsis and is whole in the row's title.
 */
export function ladderToSvg(ladder: Ladder, options: LadderSvgOptions = {}): string {
  const theme = options.theme ?? 'light';
  const paint = PAINTS[theme];
  const formatTime = options.formatTime ?? formatTimeUtc;
  const laneWidth = chooseLaneWidth(ladder);
  const geometry = ladderGeometry(ladder, {
    laneWidth,
    rowHeight: ROW_HEIGHT,
    marginLeft: MARGIN_LEFT,
    headerHeight: HEADER_HEIGHT,
  });
  const width = geometry.width + 16;
  const height = geometry.height + 16;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="11" fill="${paint.text}">`,
    `<rect width="${width}" height="${height}" fill="${paint.background}"/>`,
    ...ladder.lanes.map((lane, index) => {
      const x = geometry.laneX[index]!;
      const label = fitColumns(plainLine(lane.label), Math.trunc(laneWidth / CHARACTER_WIDTH) - 1);
      return (
        `<g><title>${escapeXml(lane.label)}</title>` +
        `<text x="${x}" y="${HEADER_HEIGHT - 16}" text-anchor="middle" font-weight="bold">${escapeXml(label)}</text>` +
        `<line x1="${x}" y1="${HEADER_HEIGHT - 8}" x2="${x}" y2="${height - 8}" stroke="${paint.lane}"/></g>`
      );
    }),
  ];
  const callColours = ladder.legs.map((leg) => hsl(CALL_COLOURS[theme][colourOfCall(leg.callId)]!));
  for (const [index, row] of ladder.rows.entries()) {
    const time = formatTime(row.timestampUs);
    const delta = index === 0 ? '' : formatDelta(row.sincePreviousUs);
    parts.push(drawRow({ row, index, geometry, paint, laneWidth, time, delta, callColour: callColours[row.leg] }));
  }
  parts.push('</svg>');
  return `${parts.join('\n')}\n`;
}

interface RowDrawing {
  row: LadderRow;
  index: number;
  geometry: LadderGeometry;
  paint: Paint;
  laneWidth: number;
  time: string;
  delta: string;
  callColour: string | undefined;
}

function drawRow(drawing: RowDrawing): string {
  const { row, index, geometry, paint, laneWidth, callColour } = drawing;
  const { y, fromX, toX } = geometry.rows[index]!;
  const baseline = y + 22;
  const colour = row.kind === 'message' ? paint.classes[row.class] : paint.muted;
  const text = rowText(row);
  const strong = row.kind === 'message' && row.firstFailure ? ' font-weight="bold"' : '';
  const prefix =
    `<g><title>${escapeXml(text)}</title>` +
    `<rect x="2" y="${y + 4}" width="4" height="${ROW_HEIGHT - 8}" fill="${callColour ?? paint.muted}"/>` +
    `<text x="12" y="${baseline}">${escapeXml(drawing.time)}</text>` +
    `<text x="${MARGIN_LEFT - 6}" y="${baseline}" text-anchor="end" fill="${paint.muted}">${escapeXml(drawing.delta)}</text>`;
  if (fromX === null || toX === null || fromX === toX) {
    const at = (fromX ?? MARGIN_LEFT) + 8;
    const loop =
      row.kind === 'note' || fromX === null
        ? ''
        : `<path d="M${fromX} ${y + 12}h14v10h-8" fill="none" stroke="${colour}"/>${arrowHead(fromX, baseline, -1, colour)}`;
    const label = fitRowText(row, Math.trunc(laneWidth / CHARACTER_WIDTH));
    const labelX = loop === '' ? at : at + 12;
    return `${prefix}${loop}<text x="${labelX}" y="${y + 18}" fill="${colour}"${strong}>${escapeXml(label)}</text></g>`;
  }
  const direction = toX > fromX ? 1 : -1;
  const label = fitRowText(row, Math.trunc((Math.abs(toX - fromX) - 16) / CHARACTER_WIDTH));
  const dashes = row.kind === 'ghost' ? ' stroke-dasharray="2 4"' : '';
  return (
    `${prefix}<text x="${(fromX + toX) / 2}" y="${y + 17}" text-anchor="middle" fill="${colour}"${strong}>${escapeXml(label)}</text>` +
    `<line x1="${fromX}" y1="${baseline}" x2="${toX - direction * 7}" y2="${baseline}" stroke="${colour}"${dashes}/>` +
    `${arrowHead(toX, baseline, direction, colour)}</g>`
  );
}

function arrowHead(x: number, y: number, direction: number, colour: string): string {
  return `<path d="M${x} ${y}l${-8 * direction} -4v8z" fill="${colour}"/>`;
}

function chooseLaneWidth(ladder: Ladder): number {
  let columns = 0;
  for (const lane of ladder.lanes) columns = Math.max(columns, columnsOf(lane.label));
  for (const row of ladder.rows) {
    if (row.kind === 'note') continue;
    columns = Math.max(columns, columnsOf(rowText(row)) / Math.max(1, Math.abs(row.toLane - row.fromLane)));
  }
  return Math.min(Math.max(Math.ceil(columns * CHARACTER_WIDTH) + 24, 150), 340);
}

function hsl({ hue, saturation, lightness }: HslColour): string {
  return `hsl(${hue}, ${saturation}%, ${lightness}%)`;
}

/** For text and quoted attributes of XML 1.0, which has no way to write most control characters at all. */
function escapeXml(text: string): string {
  return plainLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

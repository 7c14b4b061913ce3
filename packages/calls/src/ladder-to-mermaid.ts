import type { Ladder } from './ladder.ts';
import { plainLine, rowText } from './ladder-text.ts';

/** The ladder as a Mermaid sequence diagram, as wikis and issue trackers draw it: requests solid, responses dashed, the rest as notes. */
export function ladderToMermaid(ladder: Ladder): string {
  const lines = ['sequenceDiagram'];
  for (const [index, lane] of ladder.lanes.entries()) {
    lines.push(`  participant p${index} as ${escapeMermaid(lane.label)}`);
  }
  for (const row of ladder.rows) {
    const text = escapeMermaid(rowText(row));
    if (row.kind === 'message') {
      const arrow = row.class === 'request' ? '->>' : '-->>';
      lines.push(`  p${row.fromLane}${arrow}p${row.toLane}: ${text}`);
    } else if (row.kind === 'ghost') {
      const over = row.fromLane === row.toLane ? `p${row.fromLane}` : `p${row.fromLane},p${row.toLane}`;
      lines.push(`  Note over ${over}: ${text}`);
    } else if (ladder.lanes.length > 0) {
      lines.push(`  Note over p${row.lane ?? 0}: ${text}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Mermaid ends a statement at `;`, begins a comment at `%%` and an entity at `#`, and lets HTML through in places: all become entities. */
function escapeMermaid(text: string): string {
  return plainLine(text).replace(/[#;%<>&"`\\{}]/g, (character) => `#${character.charCodeAt(0)};`);
}

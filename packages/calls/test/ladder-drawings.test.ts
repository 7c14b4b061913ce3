import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  buildLadder,
  formatDelta,
  formatTimeUtc,
  ladderGeometry,
  ladderToMermaid,
  ladderToSvg,
  ladderToText,
  plainLine,
} from '../src/index.ts';
import { columnsOf, fitColumns } from '../src/ladder-text.ts';
import { GATEWAY, hop, PHONE, PROXY, proxiedCall } from './ladder-scenarios.ts';

const HOSTILE = '\u001b[2J\u202e<script>alert(1)</script>"&\'; \ud800\n%%#';

function hostileLadder() {
  return buildLadder(
    [
      hop(0, PHONE, PROXY, 'INVITE'),
      hop(1, PROXY, PHONE, '404 x', { reasonPhrase: HOSTILE }),
      hop(2, PHONE, PROXY, 'OPTIONS', { callId: HOSTILE }),
    ],
    { alias: (ip) => (ip === PHONE[0] ? HOSTILE : undefined) },
  );
}

test('the terminal’s ladder is a line a row', () => {
  assert.equal(
    ladderToText(buildLadder(proxiedCall().slice(0, 7), { ghosts: false }), { width: 88 }),
    [
      '                               10.0.0.1              10.0.0.2              10.0.0.3',
      '00:00:00.000000                    │─── INVITE (PCMA) ──▶│                     │',
      '00:00:00.001000  +1.000 ms         │◀──── 100 Trying ────│                     │',
      '00:00:00.002000  +1.000 ms         │                     │─── INVITE (PCMA) ──▶│',
      '00:00:00.400000  +398.0 ms         │                     │◀─── 180 Ringing ────│',
      '00:00:00.401000  +1.000 ms         │◀─── 180 Ringing ────│                     │',
      '00:00:02.000000   +1.599 s         │                     │◀────── 200 OK ──────│',
      '00:00:02.001000  +1.000 ms         │◀────── 200 OK ──────│                     │',
      '',
    ].join('\n'),
  );
});

test('ghosts, notes and messages to oneself have their own signs, and legs their numbers', () => {
  const text = ladderToText(
    buildLadder([
      hop(0, PHONE, PHONE, 'OPTIONS', { callId: 'self' }),
      hop(1, PHONE, PROXY, 'INVITE'),
      hop(2, PHONE, GATEWAY, '', { payloadType: 100, method: '', text: 'hello' }),
    ]),
    { ascii: true, width: 80 },
  );
  assert.match(text, /\[1\].*\|@ OPTIONS/);
  assert.match(text, /\[2\].*\|-+ INVITE -+>\|/);
  assert.match(text, /\|<\.+ \(no final respo…? ?.*\.*\|/);
  assert.match(text, /\* log: hello/);
  assert.match(text, /\n\[1\] self\n\[2\] call-1\n/);
});

test('a label that does not fit ends in an ellipsis and keeps its marks; lines of arrows never pass the width', () => {
  const reason = 'A very long reason phrase that nobody wanted';
  const ladder = buildLadder([hop(0, PHONE, PROXY, 'INVITE'), hop(1, PROXY, PHONE, `503 ${reason}`)], {
    ghosts: false,
  });
  const text = ladderToText(ladder, { width: 60 });
  assert.match(text, /503 A v.*… ✖/);
  for (const line of text.split('\n')) assert.ok(columnsOf(line) <= 60, line);
});

test('lanes stay aligned whatever is written in them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (reasonPhrase) => {
      const ladder = buildLadder(
        [hop(0, PHONE, PROXY, 'INVITE'), hop(1, PROXY, GATEWAY, 'INVITE', { viaBranch: 'z9hG4bKz' })].concat(
          hop(2, PROXY, PHONE, '500 x', { reasonPhrase }),
        ),
        { ghosts: false },
      );
      const last = ladderToText(ladder, { width: 100 }).split('\n').at(-2)!;
      assert.ok(last.endsWith('│'));
      // What Unicode calls wide or combining is not settled for every character; for the rest the last lane is where it belongs.
      assert.equal(columnsOf(last), columnsOf(ladderToText(ladder, { width: 100 }).split('\n').at(-3)!));
    }),
  );
});

test('nothing from outside can move the cursor of a terminal or become markup', () => {
  const ladder = hostileLadder();
  const text = ladderToText(ladder);
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\ud800-\udfff]/u);
  const svg = ladderToSvg(ladder);
  assert.doesNotMatch(svg, /<script|\bon\w+=|href|url\(|style/i);
  assert.match(svg, /&lt;script&gt;alert\(1\)/);
  assert.doesNotMatch(svg.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  assert.doesNotMatch(ladderToMermaid(ladder), /<|%%|"|&/);
});

/** Elements opened and closed in order, attributes quoted, only the five entities: well-formed as far as a drawing needs. */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  const pattern = /<(\/?)([a-z]+)((?: [a-zA-Z0-9:-]+="[^"<>]*")*)(\/?)>|([^<]+)/gy;
  let at = 0;
  for (const match of xml.matchAll(pattern)) {
    assert.equal(match.index, at, `unreadable at ${xml.slice(at, at + 60)}`);
    at += match[0].length;
    const [, slash, name, attributes, empty, text] = match;
    assert.doesNotMatch(`${attributes ?? ''}${text ?? ''}`, /&(?!(?:amp|lt|gt|quot|#39);)/);
    if (name === undefined || empty) continue;
    if (slash) assert.equal(open.pop(), name);
    else open.push(name);
  }
  assert.equal(at, xml.length);
  assert.deepEqual(open, []);
}

test('the SVG is well-formed for any text', () => {
  assertWellFormed(ladderToSvg(hostileLadder()));
  assertWellFormed(ladderToSvg(buildLadder(proxiedCall()), { theme: 'dark' }));
  assertWellFormed(ladderToSvg(buildLadder([])));
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (reasonPhrase) => {
      assertWellFormed(
        ladderToSvg(buildLadder([hop(0, PHONE, PROXY, 'INVITE'), hop(1, PROXY, PHONE, '500 x', { reasonPhrase })])),
      );
    }),
  );
});

test('the Mermaid diagram has a participant a lane and a line a row', () => {
  const lines = ladderToMermaid(buildLadder(proxiedCall().slice(0, 2))).split('\n');
  assert.deepEqual(lines, [
    'sequenceDiagram',
    '  participant p0 as 10.0.0.1',
    '  participant p1 as 10.0.0.2',
    '  p0->>p1: INVITE (PCMA)',
    '  p1-->>p0: 100 Trying',
    '  Note over p1,p0: (no final response)',
    '',
  ]);
});

test('the geometry is in the unit it was asked in', () => {
  const ladder = buildLadder(proxiedCall());
  const geometry = ladderGeometry(ladder, { laneWidth: 100, rowHeight: 20, marginLeft: 50, headerHeight: 30 });
  assert.deepEqual(geometry.laneX, [100, 200, 300]);
  assert.deepEqual([geometry.width, geometry.height], [350, 30 + 13 * 20]);
  assert.deepEqual(geometry.rows[1], { y: 50, fromX: 200, toX: 100 });
});

test('an empty ladder is drawn as nothing', () => {
  const ladder = buildLadder([]);
  assert.equal(ladderToText(ladder), '');
  assert.equal(ladderToMermaid(ladder), 'sequenceDiagram\n');
});

test('times and deltas keep to their columns', () => {
  assert.equal(formatTimeUtc(Date.UTC(2026, 10, 22, 13, 2, 11) * 1_000 + 482_003), '13:02:11.482003');
  const table: [number, string][] = [
    [0, '+0 µs'],
    [-999, '-999 µs'],
    [1_000, '+1.000 ms'],
    [999_999, '+999.9 ms'],
    [1_204_000, '+1.204 s'],
    [119_999_999, '+119.9 s'],
    [133_000_000, '+02:13 min'],
  ];
  for (const [us, text] of table) assert.equal(formatDelta(us), text);
});

test('columns are counted as a terminal draws them', () => {
  assert.equal(columnsOf('a\u0301b'), 2);
  assert.equal(columnsOf('忙線'), 4);
  assert.equal(fitColumns('忙線中', 5), '忙線…');
  assert.equal(fitColumns('忙線中', 4), '忙…');
  assert.equal(fitColumns('abc', 3), 'abc');
  assert.equal(fitColumns('abc', 0), '');
  assert.equal(plainLine('a\tb\u2028c\ud800'), 'a·b·c·');
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { newScanCursor, type ScanCursor } from '../src/scan-cursor.ts';
import { scanPlainSipUri } from '../src/scan-plain-sip-uri.ts';
import { scanAnyUri } from '../src/scan-uri.ts';
import { UriContext } from '../src/uri-kinds.ts';
import { sipBytes } from './sample-messages.ts';

/** What a URI scan says, absent ranges made equal. */
function answer(cursor: ScanCursor): unknown[] {
  const range = (start: number, end: number) => (end > start ? [start, end] : []);
  return [
    cursor.scheme,
    cursor.schemeEnd,
    range(cursor.userStart, cursor.userEnd),
    range(cursor.passwordStart, cursor.passwordEnd),
    range(cursor.hostStart, cursor.hostEnd),
    range(cursor.portStart, cursor.portEnd),
    cursor.uriStart,
    cursor.uriTailStart,
    cursor.uriEnd,
    cursor.uriNext,
    cursor.isUriBad,
  ];
}

const PARTS = [
  ['sip:', 'SIP:', 'sips:', ' sip:', ''],
  ['', 'a@', '+49@', 'a;b@', 'a:b@', 'a@c@', '@'],
  ['example.com', '_', '', '[::1]', 'a b'],
  ['', ':5060', ':', ':123456', ':5x'],
  ['', ';lr', ';a=b;c', ';a=b:c', '?x=y', ',', ' ', ';x@y'],
  ['', '>', '>;tag=1', ';tag=1'],
];

function combinations(parts: string[][]): string[] {
  return parts.reduce((texts, choices) => texts.flatMap((text) => choices.map((choice) => text + choice)), ['']);
}

/** True when the URI was plain, and then both scans said the same of it. */
function agrees(text: string, context: number): boolean {
  const bytes = sipBytes(text);
  const one = newScanCursor();
  const other = newScanCursor();
  if (!scanPlainSipUri(bytes, 0, bytes.length, context, one)) return false;
  scanAnyUri(bytes, 0, bytes.length, context, other);
  assert.deepEqual(answer(one), answer(other), text);
  return true;
}

describe('the scan of plain SIP URIs says the same as the scan of any URI', () => {
  it('of all combinations of good and bad parts', () => {
    let plain = 0;
    for (const context of Object.values(UriContext)) {
      for (const text of combinations(PARTS)) if (agrees(text, context)) plain++;
    }
    assert.equal(plain > 500, true, `only ${plain} were plain`);
  });

  it('and takes what nearly all URIs are', () => {
    for (const text of ['sip:a@example.com>', 'SIP:+49@192.0.2.1:5060;lr;x=y>', 'sip:example.com;user=phone>']) {
      assert.equal(agrees(text, UriContext.ANGLE), true, text);
    }
  });

  it('of pieces in any order', () => {
    const piece = fc.constantFrom(
      'sip:',
      'a',
      '+49',
      '@',
      'b.c',
      ':',
      '5060',
      ';',
      'lr',
      '=',
      '?',
      '>',
      ',',
      ' ',
      '[',
      ']',
      '<',
      '"',
      '%41',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 7 }),
        fc.constantFrom(...Object.values(UriContext)),
        (pieces, context) => {
          agrees(`sip:${pieces.join('')}`, context);
        },
      ),
      { numRuns: 5000 },
    );
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseQuery, printQuery } from '@calliope/query';
import fc from 'fast-check';
import { arbitraryQuery, arbitraryQueryText, withoutSpans } from './arbitrary-query.ts';

function printed(text: string): string {
  const parsed = parseQuery(text);
  assert.ok(parsed.ok, text);
  return printQuery(parsed.ast);
}

describe('printQuery', () => {
  const table: [string, string][] = [
    ['', ''],
    ['caller=1 AND Call-ID == x', 'a = 1 and call_id == x'],
    ['a=1 || b=2 && !c', 'a = 1 or b = 2 and not c'],
    ['(a=1 or b=2) method=BYE', '(a = 1 or b = 2) and method = BYE'],
    ['((a=1))', 'a = 1'],
    ['not (a=1 and b=2)', 'not (a = 1 and b = 2)'],
    ['a not in (1,2)', 'not a in (1, 2)'],
    ['src in 10.0.0.0/8', 'src in (10.0.0.0/8)'],
    ['ua = \'it"s\' and "and"', 'ua = "it\\"s" and "and"'],
    ['+49 30 1234', '"+49 30 1234"'],
    ['ua ~ a"b', 'ua ~ "a\\"b"'],
    ['text = "a\\nb\\\\"', 'text = "a\\nb\\\\"'],
    ['ua exists foo', 'ua exists and foo'],
  ];
  for (const [text, expected] of table) test(text || '(empty)', () => assert.equal(printed(text), expected));

  test('what is printed reads back as the same tree', () => {
    fc.assert(
      fc.property(arbitraryQuery, (ast) => {
        const text = printQuery(ast);
        const parsed = parseQuery(text);
        assert.ok(parsed.ok, `${text}: ${parsed.ok || parsed.error.message}`);
        assert.deepEqual(withoutSpans(parsed.ast), withoutSpans(ast));
      }),
      { numRuns: 700 },
    );
  });

  test('printing is idempotent on whatever parses', () => {
    fc.assert(
      fc.property(arbitraryQueryText, (text) => {
        const parsed = parseQuery(text);
        if (parsed.ok) assert.equal(printed(printQuery(parsed.ast)), printQuery(parsed.ast));
      }),
      { numRuns: 700 },
    );
  });
});

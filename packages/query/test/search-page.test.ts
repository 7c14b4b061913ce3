import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { OUTCOMES, TRANSPORTS } from '@calliope/model';
import { compileQuery, FIELDS, type View } from '@calliope/query';
import { filterOf, optionsOf } from './compile-for-test.ts';
import { evaluateFilter } from './evaluate-filter.ts';

const page = readFileSync(new URL('../../../docs/search.md', import.meta.url), 'utf8');

/** The lines of all blocks marked `search`, with the views that they are for. */
function examples(): { text: string; views: View[] }[] {
  return [...page.matchAll(/^```search( calls| messages)?\n(.*?)^```$/gms)].flatMap(([, view, body]) => {
    const views: View[] = view === undefined ? ['messages', 'calls'] : [view.trim() as View];
    return body!
      .trimEnd()
      .split('\n')
      .map((text) => ({ text, views }));
  });
}

describe('docs/search.md', () => {
  test('has examples', () => assert.ok(examples().length > 40));

  for (const { text, views } of examples()) {
    test(`example compiles: ${text}`, () => {
      for (const view of views) {
        const result = compileQuery(text, optionsOf(view));
        assert.ok(result.ok, result.ok ? '' : result.error.message);
      }
    });
  }

  test('the table has every field, its aliases, its description and its examples as they are', () => {
    for (const { name, aliases, description, examples: values } of FIELDS) {
      const code = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join(' ');
      assert.ok(page.includes(`| \`${name}\` | ${code(aliases)} | ${description} | ${code(values)} |`), name);
    }
  });

  test('outcomes and transports are listed', () => {
    for (const name of [...OUTCOMES, ...TRANSPORTS]) assert.ok(page.includes(`\`${name}\``), name);
  });

  test('the four forms of one subscriber find each other, as it says', () => {
    const block = /one subscriber:\n\n```search\n(.*?)```/s.exec(page)![1]!.trim().split('\n');
    assert.equal(block.length, 4);
    for (const text of block) {
      for (const stored of ['+4930123456', '004930123456', '4930123456', '030123456']) {
        assert.ok(evaluateFilter(filterOf(text), { fromUser: stored }), `${text} should find ${stored}`);
      }
    }
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileQuery, FIELDS, type Suggestion, suggest } from '@calliope/query';
import fc from 'fast-check';
import { arbitraryQueryText } from './arbitrary-query.ts';
import { optionsOf } from './compile-for-test.ts';

/** Suggestions where `|` stands. */
function at(text: string, of: 'messages' | 'calls' = 'messages'): Suggestion[] {
  const caret = text.indexOf('|');
  return suggest(text.replace('|', ''), caret, of);
}

function labels(text: string, of?: 'messages' | 'calls'): string[] {
  return at(text, of).map((one) => one.label);
}

describe('suggest', () => {
  test('fields by name and alias, those that begin with the text first', () => {
    assert.deepEqual(labels('cal|').slice(0, 3), ['a', 'b', 'call_id']);
    assert.deepEqual(labels('dur|', 'calls'), ['duration']);
    assert.deepEqual(labels('dur|', 'messages'), []);
    assert.deepEqual(labels('a = 1 and respo|'), ['code']);
    assert.equal(labels('|', 'calls').length, FIELDS.length + 1);
  });

  test('operators of the field', () => {
    assert.deepEqual(labels('src |'), ['=', '!=', 'in', '==']);
    assert.equal(labels('code >|')[0], '1xx');
    assert.deepEqual(labels('code !|'), ['!=']);
    assert.deepEqual(labels('code e|'), ['exists']);
    assert.deepEqual(labels('zzz |')[0], 'and');
  });

  test('known values of the field, examples where it has none', () => {
    assert.deepEqual(labels('method = IN|'), ['INVITE', 'INFO']);
    assert.deepEqual(labels('transport=|').slice(0, 3), ['udp', 'tcp', 'tls']);
    assert.deepEqual(labels('outcome in (busy, no|', 'calls'), ['no_answer', 'unknown']);
    assert.deepEqual(labels('defect = body|'), ['body_shorter_than_content_length', 'body_longer_than_content_length']);
    assert.deepEqual(labels('(sport = |'), ['5060']);
    assert.deepEqual(labels('outcome = |', 'messages').includes('failed'), false);
  });

  test('“and” and “or” after a term', () => {
    assert.deepEqual(labels('a = 1 |').slice(0, 2), ['and', 'or']);
    assert.deepEqual(labels('(a = 1) o|').slice(0, 1), ['or']);
    assert.ok(!labels('a = 1 and |').includes('and'));
    assert.ok(labels('not |').includes('a'));
  });

  test('nothing inside quotes', () => {
    assert.deepEqual(labels('ua = "me|'), []);
    assert.notDeepEqual(labels('ua = "x" me|'), []);
  });

  test('replaces what is typed before the caret', () => {
    const [first] = at('a = 1 and meth| and b = 2');
    assert.deepEqual(first, {
      kind: 'field',
      label: 'method',
      description: first!.description,
      insert: 'method ',
      start: 10,
      end: 14,
    });
  });

  test('never throws, and what it inserts lies at the caret', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), arbitraryQueryText), fc.integer({ min: -1, max: 80 }), (text, caret) => {
        for (const { start, end } of suggest(text, caret, 'calls')) {
          assert.ok(0 <= start && start <= end && end === Math.max(0, Math.min(caret, text.length)));
        }
      }),
    );
  });

  test('every suggested value compiles', () => {
    for (const field of FIELDS) {
      for (const { insert } of suggest(`${field.name} = `, field.name.length + 3, 'calls')) {
        const result = compileQuery(`${field.name} = ${insert}`, optionsOf('calls'));
        assert.ok(result.ok, `${field.name} = ${insert}`);
      }
    }
  });
});

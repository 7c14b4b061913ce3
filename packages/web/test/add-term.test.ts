import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileQuery, findField, parseQuery } from '@calliope/query';
import fc from 'fast-check';
import { addTerm, CALL_FACETS, literalValue, MESSAGE_FACETS, term } from '../src/view/add-term.ts';

const OPTIONS = { nowUs: 1_795_352_520_000_000, timeZone: 'UTC' };

test('a click narrows: terms are joined by and, what has an or is put in brackets first', () => {
  assert.equal(addTerm('', 'code = 503'), 'code = 503');
  assert.equal(addTerm('7654321', 'code = 503'), '7654321 and code = 503');
  assert.equal(addTerm('a = 1 or b = 2', 'code = 503'), '(a = 1 or b = 2) and code = 503');
  assert.equal(addTerm('ua = "this or that"', 'code = 503'), 'ua = "this or that" and code = 503');
});

test('the same click twice changes nothing', () => {
  const once = addTerm('7654321', 'code = 503');
  assert.equal(addTerm(once, 'code = 503'), once);
});

test('an empty value asks for absence', () => {
  assert.equal(term('code', '0', false), 'not code exists');
  assert.equal(term('ua', '', true), 'ua exists');
});

test('any user agent from outside is a value of the language that means just itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (value) => {
      const parsed = parseQuery(`ua = ${literalValue(value)}`);
      assert.ok(parsed.ok, JSON.stringify(parsed));
      assert.equal(parsed.ast.kind, 'comparison');
      assert.ok(parsed.ast.kind === 'comparison');
      assert.equal(parsed.ast.values[0]?.text.replace(/\\([\\*?])/g, '$1'), value);
    }),
  );
});

test('every facet asks for a field that the language has in its view, and a click on it compiles', () => {
  for (const [facets, of] of [
    [CALL_FACETS, 'calls'],
    [MESSAGE_FACETS, 'messages'],
  ] as const) {
    for (const { field } of facets) {
      assert.ok(findField(field)?.views.includes(of), field);
      const value =
        {
          outcome: 'failed',
          code: '503',
          method: 'INVITE',
          ip: '10.0.0.1',
          src: '10.0.0.1',
          dst: '2001:db8::1',
          transport: 'udp',
        }[field] ?? 'x y';
      for (const exclude of [false, true]) {
        const compiled = compileQuery(addTerm('7654321 or 030', term(field, value, exclude)), { of, ...OPTIONS });
        assert.ok(compiled.ok, JSON.stringify(compiled));
      }
    }
  }
});

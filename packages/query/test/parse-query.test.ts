import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseQuery, QUERY_LIMITS, type QueryNode } from '@calliope/query';
import fc from 'fast-check';
import { arbitraryQueryText } from './arbitrary-query.ts';
import { errorOf } from './compile-for-test.ts';

function astOf(text: string): QueryNode {
  const parsed = parseQuery(text);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.message);
  return parsed.ast;
}

describe('parseQuery', () => {
  test('gives every part its place in the text', () => {
    const text = 'x or caller != "it""s" ';
    assert.deepEqual(astOf('  caller  !=  "bob" '), {
      kind: 'comparison',
      field: 'a',
      fieldSpan: { position: 2, length: 6 },
      operator: '!=',
      operatorSpan: { position: 10, length: 2 },
      values: [{ text: 'bob', position: 14, length: 5 }],
      position: 2,
      length: 17,
    });
    const junction = astOf(text);
    assert.deepEqual([junction.kind, junction.position, junction.length], ['or', 0, text.trimEnd().length]);
  });

  test('“not” binds closest, then “and”, also left out, then “or”', () => {
    const shape = (node: QueryNode): unknown => {
      if (node.kind === 'word') return node.value.text;
      if (node.kind === 'comparison') return node.field;
      return node.kind === 'not' ? ['not', shape(node.term)] : [node.kind, ...node.terms.map(shape)];
    };
    assert.deepEqual(shape(astOf('not x y or z and w')), ['or', ['and', ['not', 'x'], 'y'], ['and', 'z', 'w']]);
    assert.deepEqual(shape(astOf('!x&&y||z')), ['or', ['and', ['not', 'x'], 'y'], 'z']);
    assert.deepEqual(shape(astOf('Not (x Or y) AND z')), ['and', ['not', ['or', 'x', 'y']], 'z']);
    assert.deepEqual(shape(astOf('not not x')), ['not', ['not', 'x']]);
  });

  const values: [string, string][] = [
    ['ua = a\\*b', 'a\\*b'],
    ['ua = "a*b\\?"', 'a*b\\?'],
    ['ua = "a\\\\b\\"c\\n"', 'a\\\\b"c\n'],
    ["ua = 'a\"b'", 'a"b'],
    ["ua = O'Brien", "O'Brien"],
    ['ua = a\\ b\\(c\\)', 'a b(c)'],
    ['ua = a|b&c', 'a|b&c'],
    ['ua ~ "a\\.b\\"c"', 'a\\.b\\"c'],
    ['ua ~ (a|b)\\)[)]', '(a|b)\\)[)]'],
    ['(ua ~ a(b)c)', 'a(b)c'],
    ['time > 2026-11-22 13:00', '2026-11-22 13:00'],
    ['time = 2026-11-22 13:00..2026-11-22 14:00', '2026-11-22 13:00..2026-11-22 14:00'],
    ['a = +49 30 (123) 45', '+49 30 (123) 45'],
    ['call_id = x=y!z~', 'x=y!z~'],
  ];
  for (const [text, expected] of values) {
    test(`value of: ${text}`, () => {
      const ast = astOf(text);
      assert.equal(ast.kind === 'comparison' && ast.values[0]?.text, expected);
    });
  }

  test('a number in groups is one word, up to 15 digits and not into an address or a date', () => {
    const words = (text: string) => {
      const ast = astOf(text);
      return (ast.kind === 'and' ? ast.terms : [ast]).map((term) =>
        term.kind === 'word' ? term.value.text : term.kind,
      );
    };
    assert.deepEqual(words('+49 30 123 45 67'), ['+49 30 123 45 67']);
    assert.deepEqual(words('+49 30 123 method=BYE'), ['+49 30 123', 'comparison']);
    assert.deepEqual(words('+49 30 10.0.0.1'), ['+49 30', '10.0.0.1']);
    assert.deepEqual(words('1001 1002'), ['1001', '1002']);
    assert.deepEqual(words('030 1234567 12345678'), ['030 1234567', '12345678']);
    assert.deepEqual(words('030 12ab'), ['030', '12ab']);
  });

  test('random text never throws and errors lie inside it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), arbitraryQueryText), (text) => {
        const parsed = parseQuery(text);
        if (!parsed.ok) assert.ok(parsed.error.position + parsed.error.length <= text.length);
      }),
      { numRuns: 700 },
    );
  });
});

describe('errors', () => {
  /** Text, what is marked in it, and what the message says. */
  const table: [string, string, RegExp][] = [
    ['a = ', '', /ends where a value/],
    ['a = )', ')', /Expected a value/],
    ['a = =5', '=', /Expected a value/],
    ['a = and b = 1', 'and', /Expected a value instead of “and”/],
    ['a = "abc', '"abc', /quote " is not closed/],
    ["a = 'abc", "'abc", /not closed/],
    ['a = "x\\q"', '\\q', /no escape/],
    ['a = 1 )', ')', /closes no/],
    ['(a = 1', '(', /not closed/],
    ['((a = 1)', '(', /not closed/],
    ['()', ')', /Expected a field/],
    ['a = 1 or', '', /ends where a term/],
    ['or a = 1', 'or', /before “or”/],
    ['a = 1 and and b = 2', 'and', /before “and”/],
    ['= 5', '=', /Expected a field/],
    ['foo@bar = 5', '=', /needs a field before/],
    ['a in (1, 2', '(', /list is not closed/],
    ['a in (1 2)', '2', /comma/],
    ['a in ()', ')', /Expected a value/],
    ['a = 1, b = 2', ',', /Expected “and” or “or”/],
    ['""', '""', /nothing to search/],
    ['caler = 5', 'caler', /did you mean caller\?/],
    ['respnse_code = 5', 'respnse_code', /did you mean response_code\?/],
    ['zzzzzz = 5', 'zzzzzz', /no field “zzzzzz”; put it into quotes/],
    ['outcome = failed', 'outcome', /field of calls, not of messages/],
    ['a < 5', '<', /a does not take </],
    ['src ~ 10', '~', /src does not take ~/],
    ['code = abc', 'abc', /response code such as 486/],
    ['code = 4x', '4x', /response code/],
    ['code = 1000', '1000', /response code/],
    ['code > 400..499', '400..499', /range cannot follow >/],
    ['code = 499..400', '499..400', /ends before it begins/],
    ['sport = 65536', '65536', /from 0 to 65535/],
    ['ipv = 7', '7', /from 4 to 6/],
    ['size = -1', '-1', /whole number/],
    ['src = 10.0.0', '10.0.0', /IP address or a network/],
    ['src in 10.0.0.0/33', '10.0.0.0/33', /from 0 to 32/],
    ['src = ::/129', '::/129', /from 0 to 128/],
    ['src in (10.0.0.1, x)', 'x', /IP address/],
    ['transport = udpp', 'udpp', /did you mean udp\?/],
    ['transport = carrier-pigeon', 'carrier-pigeon', /expected one of udp, tcp/],
    ['defect = nothing', 'nothing', /no defect/],
    ['request = maybe', 'maybe', /true or false/],
    ['time > noon', 'noon', /Expected a time/],
    ['time > 2026-02-30', '2026-02-30', /There is no 2026-02-30/],
    ['text = ""', '""', /text to look for/],
    ['ua ~ "a(?=b)"', '(?=', /Look-ahead/],
    ['ua ~ "(a)\\1"', '\\1', /Backreferences/],
    ['ua ~ "(a"', '(a', /Not a regular expression/],
    ['ua ~ a)', ')', /closes no/],
    ['ua ~ "a)"', ')', /closes no/],
  ];
  for (const [text, marked, message] of table) {
    test(text, () => {
      const error = errorOf(text);
      assert.match(error.message, message);
      assert.equal(text.slice(error.position, error.position + error.length), marked);
      if (marked === '') assert.equal(error.position, text.length);
    });
  }

  test('codes tell syntax, type and field apart, and say what was expected', () => {
    assert.equal(errorOf('a =').code, 'query_syntax');
    assert.deepEqual(errorOf('a < 1'), {
      code: 'query_type',
      message: 'a does not take <; it takes = != == ~ !~ in exists',
      position: 2,
      length: 1,
      expected: ['=', '!=', '==', '~', '!~', 'in', 'exists'],
    });
    assert.equal(errorOf('x = 1').code, 'query_unknown_field');
    assert.deepEqual(errorOf('calle = 1').expected, ['caller']);
    assert.equal(errorOf('duration = 1.0005', 'calls').code, 'query_type');
  });

  test('text is at most 8 KiB of UTF-8', () => {
    assert.ok(parseQuery('x'.repeat(QUERY_LIMITS.bytes)).ok);
    assert.match(errorOf('x'.repeat(QUERY_LIMITS.bytes + 1)).message, /8193 bytes/);
    assert.match(errorOf('é'.repeat(QUERY_LIMITS.bytes / 2 + 1)).message, /8194 bytes/);
  });

  test('brackets and “not” are at most 64 deep', () => {
    for (const [open, close] of [
      ['(', ')'],
      ['not ', ''],
      ['!', ''],
      ['not (', ')'],
    ] as const) {
      const deep = Math.floor(QUERY_LIMITS.depth / (open === 'not (' ? 2 : 1));
      assert.ok(parseQuery(`${open.repeat(deep)}x${close.repeat(deep)}`).ok, open);
      assert.match(errorOf(`${open.repeat(deep + 1)}x${close.repeat(deep + 1)}`).message, /more than 64 deep/);
      assert.match(errorOf(open.repeat(1500)).message, /more than 64 deep/);
    }
  });

  test('comparisons, words and values of lists are at most 256', () => {
    assert.ok(parseQuery(Array(256).fill('a=1').join(' ')).ok);
    const error = errorOf(Array(257).fill('a=1').join(' '));
    assert.match(error.message, /More than 256/);
    assert.equal(error.position, 256 * 4 + 2);
    assert.match(errorOf(`a in (${Array(257).fill('1').join(',')})`).message, /More than 256/);
    assert.match(errorOf('x '.repeat(257)).message, /More than 256/);
  });
});

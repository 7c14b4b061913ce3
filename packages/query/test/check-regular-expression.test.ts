import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkRegularExpression, isFault } from '../src/check-regular-expression.ts';

describe('checkRegularExpression', () => {
  const good = [
    '',
    'a',
    'a|b',
    '^a.*b$',
    '(a)(?:b)',
    '[a-z]+?',
    '[^)(\\]]',
    '\\d\\.\\x41\\"',
    'a{2,5}',
    'a{,5}',
    'a{',
    '[a-]',
    '[\\d-]',
    '[-\\d]',
    '(a{10}){100}',
    '\\)',
  ];
  for (const source of good) {
    test(`takes ${source || '(empty)'}`, () =>
      assert.deepEqual(checkRegularExpression(source), { source, ignoreCase: false }));
  }

  test('(?i) at the start becomes a flag', () => {
    assert.deepEqual(checkRegularExpression('(?i)abc'), { source: 'abc', ignoreCase: true });
  });

  /** Expression, what is marked, what is said. */
  const bad: [string, string, RegExp][] = [
    ['x(?=a)', '(?=', /Look-ahead/],
    ['x(?!a)', '(?!', /Look-ahead/],
    ['(?<=a)', '(?<=', /look-behind/],
    ['(?<!a)', '(?<!', /look-behind/],
    ['(?<n>a)', '(?<', /Named/],
    ['(?P<n>a)', '(?P<', /Named/],
    ['a(?i)b', '(?i', /Flags/],
    ['(?i)(?s)b', '(?s', /Flags/],
    ['(?>a)', '(?>', /kind of group/],
    ['(a)\\1', '\\1', /Backreferences/],
    ['\\k<a>', '\\k', /Backreferences/],
    ['\\pL', '\\p', /Unicode/],
    ['a\\z', '\\z', /escape \\z/],
    ['a\\', '\\', /at the end/],
    ['[[:alpha:]]', '[:', /POSIX/],
    ['a[]b]', '[]', /empty class/],
    ['[^]', '[^]', /empty class/],
    ['[a-\\d]', '-\\d', /range cannot end/],
    ['[\\d-a]', '-', /range cannot begin/],
    ['[\\b]', '\\b', /boundary/],
    ['x[abc', '[abc', /not closed/],
    ['a)b', ')', /closes no/],
    ['a{1001}', '{1001}', /1000 repetitions/],
    ['(a{100}b){11}', '{11}', /1000 repetitions/],
    ['(?i)a{2,1001}', '{2,1001}', /1000 repetitions/],
    [`${'('.repeat(101)}`, '(', /100 deep/],
    ['(a', '(a', /Not a regular expression/],
    ['a**', 'a**', /Not a regular expression/],
    ['*a', '*a', /Not a regular expression/],
  ];
  for (const [source, marked, message] of bad) {
    test(`refuses ${source.slice(0, 20)}`, () => {
      const check = checkRegularExpression(source);
      assert.ok(isFault(check));
      assert.match(check.message, message);
      assert.equal(source.slice(check.position, check.position + check.length), marked);
    });
  }

  test('what is taken compiles in JavaScript, and nothing throws', () => {
    const pieces = fc.constantFrom(
      'a',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '2',
      ',',
      '*',
      '+',
      '?',
      '|',
      '\\',
      '^',
      '-',
      ':',
      '=',
      'd',
      'b',
      '<',
      'i',
      '.',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        const check = checkRegularExpression(parts.join(''));
        if (!isFault(check)) new RegExp(check.source);
        else assert.ok(check.position + check.length <= parts.join('').length);
      }),
      { numRuns: 1000 },
    );
  });
});

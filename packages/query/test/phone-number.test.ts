import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Filter } from '@calliope/model';
import fc from 'fast-check';
import { filterOf, shownFilterOf } from './compile-for-test.ts';
import { evaluateFilter } from './evaluate-filter.ts';

/** Whether a query finds a message whose From user is `stored`. */
function finds(text: string, stored: string, countryCode?: string): boolean {
  return evaluateFilter(filterOf(text, 'messages', countryCode), { fromUser: stored });
}

interface Case {
  text: string;
  country?: string;
  finds: string[];
  not: string[];
}

const BERLIN = ['+4930123456', '004930123456', '4930123456', '030123456'];

const cases: Case[] = [
  // One subscriber in all its forms, no country set.
  ...[
    'a = +4930123456',
    'a = 004930123456',
    'a = "+49 (30) 123-456"',
    'a = +49 (0)30 123456',
    'a = 0049 30 123456',
  ].map(
    (text): Case => ({
      text,
      finds: BERLIN,
      not: ['30123456', '+4330123456', '+49301234567', '+494930123456', '040123456', '+49-30123456', ''],
    }),
  ),
  ...['a = 030123456', 'a = 030 123 456', 'a = 030/123456', 'a = "(030) 123456"'].map(
    (text): Case => ({
      text,
      finds: [...BERLIN, '+4330123456', '+130123456', '0035230123456'],
      not: ['30123456', '+499930123456', '0130123456', '+030123456', '0301234567'],
    }),
  ),
  // Every split into country code and national number, but none whose national number begins with 0.
  {
    text: 'a = +35312345678',
    finds: ['012345678', '0312345678', '05312345678', '35312345678', '0035312345678'],
    not: ['0012345678', '12345678'],
  },
  {
    text: 'a = +1 202 555 0123',
    finds: ['+12025550123', '12025550123', '0012025550123', '02025550123'],
    not: ['2025550123', '0025550123'],
  },
  // Germany: national numbers are German.
  ...['a = +4930123456', 'a = 004930123456', 'a = 4930123456', 'a = 030123456', 'a = 030-123456'].map(
    (text): Case => ({
      text,
      country: '49',
      finds: BERLIN,
      not: ['+4330123456', '30123456', '09030123456', '+130123456'],
    }),
  ),
  {
    text: 'a = +4312345678',
    country: '49',
    finds: ['+4312345678', '004312345678', '4312345678'],
    not: ['012345678', '0312345678'],
  },
  {
    text: 'a = 0171 1234567',
    country: '49',
    finds: ['+491711234567', '01711234567'],
    not: ['+431711234567', '1711234567'],
  },
  { text: 'a = 110', country: '49', finds: ['110'], not: ['0110', '+49110', '4110'] },
  { text: 'a = 4930', country: '49', finds: ['4930'], not: ['030', '+4930'] },
  // Austria, France, United Kingdom: trunk prefix 0.
  { text: 'a = 01 515550', country: '43', finds: ['+431515550', '00431515550', '01515550'], not: ['+491515550'] },
  {
    text: 'a = 01.23.45.67.89',
    country: '33',
    finds: ['+33123456789', '0033123456789', '0123456789'],
    not: ['123456789'],
  },
  {
    text: 'a = "020 7946 0958"',
    country: '44',
    finds: ['+442079460958', '02079460958', '442079460958'],
    not: ['+12079460958'],
  },
  // Italy: the 0 is part of the number; mobile numbers have none.
  {
    text: 'a = 0612345678',
    country: '39',
    finds: ['+390612345678', '00390612345678', '0612345678'],
    not: ['+39612345678', '612345678'],
  },
  { text: 'a = +390612345678', country: '39', finds: ['+390612345678', '0612345678'], not: ['00612345678'] },
  { text: 'a = +390612345678', finds: ['+390612345678', '0612345678'], not: ['612345678'] },
  {
    text: 'a = 3331234567',
    country: '39',
    finds: ['+393331234567', '3331234567', '00393331234567'],
    not: ['03331234567'],
  },
  { text: 'a = 0612345', country: '39', finds: ['+390612345', '0612345'], not: ['+39612345'] },
  // Spain, Denmark, Norway: no trunk prefix.
  {
    text: 'a = 912345678',
    country: '34',
    finds: ['+34912345678', '0034912345678', '34912345678', '912345678'],
    not: ['0912345678', '+4912345678'],
  },
  { text: 'a = +34912345678', country: '34', finds: ['+34912345678', '912345678'], not: ['0912345678'] },
  { text: 'a = 45123456', country: '45', finds: ['+4545123456', '45123456', '004545123456'], not: ['+45', '123456'] },
  { text: 'a = +4722334455', country: '47', finds: ['22334455', '4722334455'], not: ['022334455'] },
  // North America: ten digits, 1 and 011 before them.
  {
    text: 'a = 2025550123',
    country: '1',
    finds: ['+12025550123', '12025550123', '2025550123', '01112025550123'],
    not: ['02025550123'],
  },
  { text: 'a = 12025550123', country: '1', finds: ['+12025550123', '2025550123'], not: ['02025550123'] },
  {
    text: 'a = 011 49 30 123456',
    country: '1',
    finds: ['+4930123456', '0114930123456', '004930123456'],
    not: ['030123456'],
  },
  // Hungary and Russia: trunk prefixes 06 and 8.
  { text: 'a = 0612345678', country: '36', finds: ['+3612345678', '0612345678'], not: ['+36612345678', '012345678'] },
  {
    text: 'a = 84951234567',
    country: '7',
    finds: ['+74951234567', '74951234567', '84951234567', '81074951234567'],
    not: ['4951234567'],
  },
  { text: 'a = 8123', country: '7', finds: ['8123'], not: ['+7123', '7123'] },
  // Extensions and names are just themselves.
  { text: 'a = 1001', finds: ['1001'], not: ['+1001', '01001', '11001', '001001'] },
  { text: 'a = 1001-1', finds: ['10011', '1001-1'], not: ['1001'] },
  { text: 'a = 0', finds: ['0'], not: ['00', '+490'] },
  { text: 'a = alice', finds: ['alice'], not: ['Alice', 'alice2'] },
  { text: 'a = 4930123456', finds: ['4930123456', '+4930123456', '004930123456'], not: ['030123456', '30123456'] },
  { text: 'a == +4930123456', finds: ['+4930123456'], not: ['004930123456', '4930123456', '030123456'] },
  // Ends with.
  { text: 'a = *4321', finds: ['4321', '+49304321', 'alice4321'], not: ['43210', '432'] },
  { text: 'a = *0123', finds: ['4930123', '0123', '+49123'], not: ['123'] },
  { text: 'a = *+4930123456', finds: BERLIN, not: ['99030123456'] },
  { text: 'a = *030123456', finds: [...BERLIN, '99#030123456'], not: ['30123456'] },
  // Starts with.
  {
    text: 'a = 0301*',
    country: '49',
    finds: ['0301', '030123', '+49301', '00493017', '493019'],
    not: ['+43301', '301', '+490301'],
  },
  { text: 'a = 0301*', finds: ['03012', '+493012', '00353301'], not: ['3012', '+49990301'] },
  { text: 'a = +4930*', finds: ['+49301', '0049301', '49301', '0301'], not: ['0130', '301', '+43301'] },
  { text: 'a = +49*', country: '49', finds: ['+491', '00491', '0301', '491'], not: ['0043', '+431', '301'] },
  { text: 'a = +49*', finds: ['+491', '0049', '49'], not: ['091', '0301'] },
  { text: 'a = 49*', finds: ['49301'], not: ['+49301', '0301'] },
  { text: 'a = +3491*', country: '34', finds: ['+34911', '911', '0034911'], not: ['0911'] },
  { text: 'a = 06*', country: '39', finds: ['0612', '+390612'], not: ['612', '+39612'] },
  // Contains, and other patterns.
  { text: 'a = *432*', finds: ['432', '14325', '+49432'], not: ['5321', '43'] },
  { text: 'a = 03?123*6', finds: ['0301236', '0391234546'], not: ['03123456', '+49301236'] },
  { text: 'a = ????', finds: ['1001', 'bob1'], not: ['101', '10001'] },
  { text: 'a = \\*21', finds: ['*21'], not: ['121', '21'] },
  // Pasted, without a field.
  { text: '7654321', finds: ['7654321', '+49307654321'], not: ['76543210'] },
  { text: '765-4321', finds: ['+49307654321'], not: ['765'] },
  { text: '+49 30 123456', finds: BERLIN, not: ['99+4930123456', '+4330123456'] },
  { text: '0049 30 123456', finds: BERLIN, not: ['+4330123456'] },
  { text: '030123456', finds: BERLIN, not: ['999030123456', '30123456'] },
  { text: '030 123456', country: '49', finds: BERLIN, not: ['+4330123456'] },
  { text: '0123', finds: ['0123', '+49300123', '+49123'], not: ['123'] },
  { text: '(202) 555-0123', finds: ['+12025550123', '2025550123'], not: ['5550123'] },
  { text: '202 555 0123', finds: ['+12025550123'], not: ['5550123'] },
  { text: '"202 555 0123"', finds: ['+12025550123'], not: ['5550123'] },
  { text: 'tel:+49-30-123456', finds: BERLIN, not: ['30123456'] },
];

describe('numbers', () => {
  for (const { text, country, finds: found, not } of cases) {
    test(`${text}${country === undefined ? '' : ` in +${country}`}`, () => {
      for (const stored of found) assert.ok(finds(text, stored, country), `should find ${stored}`);
      for (const stored of not) assert.ok(!finds(text, stored, country), `should not find ${stored}`);
    });
  }

  test('a and b look at their own side, number at every user', () => {
    const columns = (filter: Filter): string[] => {
      if (filter.kind === 'text') return [filter.column];
      return filter.kind === 'and' || filter.kind === 'or' ? [...new Set(filter.filters.flatMap(columns))] : [];
    };
    assert.deepEqual(columns(filterOf('a = +4930123456')), ['fromUser', 'assertedUser']);
    assert.deepEqual(columns(filterOf('callee = +4930123456')), ['toUser', 'requestUser']);
    assert.deepEqual(columns(filterOf('number = 1001')), [
      'fromUser',
      'assertedUser',
      'toUser',
      'requestUser',
      'diversionUser',
    ]);
    assert.deepEqual(columns(filterOf('number = 1001', 'calls')), [
      'fromUser',
      'assertedUser',
      'toUser',
      'requestUser',
    ]);
  });

  test('a whole number gives a literal end beside its expression, for an index of reversed numbers', () => {
    const one = (column: string, code: string) =>
      `and(${column} endsWith '30123456'; ${column} matches '^(?:(?:\\+|00)?${code}|0)30123456$')`;
    assert.equal(
      shownFilterOf('a = 030123456', 'calls', '49'),
      `or(${one('fromUser', '49')}; ${one('assertedUser', '49')})`,
    );
  });

  test('the forms of a national number find each other, whatever the separators', () => {
    const digits = fc.stringMatching(/^[1-9]\d{5,9}$/);
    const country = fc.constantFrom('49', '43', '33', '44', '90', '81', '420', '353', '1', '34', '39');
    fc.assert(
      fc.property(country, digits, fc.boolean(), (code, national, known) => {
        const trunk = ['1', '34', '39', '420'].includes(code) ? '' : '0';
        const forms = [`+${code}${national}`, `00${code}${national}`, ...(known ? [`${trunk}${national}`] : [])];
        for (const typed of forms.filter((form) => /^\+|^0/.test(form))) {
          const spaced = typed.replace(/(\d{3})(?=\d)/g, '$1-');
          for (const stored of forms) {
            for (const text of [`a = ${typed}`, `a = "${spaced}"`, typed]) {
              assert.ok(finds(text, stored, known ? code : undefined), `${text} should find ${stored}`);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('no number finds another subscriber', () => {
    const digits = fc.stringMatching(/^[1-9]\d{6,9}$/);
    fc.assert(
      fc.property(digits, digits, (one, other) => {
        fc.pre(!one.endsWith(other) && !other.endsWith(one));
        for (const country of [undefined, '49', '1']) {
          assert.ok(!finds(`a = +49${one}`, `+49${other}`, country));
          assert.ok(!finds(`a = 0${one}`, `0${other}`, country));
        }
      }),
    );
  });
});

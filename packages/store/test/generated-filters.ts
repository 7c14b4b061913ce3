import {
  CALL_ADDRESS_COLUMNS,
  CALL_INTEGER_COLUMNS,
  CALL_TEXT_COLUMNS,
  type Filter,
  MESSAGE_ADDRESS_COLUMNS,
  MESSAGE_INTEGER_COLUMNS,
  MESSAGE_TEXT_COLUMNS,
  OUTCOMES,
} from '@calliope/model';
import fc from 'fast-check';
import { BASE_US, USERS } from './generated-messages.ts';

/** Values that some message has, parts of them, and values that none has. */
const TEXTS = [
  ...USERS,
  'abc',
  '+49%zz',
  'x%y',
  '\0',
  'call-3@10.0.0.0',
  "quo'te\\",
  'INVITE',
  'invite',
  'BYE',
  'sip.example.net',
  'tag1',
  'OK',
  'edge-1',
  'receiver',
  '7',
  'udp',
  'wss',
  'Asterisk PBX 20',
  'Très',
  'ü',
  '\ufffd',
  ...OUTCOMES,
];
const EXPRESSIONS = [
  '^INV',
  '0+$',
  '[0-9]{3}',
  '(?i)alice',
  'a.c',
  '\\d\\d',
  '^$',
  '1|2',
  '\\.',
  '[^a-z]',
  "'",
  '\\\\',
  '^.{2,5}$',
  'ü',
];
const NUMBERS = [
  -1,
  0,
  1,
  7,
  5060,
  40000,
  100,
  180,
  200,
  401,
  486,
  486.5,
  700,
  2_147_483_647,
  4_294_967_296,
  1.5,
  BASE_US,
  BASE_US + 1,
  BASE_US + 0.5,
  1e300,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  3_600_000,
  2,
];

const part = fc.constantFrom(...TEXTS).chain((text) => {
  const points = [...text];
  return fc
    .tuple(fc.nat(points.length), fc.nat(points.length))
    .map(([a, b]) => points.slice(Math.min(a, b), Math.max(a, b)).join(''));
});

function textFilter(columns: readonly string[]): fc.Arbitrary<Filter> {
  const column = fc.constantFrom(...columns);
  const literal = fc.record({
    kind: fc.constant('text'),
    column,
    match: fc.constantFrom('startsWith', 'endsWith', 'endsWith', 'contains'),
    values: fc.oneof(fc.constantFrom(...TEXTS), part).map((value) => [value]),
    ignoreCase: fc.boolean(),
  });
  const equals = fc.record({
    kind: fc.constant('text'),
    column,
    match: fc.constant('equals'),
    values: fc.array(fc.constantFrom(...TEXTS), { maxLength: 3 }),
    ignoreCase: fc.boolean(),
  });
  const matches = fc.record({
    kind: fc.constant('text'),
    column: fc.constantFrom(...columns.filter((name) => name !== 'payload' && name !== 'fromTag')),
    match: fc.constant('matches'),
    values: fc.constantFrom(...EXPRESSIONS).map((value) => [value]),
    ignoreCase: fc.boolean(),
  });
  return fc.oneof(literal, equals, matches) as fc.Arbitrary<Filter>;
}

function integerFilter(columns: readonly string[]): fc.Arbitrary<Filter> {
  const comparison = fc.record({
    kind: fc.constant('integer'),
    column: fc.constantFrom(...columns),
    op: fc.constantFrom('=', '!=', '<', '<=', '>', '>='),
    value: fc.constantFrom(...NUMBERS),
  });
  const bits = fc.record({
    kind: fc.constant('integer'),
    column: fc.constantFrom(...columns.filter((name) => name !== 'pddMs' && name !== 'durationMs')),
    op: fc.constant('hasBits'),
    value: fc.constantFrom(0, 1, 3, 1 << 25, 2 ** 40 + 1),
  });
  return fc.oneof({ arbitrary: comparison, weight: 4 }, { arbitrary: bits, weight: 1 }) as fc.Arbitrary<Filter>;
}

function addressFilter(columns: readonly string[]): fc.Arbitrary<Filter> {
  const address = fc
    .constantFrom(
      '00000000000000000000ffff0a000001',
      '00000000000000000000ffff0a000106',
      '20010db8000000000000000000000003',
      '0'.repeat(32),
      'f'.repeat(32),
    )
    .map((hex) => new Uint8Array(Buffer.from(hex, 'hex')));
  return fc.record({
    kind: fc.constant('address'),
    column: fc.constantFrom(...columns),
    low: address,
    high: address,
  }) as fc.Arbitrary<Filter>;
}

/** What people search for: users by their end, either side, and a union of those. */
const numberSearch: fc.Arbitrary<Filter> = fc
  .tuple(
    fc.subarray(['fromUser', 'assertedUser', 'toUser', 'requestUser', 'diversionUser', 'callId'], { minLength: 1 }),
    fc.constantFrom(...USERS, '901820', '0901820', '654321'),
    fc.boolean(),
  )
  .map(([columns, value, withRest]) => ({
    kind: 'or',
    filters: columns.map((column): Filter => {
      const user = {
        kind: 'text',
        column,
        match: column === 'callId' ? 'equals' : 'endsWith',
        values: [value],
        ignoreCase: false,
      } as Filter;
      const rest = { kind: 'text', column, match: 'matches', values: ['^.{0,12}$'], ignoreCase: false } as Filter;
      return withRest ? { kind: 'and', filters: [user, rest] } : user;
    }),
  }));

function tree(leaf: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { arbitrary: leaf, weight: 4 },
      {
        arbitrary: fc.record({ kind: fc.constant('and' as const), filters: fc.array(tie('filter'), { maxLength: 3 }) }),
        weight: 2,
      },
      {
        arbitrary: fc.record({ kind: fc.constant('or' as const), filters: fc.array(tie('filter'), { maxLength: 3 }) }),
        weight: 2,
      },
      { arbitrary: fc.record({ kind: fc.constant('not' as const), filter: tie('filter') }), weight: 1 },
    ),
  }));
  return filter;
}

export const messageFilters: fc.Arbitrary<Filter> = tree(
  fc.oneof(
    { arbitrary: textFilter(MESSAGE_TEXT_COLUMNS), weight: 4 },
    { arbitrary: integerFilter(MESSAGE_INTEGER_COLUMNS), weight: 2 },
    { arbitrary: addressFilter(MESSAGE_ADDRESS_COLUMNS), weight: 1 },
    { arbitrary: numberSearch, weight: 2 },
  ),
);

export const callFilters: fc.Arbitrary<Filter> = tree(
  fc.oneof(
    { arbitrary: textFilter(CALL_TEXT_COLUMNS), weight: 4 },
    { arbitrary: integerFilter(CALL_INTEGER_COLUMNS), weight: 2 },
    { arbitrary: addressFilter(CALL_ADDRESS_COLUMNS), weight: 1 },
    { arbitrary: messageFilters.map((filter): Filter => ({ kind: 'hasMessage', filter })), weight: 1 },
  ),
);

import { FIELDS, OPERATORS, type QueryNode } from '@calliope/query';
import fc from 'fast-check';

const PIECES = [
  ...FIELDS.flatMap((field) => [field.name, ...field.examples]),
  ...OPERATORS,
  ...[
    'and',
    'or',
    'not',
    '&&',
    '||',
    '!',
    '(',
    ')',
    ',',
    '"',
    "'",
    '\\',
    '*',
    '?',
    '..',
    '[',
    ']',
    '{2}',
    '+49',
    '0',
    '4xx',
    ' ',
    '@',
  ],
];

/** Pieces of the language in any order: much nearer to a query than random text. */
export const arbitraryQueryText = fc
  .array(fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom('', ' ')), { maxLength: 25 })
  .map((pieces) => pieces.flat().join(''));

const SPAN = { position: 0, length: 0 };
/** Patterns as the parser gives them: a backslash only before what it escapes. */
const pattern = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
      fc.constantFrom('*', '?', '\\*', '\\?', '\\\\', '"', "'", 'and', ' ', '+49 30'),
    ),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((parts) => parts.map((part) => (/^\\[*?\\]$/.test(part) ? part : part.replaceAll('\\', '\\\\'))).join(''));
const value = pattern.map((text) => ({ text, ...SPAN }));
/** Expressions as the parser gives them: a double quote only after a backslash. */
const expression = fc
  .array(fc.constantFrom('a', '.', '*', '\\d', '\\"', '\\\\', '(', ')', '[', ']', "'", ' ', '|'), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) => ({ text: parts.join(''), ...SPAN }));

const comparison = (
  operator: fc.Arbitrary<string>,
  values: fc.Arbitrary<{ text: string; position: number; length: number }[]>,
) =>
  fc.tuple(fc.constantFrom(...FIELDS.map((field) => field.name), 'unknown_field'), operator, values).map(
    ([field, op, list]) =>
      ({
        kind: 'comparison',
        field,
        fieldSpan: SPAN,
        operator: op,
        operatorSpan: SPAN,
        values: list,
        ...SPAN,
      }) as QueryNode,
  );

const leaf: fc.Arbitrary<QueryNode> = fc.oneof(
  comparison(
    fc.constantFrom('=', '==', '!=', '<', '<=', '>', '>='),
    value.map((one) => [one]),
  ),
  comparison(
    fc.constantFrom('~', '!~'),
    expression.map((one) => [one]),
  ),
  comparison(fc.constant('in'), fc.array(value, { minLength: 1, maxLength: 3 })),
  comparison(fc.constant('exists'), fc.constant([])),
  value.filter((one) => one.text.trim() !== '').map((one) => ({ kind: 'word', value: one, ...SPAN }) as QueryNode),
);

/** Trees as the parser can give, spans aside. */
export const arbitraryQuery: fc.Arbitrary<QueryNode> = fc.letrec<{ node: QueryNode }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc
      .tuple(fc.constantFrom('and', 'or'), fc.array(tie('node'), { minLength: 2, maxLength: 3 }))
      .map(([kind, terms]) => ({ kind, terms, ...SPAN }) as QueryNode),
    tie('node').map((term) => ({ kind: 'not', term, ...SPAN }) as QueryNode),
  ),
})).node;

/** The same tree with all spans zero, for comparison. */
export function withoutSpans(node: QueryNode): QueryNode {
  switch (node.kind) {
    case 'comparison':
      return {
        ...node,
        fieldSpan: SPAN,
        operatorSpan: SPAN,
        values: node.values.map(({ text }) => ({ text, ...SPAN })),
        ...SPAN,
      };
    case 'word':
      return { kind: 'word', value: { text: node.value.text, ...SPAN }, ...SPAN };
    case 'not':
      return { kind: 'not', term: withoutSpans(node.term), ...SPAN };
    default:
      return { kind: node.kind, terms: node.terms.map(withoutSpans), ...SPAN };
  }
}

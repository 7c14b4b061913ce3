import { parseAddressRange } from './address-range.ts';
import { parseQuery } from './parse-query.ts';
import { isPhoneNumber } from './phone-number.ts';
import { printQuery } from './print-query.ts';
import type { BareWord, Comparison, QueryNode } from './query-ast.ts';
import { quoteForMessage } from './query-error.ts';
import {
  LIST_TEXT_FIELDS,
  type NumberMode,
  ORDERED_FIELDS,
  QUERY_FIELD,
  SEARCH_FORM_FIELDS,
  type SearchForm,
  type SearchFormField,
} from './search-form-fields.ts';
import { literalOf, patternOfTyped } from './value-pattern.ts';

/** Why a query cannot be shown, in a phrase that completes "The form cannot show this: …". */
interface Refusal {
  reason: string;
}

/** What one term says: a field of the form, what to fill in, and whether it must not hold. */
interface FormPart {
  field: SearchFormField;
  fill: SearchForm;
  not: boolean;
}

const MODE_OF = { number: 'numberMode', aNumber: 'aNumberMode', bNumber: 'bNumberMode' } as const;

/**
 * The form that shows a query, or why none can. `formToQuery` of the form means the same as the text, and for a query that came from a form
 * it is the same text, but that an address typed as a number comes back as an address.
 */
export function queryToForm(text: string): { form: SearchForm } | { reason: string } {
  const parsed = parseQuery(text);
  if (!parsed.ok) return { reason: parsed.error.message };
  const form: SearchForm = {};
  const not: SearchFormField[] = [];
  for (const term of termsOf(parsed.ast)) {
    const part = partOf(term);
    if ('reason' in part) return part;
    if (form[part.field] !== undefined) return { reason: `it has two conditions on ${QUERY_FIELD[part.field]}` };
    Object.assign(form, part.fill);
    if (part.not) not.push(part.field);
  }
  return { form: not.length > 0 ? { ...form, not } : form };
}

function termsOf(node: QueryNode): QueryNode[] {
  return node.kind === 'and' ? node.terms.flatMap(termsOf) : [node];
}

function partOf(term: QueryNode): FormPart | Refusal {
  if (term.kind === 'word') return wordPart(term);
  if (term.kind === 'comparison') return comparisonPart(term);
  if (term.kind === 'not' && (term.term.kind === 'word' || term.term.kind === 'comparison')) {
    const part = partOf(term.term);
    return 'reason' in part ? part : { ...part, not: !part.not };
  }
  return { reason: `it has ${quoteForMessage(printQuery(term))}, and the form joins its fields with “and” alone` };
}

function wordPart({ value }: BareWord): FormPart | Refusal {
  const literal = literalOf(value.text);
  if (literal !== undefined && typeof parseAddressRange(literal) !== 'string') {
    return { field: 'ip', fill: { ip: literal }, not: false };
  }
  if (literal !== undefined && isPhoneNumber(literal)) {
    return { field: 'number', fill: { number: value.text.trim() }, not: false };
  }
  return { reason: `${quoteForMessage(value.text)} has no field` };
}

function comparisonPart(node: Comparison): FormPart | Refusal {
  const field = SEARCH_FORM_FIELDS.find((one) => QUERY_FIELD[one] === node.field);
  if (!field) return { reason: `the form has no ${node.field}` };
  const unlike = { reason: `it has ${quoteForMessage(printQuery(node))}` };
  const texts = node.values.map((value) => value.text);
  if (texts.length === 0 || texts.some((text) => text === '' || text !== text.trim())) return unlike;
  if (LIST_TEXT_FIELDS.has(field)) return listPart(field, node, texts) ?? unlike;
  const not = node.operator === '!=';
  if (!not && node.operator !== '=' && node.operator !== 'in') return unlike;
  if (field === 'methods' || field === 'transport') return { field, fill: { [field]: texts }, not };
  const [text] = texts;
  if (text === undefined || texts.length > 1) return unlike;
  if (field === 'ipVersion') return text === '4' || text === '6' ? { field, fill: { ipVersion: text }, not } : unlike;
  if (field === 'userAgent') return { field, fill: { userAgent: typedUserAgent(text) }, not };
  if (field === 'number' || field === 'aNumber' || field === 'bNumber')
    return { field, fill: numberFill(field, text), not };
  return { field, fill: { [field]: text }, not };
}

/** The text between wildcards when that is a literal without white space around it. */
function between(pattern: string, before: boolean, after: boolean): string | undefined {
  if (before !== pattern.startsWith('*') || after !== pattern.endsWith('*')) return undefined;
  const inner = pattern.slice(before ? 1 : 0, after ? -1 : undefined);
  // A star that is escaped leaves its backslash alone at the end, which no pattern has.
  const isWhole = inner !== '' && inner === inner.trim() && patternOfTyped(inner) === inner;
  return isWhole && literalOf(inner) !== undefined ? inner : undefined;
}

function numberFill(field: keyof typeof MODE_OF, pattern: string): SearchForm {
  const shapes: [NumberMode, string | undefined][] = [
    ['exact', literalOf(pattern) === undefined ? undefined : pattern],
    ['ends', between(pattern, true, false)],
    ['starts', between(pattern, false, true)],
    ['contains', between(pattern, true, true)],
  ];
  const [mode, number] = shapes.find(([, inner]) => inner !== undefined) ?? [];
  return number === undefined ? { [field]: pattern } : { [field]: number, [MODE_OF[field]]: mode };
}

function typedUserAgent(pattern: string): string {
  const inner = between(pattern, true, true);
  if (inner !== undefined && !inner.startsWith('=')) return inner;
  return literalOf(pattern) === undefined ? pattern : `=${pattern}`;
}

function listPart(field: SearchFormField, node: Comparison, texts: string[]): FormPart | undefined {
  if (texts.some((text) => /^[<>=!]|,/.test(text))) return undefined;
  const isPlain = node.operator === '=' || node.operator === 'in';
  if (!isPlain && node.operator !== '!=' && !(ORDERED_FIELDS.has(field) && /^[<>]/.test(node.operator)))
    return undefined;
  return { field, fill: { [field]: (isPlain ? '' : node.operator) + texts.join(', ') }, not: false };
}

import { isPhoneNumber } from './phone-number.ts';
import { printQuery } from './print-query.ts';
import type { Operator, QueryNode, QueryValue } from './query-ast.ts';
import {
  LIST_TEXT_FIELDS,
  type NumberMode,
  QUERY_FIELD,
  SEARCH_FORM_FIELDS,
  type SearchForm,
  type SearchFormField,
} from './search-form-fields.ts';
import { literalOf, patternOfTyped } from './value-pattern.ts';

const SPAN = { position: 0, length: 0 };

function queryValue(text: string): QueryValue {
  return { text, ...SPAN };
}

function comparison(field: SearchFormField, operator: Operator, texts: readonly string[]): QueryNode {
  const values = texts.map(queryValue);
  return {
    kind: 'comparison',
    field: QUERY_FIELD[field],
    fieldSpan: SPAN,
    operator,
    operatorSpan: SPAN,
    values,
    ...SPAN,
  };
}

function equalsAny(field: SearchFormField, texts: readonly string[]): QueryNode {
  return comparison(field, texts.length === 1 ? '=' : 'in', texts);
}

/**
 * The query of a form, canonical: terms in the order of the form, joined by `and`. Whatever is typed stays inside its value; what does not
 * fit its field (a code `abc`) is found by `compileQuery`. An empty form is the empty text.
 */
export function formToQuery(form: SearchForm): string {
  const terms = SEARCH_FORM_FIELDS.flatMap((field): QueryNode[] => {
    const term = termOf(field, form);
    if (!term) return [];
    return [form.not?.includes(field) ? { kind: 'not', term, ...SPAN } : term];
  });
  if (terms.length === 1) return printQuery(terms[0]!);
  return printQuery({ kind: 'and', terms, ...SPAN });
}

function termOf(field: SearchFormField, form: SearchForm): QueryNode | undefined {
  const entered = form[field];
  if (Array.isArray(entered)) {
    const texts = entered.map((one) => patternOfTyped(one.trim())).filter((one) => one !== '');
    return texts.length === 0 ? undefined : equalsAny(field, texts);
  }
  const typed = entered?.trim() ?? '';
  if (typed === '') return undefined;
  if (field === 'number') return numberTerm(field, typed, form.numberMode);
  if (field === 'aNumber') return numberTerm(field, typed, form.aNumberMode ?? 'ends');
  if (field === 'bNumber') return numberTerm(field, typed, form.bNumberMode ?? 'ends');
  if (field === 'userAgent') return userAgentTerm(typed);
  if (LIST_TEXT_FIELDS.has(field)) return listTerm(field, typed);
  return comparison(field, '=', [patternOfTyped(typed)]);
}

function numberTerm(field: SearchFormField, typed: string, mode: NumberMode | undefined): QueryNode {
  const pattern = patternOfTyped(typed);
  if (literalOf(pattern) === undefined || mode === 'exact') return comparison(field, '=', [pattern]);
  if (mode === undefined && isPhoneNumber(typed)) return { kind: 'word', value: queryValue(pattern), ...SPAN };
  const before = mode === 'starts' ? '' : '*';
  const after = mode === 'ends' ? '' : '*';
  return comparison(field, '=', [before + pattern + after]);
}

function userAgentTerm(typed: string): QueryNode {
  if (typed.startsWith('=')) return comparison('userAgent', '=', [patternOfTyped(typed.slice(1).trim())]);
  const pattern = patternOfTyped(typed);
  return comparison('userAgent', '=', [literalOf(pattern) === undefined ? pattern : `*${pattern}*`]);
}

function listTerm(field: SearchFormField, typed: string): QueryNode | undefined {
  const match = /^(>=|<=|!=|<|>|=)?\s*(.*)$/s.exec(typed)!;
  const texts = match[2]!.split(',').map((one) => patternOfTyped(one.trim()));
  const given = texts.filter((one) => one !== '');
  if (given.length === 0 && match[1] === undefined) return undefined;
  // An order or a difference with several values has no one meaning: they stay one value, which the compiler points at.
  if (match[1] !== undefined && match[1] !== '=') return comparison(field, match[1] as Operator, [given.join(',')]);
  return equalsAny(field, given.length === 0 ? [''] : given);
}

import type { Operator } from './query-ast.ts';
import { KEYWORDS } from './scan-token.ts';
import { FIELDS, findField, type SearchField, type View } from './search-fields.ts';

/** Something that can stand at the caret: put `insert` in place of the text from `start` to `end` (UTF-16 offsets). */
export interface Suggestion {
  kind: 'field' | 'operator' | 'value' | 'keyword';
  label: string;
  description: string;
  insert: string;
  start: number;
  end: number;
}

/** Only so much text before the caret is looked at, and so many suggestions are made. */
const LOOK_BACK = 512;
const MAX_SUGGESTIONS = 50;

const OPERATOR_MEANING: Record<Operator, string> = {
  '=': 'is',
  '==': 'is, without wildcards and number rules',
  '!=': 'is not',
  '<': 'is less than',
  '<=': 'is at most',
  '>': 'is more than',
  '>=': 'is at least',
  '~': 'matches the regular expression',
  '!~': 'does not match the regular expression',
  in: 'is one of, or is in the network',
  exists: 'is there',
};

const VALUE =
  /(?:^|[\s(!])([A-Za-z_][\w-]*)\s*(?:==|=~|!~|!=|<>|<=|>=|=|<|>|~|\sin\s*\((?:[^()"]*,)?|\sin(?=\s))\s*([^\s(),"'=<>~!]*)$/i;
const OPERATOR = /(?:^|[\s(!])([A-Za-z_][\w-]*)\s+([!=<>~a-z]*)$/i;
const WORD = /(?:^|[\s(!])([A-Za-z_][\w-]*)?$/;
/** The caret is in a quoted string: an odd number of quotes that are not escaped. */
function isInQuotes(text: string): boolean {
  return (text.replace(/\\./g, '').match(/"/g)?.length ?? 0) % 2 === 1;
}

/**
 * What could be typed at `caret`: values after an operator, operators after a field, else fields and, after a term, `and` and `or`. Nothing
 * inside quotes. Best first: those that begin with what is typed, then those that contain it.
 */
export function suggest(text: string, caret: number, of: View): Suggestion[] {
  const end = Math.max(0, Math.min(caret, text.length));
  const before = text.slice(Math.max(0, end - LOOK_BACK), end);
  if (isInQuotes(text.slice(0, end))) return [];
  const value = VALUE.exec(before);
  const valueField = value && fieldIn(value[1]!, of);
  if (value && valueField) return valueSuggestions(valueField, value[2]!, end);
  const operator = OPERATOR.exec(before);
  const operatorField = operator && fieldIn(operator[1]!, of);
  if (operator && operatorField) {
    const operators = operatorSuggestions(operatorField, operator[2]!, end);
    if (operators.length > 0) return operators;
  }
  const word = WORD.exec(before);
  return word ? wordSuggestions(word[1] ?? '', before, end, of) : [];
}

function fieldIn(name: string, of: View): SearchField | undefined {
  const field = findField(name);
  return field?.views.includes(of) ? field : undefined;
}

/** Those whose label begins with the typed text, then those that have it inside; each group in its order. */
function ranked(
  suggestions: Suggestion[],
  typed: string,
  namesOf: (one: Suggestion) => readonly string[],
): Suggestion[] {
  const text = typed.toLowerCase();
  const starts = suggestions.filter((one) => namesOf(one).some((name) => name.toLowerCase().startsWith(text)));
  const contains = suggestions.filter(
    (one) => !starts.includes(one) && namesOf(one).some((name) => name.toLowerCase().includes(text)),
  );
  return [...starts, ...contains].slice(0, MAX_SUGGESTIONS);
}

function labelOnly(one: Suggestion): readonly string[] {
  return [one.label];
}

function valueSuggestions(field: SearchField, typed: string, end: number): Suggestion[] {
  const known = field.values ?? field.examples;
  const description = field.values ? field.description : `for example: ${field.description}`;
  const start = end - typed.length;
  const all = known.map(
    (label): Suggestion => ({ kind: 'value', label, description, insert: `${label} `, start, end }),
  );
  return ranked(all, typed, labelOnly).filter((one) => one.label !== typed);
}

function operatorSuggestions(field: SearchField, typed: string, end: number): Suggestion[] {
  const start = end - typed.length;
  return field.operators
    .filter((operator) => operator.startsWith(typed.toLowerCase()) && operator !== typed)
    .map((label) => ({
      kind: 'operator',
      label,
      description: OPERATOR_MEANING[label],
      insert: `${label} `,
      start,
      end,
    }));
}

function wordSuggestions(typed: string, before: string, end: number, of: View): Suggestion[] {
  const start = end - typed.length;
  const rest = before.slice(0, before.length - typed.length).trimEnd();
  const lastWord = /[A-Za-z]+$/.exec(rest)?.[0].toLowerCase() ?? '';
  const afterTerm = rest !== '' && !/[(!]$|&&$|\|\|$/.test(rest) && (!KEYWORDS.has(lastWord) || lastWord === 'exists');
  const keyword = (label: string, description: string): Suggestion => ({
    kind: 'keyword',
    label,
    description,
    insert: `${label} `,
    start,
    end,
  });
  const keywords = afterTerm
    ? [keyword('and', 'both must hold'), keyword('or', 'one must hold')]
    : [keyword('not', 'must not hold')];
  const fields = FIELDS.filter((field) => field.views.includes(of)).map(
    ({ name, description }): Suggestion => ({
      kind: 'field',
      label: name,
      description,
      insert: `${name} `,
      start,
      end,
    }),
  );
  const names = (one: Suggestion) =>
    one.kind === 'field' ? [one.label, ...(findField(one.label)?.aliases ?? [])] : [one.label];
  return ranked(afterTerm ? [...keywords, ...fields] : [...fields, ...keywords], typed, names);
}

import type { Filter } from '@calliope/model';
import { compileAddress } from './compile-address.ts';
import { compileDefects, compileOrdered, differs } from './compile-integer.ts';
import { literalNumberFilter, numberFilter } from './compile-number.ts';
import type { Compiled, CompileOptions, OrError } from './compile-options.ts';
import {
  anyColumn,
  containPattern,
  matchPatterns,
  matchRegularExpression,
  plainText,
  present,
} from './compile-text.ts';
import { compileTime } from './compile-time.ts';
import { didYouMean } from './did-you-mean.ts';
import { integerColumns, NUMBER_COLUMNS, textColumns } from './field-columns.ts';
import { allOf, anyOf, integerFilter, noneOf, textFilter } from './filter-builders.ts';
import type { Comparison, Operator } from './query-ast.ts';
import { isQueryError, quoteForMessage, typeError, unknownFieldError } from './query-error.ts';
import { fieldNames, findField, type SearchField } from './search-fields.ts';
import { escapePattern } from './value-pattern.ts';

/** Finds the field in the view and asks whether it takes the operator. */
function checkField(node: Comparison, options: CompileOptions): OrError<SearchField> {
  const field = findField(node.field);
  const names = fieldNames(options.of);
  if (!field) {
    const near = didYouMean(node.field, names);
    const message = `There is no field ${quoteForMessage(node.field)}`;
    const hint = near === undefined ? '; put it into quotes if it is text to search for' : `; did you mean ${near}?`;
    return unknownFieldError(node.fieldSpan, message + hint, near === undefined ? names : [near]);
  }
  if (!field.views.includes(options.of)) {
    return unknownFieldError(
      node.fieldSpan,
      `${field.name} is a field of ${field.views.join(' and ')}, not of ${options.of}`,
      names,
    );
  }
  if (field.operators.includes(node.operator)) return field;
  const message = `${field.name} does not take ${node.operator}; it takes ${field.operators.join(' ')}`;
  return typeError(node.operatorSpan, message, [...field.operators]);
}

/** The comparison as if its operator were not negated. */
function positive(operator: Operator): Operator {
  return operator === '!=' ? '=' : operator === '!~' ? '~' : operator;
}

/** One comparison. In the view of calls a negated one of a message's field says that no message of the call is so. */
export function compileComparison(node: Comparison, options: CompileOptions): OrError<Compiled> {
  const field = checkField(node, options);
  if (isQueryError(field)) return field;
  const operator = positive(node.operator);
  const compiled = compilePositive(field, operator, node, options);
  if (isQueryError(compiled)) return compiled;
  const { filter, perMessage } = compiled;
  if (operator !== node.operator) {
    if (options.of === 'calls' && perMessage)
      return { filter: noneOf({ kind: 'hasMessage', filter }), perMessage: false };
    return { filter: negate(field, filter, perMessage), perMessage };
  }
  const guarded = field.type === 'code' && (operator === '<' || operator === '<=');
  return guarded ? { filter: allOf([presentInteger(field), filter]), perMessage } : compiled;
}

/** An absent code (0) or duration (null) differs from nothing, as in the store; an absent text differs from every text. */
function negate(field: SearchField, filter: Filter, perMessage: boolean): Filter {
  const absent = field.type === 'code' || field.type === 'duration';
  if (absent && !perMessage) return allOf([presentInteger(field), differs(filter)]);
  return differs(filter);
}

function presentInteger(field: SearchField): Filter {
  const column = integerColumns(field.name)[0]!;
  return integerFilter(column, field.type === 'code' ? '>' : '>=', 0);
}

function compilePositive(
  field: SearchField,
  operator: Operator,
  node: Comparison,
  options: CompileOptions,
): OrError<Compiled> {
  const perMessage = options.of === 'calls' && field.inCalls === 'message';
  if (field.type === 'address') return compileAddress(field.name, node.values, options.of);
  const filter = compileValues(field, operator, node, perMessage ? { ...options, of: 'messages' } : options);
  return isQueryError(filter) ? filter : { filter, perMessage };
}

function compileValues(
  field: SearchField,
  operator: Operator,
  node: Comparison,
  options: CompileOptions,
): OrError<Filter> {
  switch (field.type) {
    case 'number':
      return compileNumber(field, operator, node, options);
    case 'text':
    case 'method':
    case 'payload':
      return compileText(field, operator, node, options);
    case 'keyword':
      return field.name === 'defect'
        ? compileDefects(field, operator, node.values)
        : compileKeyword(field, node, options);
    case 'boolean':
      return compileRequest(node);
    case 'time':
      return compileTime(operator, node.values, options);
    default:
      return compileOrdered(field, integerColumns(field.name), operator, node.values);
  }
}

function compileNumber(
  field: SearchField,
  operator: Operator,
  node: Comparison,
  options: CompileOptions,
): OrError<Filter> {
  const pairs = NUMBER_COLUMNS[options.of][field.name] ?? [];
  const users = pairs.map((pair) => pair.user);
  if (operator === 'exists') return anyColumn(users, present);
  if (operator === '~') return matchRegularExpression(users, node.values[0]!);
  if (operator === '==') return literalNumberFilter(pairs, node.values[0]!.text);
  return anyOf(node.values.map((value) => numberFilter(pairs, value.text, options)));
}

function compileText(
  field: SearchField,
  operator: Operator,
  node: Comparison,
  options: CompileOptions,
): OrError<Filter> {
  const columns = textColumns(field.name, options.of);
  if (operator === 'exists') return anyColumn(columns, present);
  if (operator === '~') return matchRegularExpression(columns, node.values[0]!);
  const literal = operator === '==';
  const ignoreCase = field.ignoreCase === true && !literal;
  const patterns = node.values.map(({ text }) => {
    if (literal) return escapePattern(plainText(text));
    return field.type === 'method' ? text.toUpperCase() : text;
  });
  if (field.type === 'payload') {
    const empty = node.values.find((value) => value.text === '' || /^\*+$/.test(value.text));
    if (empty) return typeError(empty, 'Expected the text to look for', ['text']);
    return anyOf(columns.flatMap((column) => patterns.map((pattern) => containPattern(column, pattern, ignoreCase))));
  }
  return anyColumn(columns, (column) => matchPatterns(column, patterns, ignoreCase));
}

function compileKeyword(field: SearchField, node: Comparison, options: CompileOptions): OrError<Filter> {
  const names: string[] = [];
  for (const value of node.values) {
    const name = value.text.toLowerCase().replaceAll('-', '_');
    const known = field.values ?? [];
    if (!known.includes(name)) {
      const near = didYouMean(name, known);
      const hint = near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`;
      return typeError(value, `There is no ${field.name} ${quoteForMessage(value.text)}; ${hint}`, [...known]);
    }
    names.push(name);
  }
  return anyColumn(textColumns(field.name, options.of), (column) => textFilter(column, 'equals', names));
}

/** A request has a method and no response code; what is not SIP is neither request nor response. */
function compileRequest(node: Comparison): OrError<Filter> {
  const value = node.values[0]!;
  const text = value.text.toLowerCase();
  if (['true', 'yes', '1'].includes(text)) {
    return allOf([integerFilter('responseCode', '=', 0), noneOf(textFilter('method', 'equals', ['']))]);
  }
  if (['false', 'no', '0'].includes(text)) return integerFilter('responseCode', '>', 0);
  return typeError(value, `Expected true or false instead of ${quoteForMessage(value.text)}`, ['true', 'false']);
}

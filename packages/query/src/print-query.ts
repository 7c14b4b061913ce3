import type { Comparison, QueryNode } from './query-ast.ts';
import { KEYWORDS } from './scan-token.ts';

const PLAIN = /^[A-Za-z0-9_.:@+/%*?-]+$/;
const CONTROL: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A pattern as it can stand after an operator or alone: unquoted when nothing in it could be read otherwise. */
export function printValue(pattern: string): string {
  if (PLAIN.test(pattern) && !KEYWORDS.has(pattern.toLowerCase())) return pattern;
  return `"${pattern.replace(/\\[*?\\]|\\|["\n\r\t]/g, (part) => {
    if (part.length === 2) return part;
    return part === '\\' ? '\\\\' : (CONTROL[part] ?? `\\${part}`);
  })}"`;
}

/** A regular expression in quotes; quotes inside that are not escaped already get a backslash, which changes nothing in the expression. */
function printRegularExpression(source: string): string {
  return `"${source.replace(/\\[\s\S]|\\$|"/g, (part) => (part === '"' ? '\\"' : part === '\\' ? '\\\\' : part))}"`;
}

function printComparison(node: Comparison): string {
  const { field, operator, values } = node;
  if (operator === 'exists') return `${field} exists`;
  if (operator === 'in') return `${field} in (${values.map((value) => printValue(value.text)).join(', ')})`;
  const print = operator === '~' || operator === '!~' ? printRegularExpression : printValue;
  return `${field} ${operator} ${print(values[0]?.text ?? '')}`;
}

/**
 * Canonical text: canonical field names, lower case keywords, `and` written out, brackets where they are needed, values quoted when they must
 * be. `parseQuery` of it gives the same tree but for the spans.
 */
export function printQuery(ast: QueryNode): string {
  switch (ast.kind) {
    case 'comparison':
      return printComparison(ast);
    case 'word':
      return printValue(ast.value.text);
    case 'not':
      return `not ${printOperand(ast.term, 'not')}`;
    default:
      return ast.terms.map((term) => printOperand(term, ast.kind)).join(` ${ast.kind} `);
  }
}

function printOperand(node: QueryNode, inside: 'and' | 'or' | 'not'): string {
  const bare =
    node.kind === 'comparison' ||
    node.kind === 'word' ||
    node.kind === 'not' ||
    (node.kind === 'and' && inside === 'or');
  return bare ? printQuery(node) : `(${printQuery(node)})`;
}

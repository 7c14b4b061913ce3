/** Columns of facets, with the search field that a click on one of their values uses. */
export interface FacetColumn {
  column: string;
  field: string;
  title: string;
}

export const CALL_FACETS: readonly FacetColumn[] = [
  { column: 'outcome', field: 'outcome', title: 'Outcome' },
  { column: 'responseCode', field: 'code', title: 'Code' },
  { column: 'methods', field: 'method', title: 'Method' },
  { column: 'hosts', field: 'ip', title: 'Host' },
  { column: 'userAgents', field: 'ua', title: 'User agent' },
  { column: 'nodes', field: 'node', title: 'Capture node' },
];

export const MESSAGE_FACETS: readonly FacetColumn[] = [
  { column: 'method', field: 'method', title: 'Method' },
  { column: 'responseCode', field: 'code', title: 'Code' },
  { column: 'sourceIp', field: 'src', title: 'Source' },
  { column: 'destinationIp', field: 'dst', title: 'Destination' },
  { column: 'userAgent', field: 'ua', title: 'User agent' },
  { column: 'transport', field: 'transport', title: 'Transport' },
  { column: 'node', field: 'node', title: 'Capture node' },
];

const PLAIN = /^[A-Za-z0-9_.:@+/%-]+$/;
const KEYWORD = /^(and|or|not|in|exists)$/i;

/** A value as it stands in an expression and means just itself: wildcards escaped, quoted where it must be. */
export function literalValue(value: string): string {
  if (PLAIN.test(value) && !KEYWORD.test(value)) return value;
  const escaped = value
    .replace(/[\\*?]/g, '\\$&')
    .replace(/"/g, '\\"')
    .replace(/[\n\r\t]/g, (control) => ({ '\n': '\\n', '\r': '\\r', '\t': '\\t' })[control]!);
  return `"${escaped}"`;
}

/** `field = value`, or its contrary. The empty value asks for absence; the code 0 is "no response", which the language says the same way. */
export function term(field: string, value: string, exclude: boolean): string {
  if (value === '' || (field === 'code' && value === '0')) return exclude ? `${field} exists` : `not ${field} exists`;
  return `${field} ${exclude ? '!=' : '='} ${literalValue(value)}`;
}

/** An expression narrowed by a term. What has an `or` in it is put in brackets, since `and` binds tighter. A term that stands in it already is not added again. */
export function addTerm(query: string, added: string): string {
  const text = query.trim();
  if (text === '') return added;
  if (
    text === added ||
    text.endsWith(` and ${added}`) ||
    text.includes(` and ${added} and `) ||
    text.startsWith(`${added} and `)
  ) {
    return text;
  }
  const outside = text.replace(/"(?:\\.|[^"\\])*"?/g, '""');
  return /\bor\b/i.test(outside) ? `(${text}) and ${added}` : `${text} and ${added}`;
}

import type { Filter } from '@calliope/model';
import { matchPattern, plainText, present } from './compile-text.ts';
import type { UserColumns } from './field-columns.ts';
import { allOf, anyOf, textFilter } from './filter-builders.ts';
import {
  type ColumnFilter,
  isPhoneNumber,
  type NumberOptions,
  numberContaining,
  numberEndingWith,
  numberStartingWith,
  stripSeparators,
  wholeNumber,
} from './phone-number.ts';
import { escapePattern, parsePattern, patternSource } from './value-pattern.ts';

/**
 * What `=` means for a user: telephone numbers by the number rules (whole, `*4321`, `0301*`, `*432*`), everything else by the pattern as it
 * is, letter case included (RFC 3261 section 19.1.4: user parts are compared with case).
 */
export function userFilter(pattern: string, options: NumberOptions): ColumnFilter {
  const parts = parsePattern(pattern);
  const literals = parts.filter((part) => typeof part === 'object').map((part) => part.literal);
  if (literals.length === 0 || !literals.every((literal) => isPhoneNumber(literal))) {
    return (column) => matchPattern(column, pattern, false);
  }
  const shape = parts.map((part) => (typeof part === 'object' ? 'x' : part)).join('');
  const number = literals[0]!;
  if (shape === 'x') return wholeNumber(number, options);
  if (shape === '*x') return numberEndingWith(number, options);
  if (shape === 'x*') return numberStartingWith(number, options);
  if (shape === '*x*') return numberContaining(number);
  // Wildcards inside: the digits at the end are a filter of their own, for the store's index of reversed numbers.
  const stripped = parts.map((part) => (typeof part === 'object' ? { literal: stripSeparators(part.literal) } : part));
  const tail = stripped.at(-1)!;
  const matches = `^${patternSource(stripped)}$`;
  return (column) =>
    allOf([
      ...(typeof tail === 'object' ? [textFilter(column, 'endsWith', [tail.literal])] : []),
      textFilter(column, 'matches', [matches]),
    ]);
}

export interface SipUri {
  /** Pattern; '' when the URI has no user. */
  user: string;
  /** Pattern, without port; '' for tel URIs. */
  host: string;
}

/** A sip, sips or tel URI (RFC 3261 section 19.1, RFC 3966), or `user@host`, as patterns; undefined for anything else. */
export function parseUri(pattern: string): SipUri | undefined {
  const text = /^<[^>]*>$/.test(pattern) ? pattern.slice(1, -1) : pattern;
  const tel = /^tel:([^;]+)/i.exec(text);
  if (tel) return { user: tel[1]!, host: '' };
  const match = /^(sips?:)?(?:([^@]+)@)?(\[[0-9A-Fa-f:.]+\]|[^@:;?[\]]+)(?::\d{1,5})?(?:[;?].*)?$/i.exec(text);
  if (!match || (match[1] === undefined && match[2] === undefined)) return undefined;
  // A password (deprecated) and parameters of the user part are not of the user.
  const user = (match[2] ?? '').replace(/[:;].*$/, '');
  return { user, host: match[3]! };
}

/** User and host of one URI match; a URI with a host is looked for only where the host is stored too. */
export function uriFilter(columns: readonly UserColumns[], uri: SipUri, options: NumberOptions): Filter {
  const user = uri.user === '' ? undefined : userFilter(uri.user, options);
  return anyOf(
    columns.flatMap((pair) => {
      if (uri.host === '') return user ? [user(pair.user)] : [];
      if (!pair.host) return [];
      return [allOf([...(user ? [user(pair.user)] : []), matchPattern(pair.host, uri.host, true)])];
    }),
  );
}

/** `field = pattern` of a number field. */
export function numberFilter(columns: readonly UserColumns[], pattern: string, options: NumberOptions): Filter {
  if (pattern === '*') return anyOf(columns.map((pair) => present(pair.user)));
  const uri = parseUri(pattern);
  if (uri) return uriFilter(columns, uri, options);
  const filterOf = userFilter(pattern, options);
  return anyOf(columns.map((pair) => filterOf(pair.user)));
}

/** `field == text`: the user is just that. */
export function literalNumberFilter(columns: readonly UserColumns[], pattern: string): Filter {
  const literal = escapePattern(plainText(pattern));
  return anyOf(columns.map((pair) => matchPattern(pair.user, literal, false)));
}

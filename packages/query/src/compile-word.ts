import type { Filter } from '@calliope/model';
import { parseAddressAndPort, parseAddressRange } from './address-range.ts';
import { addressAndPort, addressIn } from './compile-address.ts';
import { numberFilter, parseUri, uriFilter } from './compile-number.ts';
import type { Compiled, CompileOptions } from './compile-options.ts';
import { anyColumn, containPattern, matchPattern } from './compile-text.ts';
import { NUMBER_COLUMNS, textColumns, type UserColumns } from './field-columns.ts';
import { anyOf, textFilter } from './filter-builders.ts';
import { isPhoneNumber, pastedNumber, stripSeparators } from './phone-number.ts';
import type { BareWord } from './query-ast.ts';
import { METHODS } from './search-fields.ts';
import { escapePattern, literalOf } from './value-pattern.ts';

const UUID = /^\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?$/i;
const LONG_HEX = /^(?=.*\d)[0-9a-f]{16,}$/i;
/** E.164 numbers have at most 15 digits, and `00` may precede them. */
const LONGEST_NUMBER = 17;
/** A user part that people would type with its host: a number or a name, not the random part of a Call-ID. */
const TYPED_USER = /^(?:\+?\d{1,15}|[A-Za-z][A-Za-z]*(?:[._-][A-Za-z]+)*\d{0,4})$/;

/**
 * A pasted thing, taken for the first that it looks like: an address, network or address:port (either side); a UUID or 16 hexadecimal digits
 * and more (Call-ID); a telephone number (either side: whole with a prefix, else the end); a sip, sips or tel URI; `user@host` (Call-ID, and
 * the URI when the user looks like one that is typed); a method in capitals; else text: in a user or host or User-Agent, or how a Call-ID
 * begins, letter case ignored.
 */
export function compileWord(node: BareWord, options: CompileOptions): Compiled {
  const pattern = node.value.text.trim();
  const literal = literalOf(pattern);
  if (literal !== undefined) {
    const withPort = parseAddressAndPort(literal);
    if (withPort) {
      return { filter: addressAndPort('ip', withPort.address, withPort.port), perMessage: options.of === 'calls' };
    }
  }
  return { filter: wordFilter(pattern, literal, options), perMessage: false };
}

function wordFilter(pattern: string, literal: string | undefined, options: CompileOptions): Filter {
  const { of } = options;
  const pairs = NUMBER_COLUMNS[of].number!;
  const range = pattern.includes('..') ? '' : parseAddressRange(pattern);
  if (typeof range !== 'string') return addressIn('ip', of, range);
  if (literal === undefined) return wildcardWord(pattern, pairs, options);
  if (UUID.test(literal)) return callIdIs(literal);
  if (isPhoneNumber(literal)) {
    const onUser = pastedNumber(literal, options);
    const number = anyOf(pairs.map((pair) => onUser(pair.user)));
    return stripSeparators(literal).length > LONGEST_NUMBER ? anyOf([callIdIs(literal), number]) : number;
  }
  if (LONG_HEX.test(literal)) return callIdIs(literal);
  if (/^<?(?:sips?|tel):/i.test(literal)) {
    const uri = parseUri(pattern);
    if (uri) return uriFilter(pairs, uri, options);
  }
  const at = literal.lastIndexOf('@');
  if (at >= 0) {
    const uri = TYPED_USER.test(literal.slice(0, at)) ? parseUri(pattern) : undefined;
    return uri ? anyOf([callIdIs(literal), uriFilter(pairs, uri, options)]) : callIdIs(literal);
  }
  if ((METHODS as readonly string[]).includes(literal)) {
    return anyColumn(textColumns('method', of), (column) => textFilter(column, 'equals', [literal]));
  }
  return textWord(literal, pairs, options);
}

function callIdIs(literal: string): Filter {
  return textFilter('callId', 'equals', [literal]);
}

function textWord(literal: string, pairs: readonly UserColumns[], { of }: CompileOptions): Filter {
  const columns = [...pairs.map((pair) => pair.user), ...textColumns('host', of), ...textColumns('ua', of)];
  return anyOf([
    textFilter('callId', 'startsWith', [literal]),
    anyColumn(columns, (column) => containPattern(column, escapePattern(literal), true)),
  ]);
}

/** With wildcards the word is the whole of a user (by the number rules), host, User-Agent or Call-ID. */
function wildcardWord(pattern: string, pairs: readonly UserColumns[], options: CompileOptions): Filter {
  const users = numberFilter(pairs, pattern, options);
  const isDigits = /^[\d\s.\-()/+*?]+$/.test(pattern) && /\d/.test(pattern);
  if (isDigits) return users;
  const columns = [...textColumns('host', options.of), ...textColumns('ua', options.of)];
  return anyOf([
    users,
    matchPattern('callId', pattern, false),
    anyColumn(columns, (column) => matchPattern(column, pattern, true)),
  ]);
}

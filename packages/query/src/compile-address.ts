import type { Filter } from '@calliope/model';
import { type AddressRange, parseAddressAndPort, parseAddressRange } from './address-range.ts';
import type { Compiled, OrError } from './compile-options.ts';
import { addressColumns } from './field-columns.ts';
import { addressFilter, allOf, anyOf, integerFilter } from './filter-builders.ts';
import type { QueryValue } from './query-ast.ts';
import { quoteForMessage, typeError } from './query-error.ts';
import type { View } from './search-fields.ts';

export function addressIn(field: string, of: View, range: AddressRange): Filter {
  return anyOf(addressColumns(field, of).map((column) => addressFilter(column, range)));
}

/** Address and port of the same side of one message. */
export function addressAndPort(field: string, range: AddressRange, port: number): Filter {
  const source = allOf([addressFilter('sourceIp', range), integerFilter('sourcePort', '=', port)]);
  const destination = allOf([addressFilter('destinationIp', range), integerFilter('destinationPort', '=', port)]);
  return field === 'src' ? source : field === 'dst' ? destination : anyOf([source, destination]);
}

/**
 * `src`, `dst` or `ip`, without negation. A value with a port is of one message; a list that has one is so as a whole, so that in the view of
 * calls it has one meaning.
 */
export function compileAddress(field: string, values: readonly QueryValue[], of: View): OrError<Compiled> {
  const perMessage = of === 'calls' && values.some((value) => parseAddressAndPort(value.text) !== undefined);
  const filters: Filter[] = [];
  for (const value of values) {
    const withPort = parseAddressAndPort(value.text);
    if (withPort) {
      filters.push(addressAndPort(field, withPort.address, withPort.port));
      continue;
    }
    const range = parseAddressRange(value.text);
    if (typeof range === 'string') {
      return typeError(value, `${range}, instead of ${quoteForMessage(value.text)}`, [
        '10.0.0.1',
        '10.0.0.0/8',
        '2001:db8::/32',
      ]);
    }
    filters.push(addressIn(field, perMessage ? 'messages' : of, range));
  }
  return { filter: anyOf(filters), perMessage };
}

import { type Filter, formatAddress } from '@calliope/model';

function showAddress(bytes: Uint8Array): string {
  const isIpv4 = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return isIpv4 ? formatAddress(bytes, 12, 4) : formatAddress(bytes, 0, 6);
}

/** A filter in one line, so that tables of tests can be read. `i` after a match says that letter case is ignored. */
export function showFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'text':
      return `${filter.column} ${filter.match}${filter.ignoreCase ? ' i' : ''} ${filter.values.map((value) => `'${value}'`).join(' ')}`;
    case 'integer':
      return `${filter.column} ${filter.op} ${filter.value}`;
    case 'address':
      return `${filter.column} ${showAddress(filter.low)}..${showAddress(filter.high)}`;
    case 'not':
      return `not(${showFilter(filter.filter)})`;
    case 'hasMessage':
      return `message(${showFilter(filter.filter)})`;
    default:
      return `${filter.kind}(${filter.filters.map(showFilter).join('; ')})`;
  }
}

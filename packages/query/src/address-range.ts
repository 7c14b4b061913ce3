import { parseAddress } from '@calliope/model';

/** Both ends inclusive, 16 bytes each, IPv4 mapped (RFC 4291 section 2.5.5.2). */
export interface AddressRange {
  low: Uint8Array;
  high: Uint8Array;
}

/** Sets the bits from `bits` on to 0 in `low` and to 1 in `high` (RFC 4632: host bits that were written are not looked at). */
function network(bytes: Uint8Array, bits: number): AddressRange {
  const low = bytes.slice();
  const high = bytes.slice();
  for (let i = 0; i < 16; i++) {
    const kept = Math.max(0, Math.min(8, bits - 8 * i));
    const hostMask = 0xff >> kept;
    low[i] = low[i]! & ~hostMask;
    high[i] = high[i]! | hostMask;
  }
  return { low, high };
}

function withoutBrackets(text: string): string {
  return /^\[[^\]]*\]$/.test(text) ? text.slice(1, -1) : text;
}

function isAfter(a: Uint8Array, b: Uint8Array): boolean {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at >= 0 && a[at]! > b[at]!;
}

/**
 * An address (`10.0.0.1`, `2001:db8::1`, `[::1]`), a network (`10.0.0.0/8`), whole octets (`10.30.*`), or a range (`10.0.0.1..10.0.0.9`).
 * Else a sentence of what is wrong with it.
 */
export function parseAddressRange(text: string): AddressRange | string {
  const ends = text.split('..');
  if (ends.length === 2) {
    const [low, high] = ends.map((end) => parseAddress(withoutBrackets(end)));
    if (!low || !high || low.ipVersion !== high.ipVersion)
      return 'A range of addresses needs an address of the same kind at both ends';
    if (isAfter(low.bytes, high.bytes)) return 'The range of addresses ends before it begins';
    return { low: low.bytes, high: high.bytes };
  }
  const octets = /^(\d{1,3}(?:\.\d{1,3}){0,2})((?:\.\*){1,3})$/.exec(text);
  if (octets) {
    const count = octets[1]!.split('.').length;
    const address = parseAddress([...octets[1]!.split('.'), '0', '0', '0'].slice(0, 4).join('.'));
    if (!address || count + octets[2]!.length / 2 > 4) return 'This is no IPv4 address with whole octets left open';
    return network(address.bytes, 96 + 8 * count);
  }
  const slash = text.lastIndexOf('/');
  const address = parseAddress(withoutBrackets(slash < 0 ? text : text.slice(0, slash)));
  if (!address) return 'Expected an IP address or a network such as 10.0.0.0/8';
  if (slash < 0) return network(address.bytes, 128);
  const length = /^\d{1,3}$/.test(text.slice(slash + 1)) ? Number(text.slice(slash + 1)) : Number.NaN;
  const longest = address.ipVersion === 4 ? 32 : 128;
  if (!(length <= longest)) return `A prefix length of IPv${address.ipVersion} is a number from 0 to ${longest}`;
  return network(address.bytes, length + 128 - longest);
}

/** `10.0.0.1:5060` or `[2001:db8::1]:5060`; undefined for anything else. */
export function parseAddressAndPort(text: string): { address: AddressRange; port: number } | undefined {
  const match = /^(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\]):(\d{1,5})$/i.exec(text);
  if (!match || Number(match[2]) > 65535) return undefined;
  const address = parseAddressRange(match[1]!);
  return typeof address === 'string' ? undefined : { address, port: Number(match[2]) };
}

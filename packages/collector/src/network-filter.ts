import { parseAddress } from '@calliope/model';

/** Whether the address in `bytes[at, at + 16)` is within one of the networks; IPv4 as ::ffff:a.b.c.d. */
export type NetworkFilter = (bytes: Uint8Array, at: number) => boolean;

/**
 * A filter for networks such as `10.0.0.0/8`, `2001:db8::/32` or single addresses. Undefined for no networks: then any may send.
 * Throws RangeError for what is none: an operator's mistake, found at the start.
 */
export function createNetworkFilter(networks: readonly string[]): NetworkFilter | undefined {
  if (networks.length === 0) return undefined;
  const parsed = networks.map(parseNetwork);
  return (bytes, at) => {
    for (const network of parsed) if (isWithin(bytes, at, network)) return true;
    return false;
  };
}

interface Network {
  address: Uint8Array;
  bits: number;
}

function parseNetwork(text: string): Network {
  const [addressText = '', bitsText, ...rest] = text.trim().split('/');
  const address = parseAddress(addressText);
  if (!address || rest.length > 0) throw new RangeError(`not a network: ${text}`);
  const most = address.ipVersion === 4 ? 32 : 128;
  const bits = bitsText === undefined ? most : /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : Number.NaN;
  if (!(bits <= most)) throw new RangeError(`not a network: ${text}`);
  return { address: address.bytes, bits: address.ipVersion === 4 ? bits + 96 : bits };
}

function isWithin(bytes: Uint8Array, at: number, network: Network): boolean {
  const whole = network.bits >> 3;
  for (let i = 0; i < whole; i++) if (bytes[at + i] !== network.address[i]) return false;
  const restBits = network.bits & 7;
  return restBits === 0 || (bytes[at + whole]! ^ network.address[whole]!) >> (8 - restBits) === 0;
}

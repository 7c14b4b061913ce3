import { parseAddress } from '@calliope/model';

/** Sixteen bytes of the textual addresses that Node's sockets give, IPv4 as ::ffff:a.b.c.d. */
export interface SenderCache {
  bytesOf(address: string): Uint8Array;
}

const UNKNOWN = new Uint8Array(16);

/** Remembers up to `limit` addresses, then starts afresh. */
export function createSenderCache(limit = 4096): SenderCache {
  const known = new Map<string, Uint8Array>();
  return {
    bytesOf(address) {
      let bytes = known.get(address);
      if (bytes === undefined) {
        // A link-local address comes with its zone: fe80::1%eth0.
        bytes = parseAddress(address.replace(/%.*$/, ''))?.bytes ?? UNKNOWN;
        if (known.size >= limit) known.clear();
        known.set(address, bytes);
      }
      return bytes;
    },
  };
}

import { formatAddress } from '@calliope/model';

/** Who sends encapsulated packets: an outer source address. */
export interface IpipSender {
  /** Its sixteen bytes, IPv4 as ::ffff:a.b.c.d. */
  readonly address: Uint8Array;
  /** The same as eight characters: what keeps its packets apart from those of others in a dissector. */
  readonly scope: string;
  /** Text of the address: the name of the node. At most {@link MAX_NODE_BYTES} bytes. */
  readonly node: Uint8Array;
}

export interface IpipSenders {
  /** The sender in `bytes[at, at + 16)`. */
  of(bytes: Uint8Array, at: number): IpipSender;
  ofScope(scope: string): IpipSender;
}

/** The longest text of an IPv6 address. */
export const MAX_NODE_BYTES = 39;

/** Remembers up to `slots` senders (a power of two); those that share a slot take turns in it, which costs time and nothing else. */
export function createIpipSenders(slots = 256): IpipSenders {
  const known = new Array<IpipSender | undefined>(slots).fill(undefined);
  const scratch = new Uint8Array(16);

  function of(bytes: Uint8Array, at: number): IpipSender {
    const slot = hashOf(bytes, at) & (slots - 1);
    const sender = known[slot];
    if (sender && isSame(sender.address, bytes, at)) return sender;
    const fresh = senderOf(bytes, at);
    known[slot] = fresh;
    return fresh;
  }

  return {
    of,
    ofScope(scope) {
      for (let i = 0; i < 8; i++) {
        const pair = scope.charCodeAt(i);
        scratch[2 * i] = pair >> 8;
        scratch[2 * i + 1] = pair & 0xff;
      }
      return of(scratch, 0);
    },
  };
}

function senderOf(bytes: Uint8Array, at: number): IpipSender {
  const address = new Uint8Array(bytes.subarray(at, at + 16));
  let scope = '';
  for (let i = 0; i < 16; i += 2) scope += String.fromCharCode((address[i]! << 8) | address[i + 1]!);
  const isIpv4 = address.every((byte, i) => i >= 12 || byte === (i < 10 ? 0 : 0xff));
  const text = isIpv4 ? formatAddress(address, 12, 4) : formatAddress(address, 0, 6);
  return { address, scope, node: new TextEncoder().encode(text) };
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, at: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < 16; i++) hash = Math.imul(hash ^ bytes[at + i]!, 0x01000193);
  return hash ^ (hash >>> 16);
}

function isSame(address: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 15; i >= 0; i--) if (address[i] !== bytes[at + i]) return false;
  return true;
}

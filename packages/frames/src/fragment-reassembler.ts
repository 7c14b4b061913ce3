import { networkU16 } from './byte-order.ts';
import type { DefectCounter } from './defect-counter.ts';
import { addPiece, createFragmentPieces, type FragmentPieces, joinPieces } from './fragment-pieces.ts';
import type { FrameDefect } from './frame-defect.ts';
import type { FrameLimits } from './frame-dissector-types.ts';
import type { IpHeader } from './ip-header.ts';

const MAX_PACKET_BYTES = 65_535;
/** More fragments of one packet than an IPv4 network with the least MTU of 68 makes (RFC 791 section 3.2), and a bound on the work. */
const MAX_PIECES = 2048;
/** What holding a part costs beside its bytes, so that many small ones are bounded too. */
const PART_OVERHEAD_BYTES = 64;

/** A packet put together: the header of its first fragment, then the payload, in bytes of its own. */
export interface AssembledPacket {
  bytes: Uint8Array;
  protocol: number;
  payloadAt: number;
}

interface Pending {
  scope: string;
  sinceUs: number;
  pieces: FragmentPieces;
  /** Bytes charged to the bound. */
  charged: number;
  /** Length of the fragmented part, -1 until its last fragment came. */
  total: number;
  /** Header of the first fragment, once it came. */
  header: Uint8Array | undefined;
  protocol: number;
}

/** Puts IPv4 (RFC 815) and IPv6 (RFC 8200 section 4.5) fragments together. Not RFC 5722: overlaps are kept, and counted. */
export interface FragmentReassembler {
  /** Takes the fragment whose IP header is at `at`. Gives the packet when it is complete; `header` is read only before returning. */
  accept(
    timestampUs: number,
    scope: string,
    ipVersion: 4 | 6,
    vlan: number,
    bytes: Uint8Array,
    at: number,
    header: IpHeader,
  ): AssembledPacket | undefined;
  /** Forgets what is too old at this time. `accept` does so by itself. */
  expire(timestampUs: number): void;
  /** Forgets all that is incomplete. */
  flush(): void;
}

export function createFragmentReassembler(
  limits: FrameLimits,
  defects: DefectCounter<FrameDefect>,
): FragmentReassembler {
  /** In the order in which the first fragment came. */
  const pending = new Map<string, Pending>();
  let held = 0;

  function drop(key: string, entry: Pending): void {
    held -= entry.charged;
    pending.delete(key);
  }

  function expire(timestampUs: number): void {
    for (const [key, entry] of pending) {
      // Both ways, for captures one behind the other that go back in time.
      if (Math.abs(timestampUs - entry.sinceUs) <= limits.fragmentAgeUs) return;
      defects.add('fragments_incomplete', entry.scope);
      drop(key, entry);
    }
  }

  function evict(): void {
    for (const [key, entry] of pending) {
      if (held <= limits.fragmentBytes && pending.size <= limits.fragmentedPackets) return;
      defects.add('fragments_evicted', entry.scope);
      drop(key, entry);
    }
  }

  /** False when the fragment contradicts what is known of where the packet ends. */
  function fits(entry: Pending, header: IpHeader, end: number): boolean {
    if (entry.total >= 0 && (end > entry.total || (!header.moreFragments && end !== entry.total))) return false;
    if (header.moreFragments) return true;
    const { starts, parts } = entry.pieces;
    return parts.length === 0 || starts.at(-1)! + parts.at(-1)!.length <= end;
  }

  return {
    accept(timestampUs, scope, ipVersion, vlan, bytes, at, header) {
      expire(timestampUs);
      const { payloadAt, payloadEnd, fragmentOffset } = header;
      const end = fragmentOffset + payloadEnd - payloadAt;
      if (header.truncated || payloadEnd <= payloadAt || end > MAX_PACKET_BYTES) {
        defects.add('bad_fragment', scope);
        return undefined;
      }
      const key = fragmentKey(scope, ipVersion, vlan, bytes, header);
      let entry = pending.get(key);
      if (!entry) {
        const pieces = createFragmentPieces();
        entry = { scope, sinceUs: timestampUs, pieces, charged: 0, total: -1, header: undefined, protocol: 0 };
        pending.set(key, entry);
      }
      if (!fits(entry, header, end) || entry.pieces.parts.length >= MAX_PIECES) {
        defects.add('bad_fragment', scope);
        return undefined;
      }
      if (!header.moreFragments) entry.total = end;
      if (fragmentOffset === 0 && !entry.header) {
        entry.header = bytes.slice(at, payloadAt);
        entry.protocol = header.protocol;
      }
      const partsBefore = entry.pieces.parts.length;
      const added = addPiece(entry.pieces, fragmentOffset, bytes.subarray(payloadAt, payloadEnd));
      // Nothing new is a duplicate, which mirror ports make all the time.
      if (added > 0 && added < payloadEnd - payloadAt) defects.add('overlapping_fragment', scope);
      const charge = added + (entry.pieces.parts.length - partsBefore) * PART_OVERHEAD_BYTES;
      entry.charged += charge;
      held += charge;
      if (entry.header && entry.pieces.covered === entry.total) {
        drop(key, entry);
        return {
          bytes: joinPieces(entry.pieces, entry.header, entry.total),
          protocol: entry.protocol,
          payloadAt: entry.header.length,
        };
      }
      evict();
      return undefined;
    },
    expire,
    flush() {
      for (const [key, entry] of pending) {
        defects.add('fragments_incomplete', entry.scope);
        drop(key, entry);
      }
    },
  };
}

/** Scope, addresses, VLAN, identification, and for IPv4 the protocol (RFC 791 section 3.2), as sixteen-bit characters. */
function fragmentKey(scope: string, ipVersion: 4 | 6, vlan: number, bytes: Uint8Array, header: IpHeader): string {
  const { sourceAt, destinationAt, identification } = header;
  const protocol = ipVersion === 4 ? header.protocol : 0;
  let key = scope + String.fromCharCode(ipVersion, protocol, vlan, identification >>> 16, identification & 0xffff);
  for (let i = 0; i < (ipVersion === 4 ? 4 : 16); i += 2) {
    key += String.fromCharCode(networkU16(bytes, sourceAt + i), networkU16(bytes, destinationAt + i));
  }
  return key;
}

import { networkU16, networkU32 } from './byte-order.ts';
import type { FrameDefect } from './frame-defect.ts';

/** IP protocol numbers (IANA) that are gone into, and the extension headers of IPv6. */
export const Protocol = {
  HOP_BY_HOP: 0,
  IPIP: 4,
  TCP: 6,
  UDP: 17,
  IPV6: 41,
  ROUTING: 43,
  FRAGMENT: 44,
  GRE: 47,
  AUTHENTICATION: 51,
  DESTINATION_OPTIONS: 60,
  SCTP: 132,
  MOBILITY: 135,
} as const;

/** An IP packet's header as far as the payload. The same object is filled by each reading. */
export interface IpHeader {
  /** Protocol of the payload; of a fragment, what the fragmented part begins with. */
  protocol: number;
  sourceAt: number;
  destinationAt: number;
  payloadAt: number;
  /** End of the packet by its own length, or of what was captured. */
  payloadEnd: number;
  /** The capture ends before the packet. */
  truncated: boolean;
  fragment: boolean;
  /** In bytes, within the fragmented part. */
  fragmentOffset: number;
  moreFragments: boolean;
  identification: number;
  /** Set when the header cannot be read; nothing else is valid then. */
  defect: FrameDefect | undefined;
}

export function emptyIpHeader(): IpHeader {
  return {
    protocol: 0,
    sourceAt: 0,
    destinationAt: 0,
    payloadAt: 0,
    payloadEnd: 0,
    truncated: false,
    fragment: false,
    fragmentOffset: 0,
    moreFragments: false,
    identification: 0,
    defect: undefined,
  };
}

/** IPv4 header, RFC 791 section 3.1. Checksums are not looked at: a capture on the sender sees them unfinished. */
export function readIpv4Header(bytes: Uint8Array, at: number, end: number, out: IpHeader): IpHeader {
  if (end - at < 20) return fail(out, 'truncated_header');
  const headerLength = (bytes[at]! & 0x0f) * 4;
  const totalLength = networkU16(bytes, at + 2);
  if (bytes[at]! >> 4 !== 4 || headerLength < 20) return fail(out, 'bad_ip_header');
  if (at + headerLength > end) return fail(out, 'truncated_header');
  // 0 is what segmentation offload leaves in packets captured before they are cut: they end where the frame does.
  if (totalLength !== 0 && totalLength < headerLength) return fail(out, 'bad_ip_header');
  const packetEnd = totalLength === 0 ? end : at + totalLength;
  const flags = networkU16(bytes, at + 6);
  out.protocol = bytes[at + 9]!;
  out.sourceAt = at + 12;
  out.destinationAt = at + 16;
  out.payloadAt = at + headerLength;
  out.payloadEnd = Math.min(packetEnd, end);
  out.truncated = packetEnd > end;
  out.fragmentOffset = (flags & 0x1fff) * 8;
  out.moreFragments = (flags & 0x2000) !== 0;
  out.fragment = out.moreFragments || out.fragmentOffset !== 0;
  out.identification = networkU16(bytes, at + 4);
  out.defect = undefined;
  return out;
}

/** IPv6 header and its extension headers, RFC 8200 sections 3 and 4. */
export function readIpv6Header(bytes: Uint8Array, at: number, end: number, out: IpHeader): IpHeader {
  if (end - at < 40) return fail(out, 'truncated_header');
  if (bytes[at]! >> 4 !== 6) return fail(out, 'bad_ip_header');
  const payloadLength = networkU16(bytes, at + 4);
  // 0 with more bytes behind it: a jumbogram (RFC 2675), or segmentation offload.
  const packetEnd = payloadLength === 0 ? end : at + 40 + payloadLength;
  out.sourceAt = at + 8;
  out.destinationAt = at + 24;
  out.payloadEnd = Math.min(packetEnd, end);
  out.truncated = packetEnd > end;
  return readIpv6Extensions(bytes[at + 6]!, bytes, at + 40, out.payloadEnd, out);
}

/** Walks extension headers from one of type `protocol` at `at` to the payload, or to a fragment header that needs others. */
export function readIpv6Extensions(
  protocol: number,
  bytes: Uint8Array,
  at: number,
  end: number,
  out: IpHeader,
): IpHeader {
  out.fragment = false;
  for (;;) {
    let length = 0;
    switch (protocol) {
      case Protocol.HOP_BY_HOP:
      case Protocol.ROUTING:
      case Protocol.DESTINATION_OPTIONS:
      case Protocol.MOBILITY:
      case Protocol.AUTHENTICATION:
        if (end - at < 8) return fail(out, 'truncated_header');
        // RFC 4302 section 2.2: the authentication header counts in fours, and two less; the others in eights, and one less.
        length = protocol === Protocol.AUTHENTICATION ? (bytes[at + 1]! + 2) * 4 : (bytes[at + 1]! + 1) * 8;
        if (at + length > end) return fail(out, 'truncated_header');
        break;
      case Protocol.FRAGMENT: {
        if (end - at < 8) return fail(out, 'truncated_header');
        const offset = networkU16(bytes, at + 2);
        length = 8;
        // RFC 6946: a fragment that is the whole packet is read at once.
        if ((offset & 0xfff9) !== 0) {
          out.fragment = true;
          out.fragmentOffset = offset & 0xfff8;
          out.moreFragments = (offset & 1) === 1;
          out.identification = networkU32(bytes, at + 4);
        }
        break;
      }
      default:
        return finish(protocol, at, out);
    }
    protocol = bytes[at]!;
    at += length;
    if (out.fragment) return finish(protocol, at, out);
  }
}

function finish(protocol: number, at: number, out: IpHeader): IpHeader {
  out.protocol = protocol;
  out.payloadAt = at;
  out.defect = undefined;
  return out;
}

function fail(out: IpHeader, defect: FrameDefect): IpHeader {
  out.defect = defect;
  return out;
}

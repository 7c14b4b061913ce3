import { networkU16, networkU32 } from './byte-order.ts';
import { LinkType } from './capture-frame.ts';
import type { FrameDefect } from './frame-defect.ts';

/** Ethernet types (IEEE 802 numbers at IANA) that lead to an IP packet. */
export const EtherType = {
  IPV4: 0x0800,
  TRANSPARENT_BRIDGING: 0x6558,
  DOT1Q: 0x8100,
  IPV6: 0x86dd,
  MPLS: 0x8847,
  MPLS_MULTICAST: 0x8848,
  PPPOE_SESSION: 0x8864,
  QINQ: 0x88a8,
  OLD_QINQ: 0x9100,
} as const;

/** What lies under the link layer. The same object is filled by each reading. */
export interface NetworkStart {
  /** IPv4 or IPv6; 0 when the frame carries neither. */
  ipVersion: 0 | 4 | 6;
  /** Where the IP header begins. */
  at: number;
  /** Innermost VLAN id, 0 when untagged. */
  vlan: number;
  /** Why `ipVersion` is 0, when that is a defect and not just another protocol. */
  defect: FrameDefect | undefined;
}

export function emptyNetworkStart(): NetworkStart {
  return { ipVersion: 0, at: 0, vlan: 0, defect: undefined };
}

/** Finds the IP packet in a frame of any {@link LinkType}. */
export function readLinkLayer(linkType: number, bytes: Uint8Array, out: NetworkStart): NetworkStart {
  const end = bytes.length;
  out.vlan = 0;
  switch (linkType) {
    case LinkType.ETHERNET:
      return readEthernet(bytes, 0, end, out);
    case LinkType.LINUX_SLL: // https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html
      return end < 16 ? fail(out, 'truncated_header') : readEtherType(networkU16(bytes, 14), bytes, 16, end, out);
    case LinkType.LINUX_SLL2: // https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html
      return end < 20 ? fail(out, 'truncated_header') : readEtherType(networkU16(bytes, 0), bytes, 20, end, out);
    case LinkType.RAW:
    case LinkType.RAW_BSD:
    case LinkType.RAW_OPENBSD:
    case LinkType.IPV4:
    case LinkType.IPV6:
      return readIpVersion(bytes, 0, end, out);
    case LinkType.NULL:
    case LinkType.LOOP:
      return readLoopback(bytes, end, out);
    case LinkType.PPP:
      // RFC 1662 section 3.1: address and control may be left out.
      return readPpp(bytes, bytes[0] === 0xff && bytes[1] === 0x03 ? 2 : 0, end, out);
    default:
      return fail(out, 'unsupported_link_type');
  }
}

/** Finds the IP packet in an Ethernet frame at `at`. `out.vlan` is left as it is when the frame has no tag. */
export function readEthernet(bytes: Uint8Array, at: number, end: number, out: NetworkStart): NetworkStart {
  if (end - at < 14) return fail(out, 'truncated_header');
  return readEtherType(networkU16(bytes, at + 12), bytes, at + 14, end, out);
}

/** Goes from an Ethernet type through tags, labels and PPPoE to the IP packet. Each step moves on, so it ends. */
export function readEtherType(
  etherType: number,
  bytes: Uint8Array,
  at: number,
  end: number,
  out: NetworkStart,
): NetworkStart {
  for (;;) {
    switch (etherType) {
      case EtherType.IPV4:
      case EtherType.IPV6:
        return readIpVersion(bytes, at, end, out);
      case EtherType.DOT1Q:
      case EtherType.QINQ:
      case EtherType.OLD_QINQ:
        if (end - at < 4) return fail(out, 'truncated_header');
        out.vlan = networkU16(bytes, at) & 0x0fff;
        etherType = networkU16(bytes, at + 2);
        at += 4;
        break;
      case EtherType.PPPOE_SESSION: // RFC 2516 section 4: six bytes, then a PPP protocol
        return readPpp(bytes, at + 6, end, out);
      case EtherType.MPLS:
      case EtherType.MPLS_MULTICAST:
        return readMpls(bytes, at, end, out);
      default:
        // Below 1536 it is the length of an IEEE 802.3 frame; with LLC and SNAP (RFC 1042) an Ethernet type follows.
        if (etherType < 1536 && end - at >= 8 && networkU32(bytes, at) === 0xaaaa0300 && bytes[at + 4] === 0) {
          etherType = networkU16(bytes, at + 6);
          at += 8;
          break;
        }
        return fail(out, undefined);
    }
  }
}

function readPpp(bytes: Uint8Array, at: number, end: number, out: NetworkStart): NetworkStart {
  if (end - at < 2) return fail(out, 'truncated_header');
  // RFC 1661 section 2: an odd first byte is the whole, compressed, protocol number.
  const short = (bytes[at]! & 1) === 1;
  const protocol = short ? bytes[at]! : networkU16(bytes, at);
  if (protocol !== 0x21 && protocol !== 0x57) return fail(out, undefined);
  return readIpVersion(bytes, at + (short ? 1 : 2), end, out);
}

function readMpls(bytes: Uint8Array, at: number, end: number, out: NetworkStart): NetworkStart {
  for (let i = at; end - i >= 4; i += 4) {
    // RFC 3032 section 2.1: the bottom of the stack. What follows is not said, so the version nibble decides.
    if ((bytes[i + 2]! & 1) === 1) return readIpVersion(bytes, i + 4, end, out);
  }
  return fail(out, 'truncated_header');
}

/** Address families: 2 everywhere; IPv6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS, 23 on Windows. */
const FAMILIES = new Set([2, 10, 23, 24, 28, 30]);

function readLoopback(bytes: Uint8Array, end: number, out: NetworkStart): NetworkStart {
  if (end < 4) return fail(out, 'truncated_header');
  const family = networkU32(bytes, 0);
  // NULL is in the order of the machine that captured, LOOP in network order; writers confuse them.
  if (!FAMILIES.has(family) && !(FAMILIES.has(bytes[0]!) && (family & 0x00ffffff) === 0)) return fail(out, undefined);
  return readIpVersion(bytes, 4, end, out);
}

function readIpVersion(bytes: Uint8Array, at: number, end: number, out: NetworkStart): NetworkStart {
  if (at >= end) return fail(out, 'truncated_header');
  const version = bytes[at]! >> 4;
  if (version !== 4 && version !== 6) return fail(out, 'bad_ip_header');
  out.ipVersion = version;
  out.at = at;
  out.defect = undefined;
  return out;
}

function fail(out: NetworkStart, defect: FrameDefect | undefined): NetworkStart {
  out.ipVersion = 0;
  out.defect = defect;
  return out;
}

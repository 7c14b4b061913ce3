import { networkU16 } from './byte-order.ts';
import { EtherType } from './link-layer.ts';

/** IANA ports. */
export const VXLAN_PORT = 4789;
export const TZSP_PORT = 37008;

const ERSPAN_TYPE_2 = 0x88be;
const ERSPAN_TYPE_3 = 0x22eb;

/** What a tunnel carries. The same object is filled by each reading. */
export interface TunnelPayload {
  /**
   * `ethernet`: a frame at `at`. `network`: a packet of Ethernet type `etherType` at `at`. `other`: something that is not looked into.
   * `bad`: the header contradicts itself or is cut.
   */
  kind: 'ethernet' | 'network' | 'other' | 'bad';
  etherType: number;
  at: number;
  /** VLAN id that the tunnel's header names, or 0. */
  vlan: number;
}

export function emptyTunnelPayload(): TunnelPayload {
  return { kind: 'other', etherType: 0, at: 0, vlan: 0 };
}

function set(out: TunnelPayload, kind: TunnelPayload['kind'], at = 0, etherType = 0, vlan = 0): TunnelPayload {
  out.kind = kind;
  out.at = at;
  out.etherType = etherType;
  out.vlan = vlan;
  return out;
}

/** GRE version 0: RFC 2784 and 2890, with the routing field of RFC 1701; and ERSPAN in it (draft-foschiano-erspan-03). */
export function readGre(bytes: Uint8Array, at: number, end: number, out: TunnelPayload): TunnelPayload {
  if (end - at < 4) return set(out, 'bad');
  const flags = networkU16(bytes, at);
  const protocol = networkU16(bytes, at + 2);
  // Version 1 carries PPP for PPTP, in numbered pieces.
  if ((flags & 0x0007) !== 0) return set(out, 'other');
  const hasRouting = (flags & 0x4000) !== 0;
  const hasSequence = (flags & 0x1000) !== 0;
  let payloadAt = at + 4;
  if ((flags & 0x8000) !== 0 || hasRouting) payloadAt += 4; // checksum and offset
  if ((flags & 0x2000) !== 0) payloadAt += 4; // key
  if (hasSequence) payloadAt += 4;
  if (hasRouting) payloadAt = skipSourceRoutes(bytes, payloadAt, end);
  if (payloadAt > end) return set(out, 'bad');
  switch (protocol) {
    case EtherType.TRANSPARENT_BRIDGING:
      return set(out, 'ethernet', payloadAt);
    case ERSPAN_TYPE_2:
      // Type I has no header of its own, and is told by the missing sequence number.
      return hasSequence ? readErspan2(bytes, payloadAt, end, out) : set(out, 'ethernet', payloadAt);
    case ERSPAN_TYPE_3:
      return readErspan3(bytes, payloadAt, end, out);
    default:
      return set(out, 'network', payloadAt, protocol);
  }
}

/** RFC 1701: entries of family, offset and length, up to one with neither family nor length. */
function skipSourceRoutes(bytes: Uint8Array, at: number, end: number): number {
  while (at + 4 <= end) {
    const family = networkU16(bytes, at);
    const length = bytes[at + 3]!;
    at += 4 + length;
    if (family === 0 && length === 0) return at;
  }
  return end + 1;
}

function readErspan2(bytes: Uint8Array, at: number, end: number, out: TunnelPayload): TunnelPayload {
  if (end - at < 8 || bytes[at]! >> 4 !== 1) return set(out, 'bad');
  return set(out, 'ethernet', at + 8, 0, networkU16(bytes, at) & 0x0fff);
}

function readErspan3(bytes: Uint8Array, at: number, end: number, out: TunnelPayload): TunnelPayload {
  if (end - at < 12 || bytes[at]! >> 4 !== 2) return set(out, 'bad');
  const trailer = networkU16(bytes, at + 10);
  // The lowest bit says that eight bytes of the platform follow; five bits say whether an Ethernet frame or an IP packet does.
  const payloadAt = at + ((trailer & 1) === 1 ? 20 : 12);
  if (payloadAt > end) return set(out, 'bad');
  const vlan = networkU16(bytes, at) & 0x0fff;
  const frameType = (trailer >> 10) & 0x1f;
  if (frameType === 0) return set(out, 'ethernet', payloadAt, 0, vlan);
  if (frameType !== 2) return set(out, 'other');
  return set(out, 'network', payloadAt, (bytes[payloadAt] ?? 0) >> 4 === 6 ? EtherType.IPV6 : EtherType.IPV4, vlan);
}

/** VXLAN, RFC 7348 section 5: the flag that the network id is valid, everything reserved zero. */
export function readVxlan(bytes: Uint8Array, at: number, end: number, out: TunnelPayload): TunnelPayload {
  const isVxlan =
    end - at >= 8 &&
    bytes[at] === 0x08 &&
    bytes[at + 1] === 0 &&
    networkU16(bytes, at + 2) === 0 &&
    bytes[at + 7] === 0;
  return isVxlan ? set(out, 'ethernet', at + 8) : set(out, 'bad');
}

/** TZSP, as MikroTik sends it and Wireshark reads it (packet-tzsp.c): version, type, protocol, then tags up to an end tag. */
export function readTzsp(bytes: Uint8Array, at: number, end: number, out: TunnelPayload): TunnelPayload {
  if (end - at < 4 || bytes[at] !== 1 || bytes[at + 1]! > 5) return set(out, 'bad');
  // Types 0 and 1 carry a packet; 1 is Ethernet. The others are keep-alives and settings, or radio frames.
  if (bytes[at + 1]! > 1 || networkU16(bytes, at + 2) !== 1) return set(out, 'other');
  let tagAt = at + 4;
  while (tagAt < end) {
    const tag = bytes[tagAt]!;
    if (tag === 1) return set(out, 'ethernet', tagAt + 1);
    if (tag === 0) tagAt += 1;
    else if (tagAt + 1 < end) tagAt += 2 + bytes[tagAt + 1]!;
    else break;
  }
  return set(out, 'bad');
}

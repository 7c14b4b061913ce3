import { putU16, putU32 } from './byte-order.ts';
import { addWords, foldChecksum } from './internet-checksum.ts';
import { Protocol } from './ip-header.ts';

export const IPV4_HEADER_BYTES = 20;
export const IPV6_HEADER_BYTES = 40;
const FRAGMENT_HEADER_BYTES = 8;
const HOP_LIMIT = 64;

/** What an IP header says, addresses in 4 or 16 bytes by version. */
export interface IpEnds {
  ipVersion: 4 | 6;
  source: Uint8Array;
  destination: Uint8Array;
}

export function ipHeaderBytes(ipVersion: 4 | 6): number {
  return ipVersion === 4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
}

/** The sum of the pseudo-header: RFC 768, RFC 9293 section 3.1 and RFC 8200 section 8.1. */
export function pseudoHeaderSum(ends: IpEnds, protocol: number, length: number): number {
  const addresses =
    addWords(0, ends.source, 0, ends.source.length) + addWords(0, ends.destination, 0, ends.destination.length);
  return addresses + protocol + length;
}

/** One packet, or as many fragments as `mtu` asks for. `payload` begins with the transport's header and is at most 65,535 bytes. */
export function wrapInIp(
  ends: IpEnds,
  protocol: number,
  payload: Uint8Array,
  identification: number,
  mtu: number,
): Uint8Array[] {
  const room = mtu - ipHeaderBytes(ends.ipVersion);
  if (payload.length <= room) {
    return [ends.ipVersion === 4 ? ipv4(ends, protocol, payload, identification, 0) : ipv6(ends, protocol, payload)];
  }
  // All fragments but the last carry a multiple of eight bytes.
  const step = (ends.ipVersion === 4 ? room : room - FRAGMENT_HEADER_BYTES) & ~7;
  const packets: Uint8Array[] = [];
  for (let at = 0; at < payload.length; at += step) {
    const part = payload.subarray(at, at + step);
    const hasMore = at + step < payload.length;
    if (ends.ipVersion === 4) {
      packets.push(ipv4(ends, protocol, part, identification, (at >> 3) | (hasMore ? 0x2000 : 0)));
    } else {
      packets.push(
        ipv6(ends, Protocol.FRAGMENT, fragmentHeader(protocol, part, identification, at | (hasMore ? 1 : 0))),
      );
    }
  }
  return packets;
}

/** RFC 791 section 3.1. */
function ipv4(
  ends: IpEnds,
  protocol: number,
  payload: Uint8Array,
  identification: number,
  fragment: number,
): Uint8Array {
  const packet = new Uint8Array(IPV4_HEADER_BYTES + payload.length);
  packet[0] = 0x45;
  putU16(packet, 2, packet.length);
  putU16(packet, 4, identification & 0xffff);
  putU16(packet, 6, fragment);
  packet[8] = HOP_LIMIT;
  packet[9] = protocol;
  packet.set(ends.source, 12);
  packet.set(ends.destination, 16);
  putU16(packet, 10, foldChecksum(addWords(0, packet, 0, IPV4_HEADER_BYTES)));
  packet.set(payload, IPV4_HEADER_BYTES);
  return packet;
}

/** RFC 8200 section 3. */
function ipv6(ends: IpEnds, nextHeader: number, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(IPV6_HEADER_BYTES + payload.length);
  packet[0] = 0x60;
  putU16(packet, 4, payload.length);
  packet[6] = nextHeader;
  packet[7] = HOP_LIMIT;
  packet.set(ends.source, 8);
  packet.set(ends.destination, 24);
  packet.set(payload, IPV6_HEADER_BYTES);
  return packet;
}

/** RFC 8200 section 4.5. */
function fragmentHeader(protocol: number, part: Uint8Array, identification: number, offset: number): Uint8Array {
  const bytes = new Uint8Array(FRAGMENT_HEADER_BYTES + part.length);
  bytes[0] = protocol;
  putU16(bytes, 2, offset);
  putU32(bytes, 4, identification);
  bytes.set(part, FRAGMENT_HEADER_BYTES);
  return bytes;
}

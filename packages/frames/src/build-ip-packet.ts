import { putU16, putU32 } from './byte-order.ts';
import { crc32c } from './crc32c.ts';
import { addWords, foldChecksum } from './internet-checksum.ts';
import { Protocol } from './ip-header.ts';
import { type IpEnds, ipHeaderBytes, pseudoHeaderSum, wrapInIp } from './ip-packet-writer.ts';

/** MTU of Ethernet, so that what is written looks as it was on the wire. */
export const DEFAULT_MTU = 1500;
const MIN_MTU = 1280;
const MAX_IP_BYTES = 65_535;
const UDP_HEADER_BYTES = 8;
const TCP_HEADER_BYTES = 20;
const SCTP_HEADERS_BYTES = 12 + 16;

/** Flags of a TCP segment (RFC 9293 section 3.1). */
export const TcpFlag = { FIN: 0x01, SYN: 0x02, RST: 0x04, PSH: 0x08, ACK: 0x10 } as const;

export interface IpPacketInput {
  ipVersion: 4 | 6;
  /** 6 TCP, 17 UDP, 132 SCTP. */
  protocol: 6 | 17 | 132;
  /** 4 or 16 bytes; for IPv4 also 16 bytes whose last 4 count, as `parseAddress` of `@calliope/model` gives. */
  source: Uint8Array;
  destination: Uint8Array;
  sourcePort: number;
  destinationPort: number;
  /** For UDP at most {@link maxUdpPayload} bytes. */
  payload: Uint8Array;
  /** For TCP; when absent 1, 1, and PSH with ACK. PSH is set on the last segment only. */
  tcp?: { sequence: number; acknowledgement: number; flags: number };
  /** For SCTP: of the first DATA chunk; when absent 1, 1 and 0. A message takes {@link sctpChunkCount} numbers. */
  sctp?: { verificationTag: number; tsn: number; streamSequence: number };
  /** IPv4 identification (16 bits) or that of IPv6 fragments. TCP and SCTP count on from it for each packet. 0. */
  identification?: number;
  /** Longest packet, 1280..65535. 1500. */
  mtu?: number;
}

/** The most that a UDP datagram carries: RFC 768 and the total length of RFC 791, or the payload length of RFC 8200. */
export function maxUdpPayload(ipVersion: 4 | 6): number {
  return MAX_IP_BYTES - UDP_HEADER_BYTES - (ipVersion === 4 ? 20 : 0);
}

/** Packets, and transmission sequence numbers, that an SCTP message of so many bytes takes. */
export function sctpChunkCount(ipVersion: 4 | 6, payloadBytes: number, mtu: number = DEFAULT_MTU): number {
  return Math.max(1, Math.ceil(payloadBytes / sctpRoom(ipVersion, mtu)));
}

/**
 * Raw IP packets (no link layer) that carry the payload, with right lengths and checksums. A payload beyond the MTU makes
 * IP fragments for UDP, segments for TCP, and fragmented DATA chunks (RFC 9260 section 6.9) for SCTP.
 * @throws RangeError when an address has a wrong length, a UDP payload is too long, or `mtu` is out of range.
 */
export function buildIpPacket(input: IpPacketInput): Uint8Array[] {
  const { ipVersion, identification = 0, mtu = DEFAULT_MTU } = input;
  if (!(mtu >= MIN_MTU && mtu <= MAX_IP_BYTES)) throw new RangeError(`MTU ${mtu} is not within 1280..65535`);
  const source = addressOf(ipVersion, input.source);
  const ends: IpEnds = { ipVersion, source, destination: addressOf(ipVersion, input.destination) };
  if (input.protocol === Protocol.UDP) return wrapInIp(ends, Protocol.UDP, udp(ends, input), identification, mtu);
  const parts = input.protocol === Protocol.TCP ? tcp(ends, input, mtu) : sctp(input, mtu);
  return parts.flatMap((part, index) => wrapInIp(ends, input.protocol, part, identification + index, mtu));
}

function addressOf(ipVersion: 4 | 6, address: Uint8Array): Uint8Array {
  const length = ipVersion === 4 ? 4 : 16;
  if (address.length === length) return address;
  if (ipVersion === 4 && address.length === 16) return address.subarray(12);
  throw new RangeError(`an IPv${ipVersion} address has ${length} bytes, not ${address.length}`);
}

function udp(ends: IpEnds, input: IpPacketInput): Uint8Array {
  const { payload } = input;
  if (payload.length > maxUdpPayload(ends.ipVersion)) {
    throw new RangeError(`${payload.length} bytes are more than a UDP datagram carries`);
  }
  const datagram = new Uint8Array(UDP_HEADER_BYTES + payload.length);
  putPorts(datagram, input);
  putU16(datagram, 4, datagram.length);
  datagram.set(payload, UDP_HEADER_BYTES);
  // RFC 768: 0 would mean that there is no checksum.
  putU16(datagram, 6, transportChecksum(ends, Protocol.UDP, datagram) || 0xffff);
  return datagram;
}

function tcp(ends: IpEnds, input: IpPacketInput, mtu: number): Uint8Array[] {
  const { payload } = input;
  const { sequence, acknowledgement, flags } = input.tcp ?? {
    sequence: 1,
    acknowledgement: 1,
    flags: TcpFlag.PSH | TcpFlag.ACK,
  };
  const room = mtu - ipHeaderBytes(ends.ipVersion) - TCP_HEADER_BYTES;
  return split(payload, room).map((part, index, parts) => {
    const segment = new Uint8Array(TCP_HEADER_BYTES + part.length);
    const isLast = index === parts.length - 1;
    putPorts(segment, input);
    putU32(segment, 4, sequence + index * room);
    putU32(segment, 8, acknowledgement);
    segment[12] = (TCP_HEADER_BYTES / 4) << 4;
    segment[13] = isLast ? flags : flags & ~(TcpFlag.PSH | TcpFlag.FIN);
    putU16(segment, 14, 0xffff);
    segment.set(part, TCP_HEADER_BYTES);
    putU16(segment, 16, transportChecksum(ends, Protocol.TCP, segment));
    return segment;
  });
}

function sctpRoom(ipVersion: 4 | 6, mtu: number): number {
  // Chunks are padded to four bytes.
  return (mtu - ipHeaderBytes(ipVersion) - SCTP_HEADERS_BYTES) & ~3;
}

/** One DATA chunk a packet (RFC 9260 sections 3 and 3.3.1), payload protocol 0, on stream 0. */
function sctp(input: IpPacketInput, mtu: number): Uint8Array[] {
  const { verificationTag, tsn, streamSequence } = input.sctp ?? { verificationTag: 1, tsn: 1, streamSequence: 0 };
  return split(input.payload, sctpRoom(input.ipVersion, mtu)).map((part, index, parts) => {
    const packet = new Uint8Array((SCTP_HEADERS_BYTES + part.length + 3) & ~3);
    putPorts(packet, input);
    putU32(packet, 4, verificationTag);
    packet[13] = (index === 0 ? 0x02 : 0) | (index === parts.length - 1 ? 0x01 : 0);
    putU16(packet, 14, 16 + part.length);
    putU32(packet, 16, tsn + index);
    putU16(packet, 22, streamSequence & 0xffff);
    packet.set(part, SCTP_HEADERS_BYTES);
    // The checksum goes out with its least significant byte first (RFC 9260 appendix A).
    const checksum = crc32c(packet);
    for (let i = 0; i < 4; i++) packet[8 + i] = checksum >>> (8 * i);
    return packet;
  });
}

function split(payload: Uint8Array, room: number): Uint8Array[] {
  const count = Math.max(1, Math.ceil(payload.length / room));
  return Array.from({ length: count }, (_, index) => payload.subarray(index * room, (index + 1) * room));
}

function putPorts(bytes: Uint8Array, { sourcePort, destinationPort }: IpPacketInput): void {
  putU16(bytes, 0, sourcePort);
  putU16(bytes, 2, destinationPort);
}

function transportChecksum(ends: IpEnds, protocol: number, bytes: Uint8Array): number {
  return foldChecksum(addWords(pseudoHeaderSum(ends, protocol, bytes.length), bytes, 0, bytes.length));
}

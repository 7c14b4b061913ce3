/** One UDP datagram over IPv4, for a capture file written in the browser. */
export interface SampleDatagram {
  timestampUs: number;
  source: string;
  sourcePort: number;
  destination: string;
  destinationPort: number;
  payload: Uint8Array;
}

const ETHERNET_BYTES = 14;
const IPV4_BYTES = 20;
const UDP_BYTES = 8;
const RECORD_HEADER_BYTES = 16;

/**
 * A classic pcap file (draft-ietf-opsawg-pcap: magic 0xa1b2c3d4, microseconds, little endian) of Ethernet frames with
 * valid IPv4 (RFC 791) and UDP (RFC 768) checksums. Payloads up to 65,507 bytes, unfragmented.
 */
export function pcapBytes(datagrams: readonly SampleDatagram[]): Uint8Array {
  const frameBytes = ETHERNET_BYTES + IPV4_BYTES + UDP_BYTES;
  const size = datagrams.reduce((sum, one) => sum + RECORD_HEADER_BYTES + frameBytes + one.payload.length, 24);
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262_144, true);
  view.setUint32(20, 1, true); // LINKTYPE_ETHERNET
  let at = 24;
  for (const datagram of datagrams) {
    const length = frameBytes + datagram.payload.length;
    view.setUint32(at, Math.floor(datagram.timestampUs / 1_000_000), true);
    view.setUint32(at + 4, datagram.timestampUs % 1_000_000, true);
    view.setUint32(at + 8, length, true);
    view.setUint32(at + 12, length, true);
    at += RECORD_HEADER_BYTES;
    writeFrame(view, file, at, datagram);
    at += length;
  }
  return file;
}

function writeFrame(view: DataView, file: Uint8Array, at: number, datagram: SampleDatagram): void {
  file.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1], at);
  view.setUint16(at + 12, 0x0800);
  const ip = at + ETHERNET_BYTES;
  const udp = ip + IPV4_BYTES;
  const udpLength = UDP_BYTES + datagram.payload.length;
  view.setUint16(ip, 0x4500);
  view.setUint16(ip + 2, IPV4_BYTES + udpLength);
  view.setUint16(ip + 6, 0x4000); // do not fragment
  view.setUint16(ip + 8, (64 << 8) | 17);
  file.set(datagram.source.split('.').map(Number), ip + 12);
  file.set(datagram.destination.split('.').map(Number), ip + 16);
  view.setUint16(ip + 10, onesComplement(file.subarray(ip, udp), 0));
  view.setUint16(udp, datagram.sourcePort);
  view.setUint16(udp + 2, datagram.destinationPort);
  view.setUint16(udp + 4, udpLength);
  file.set(datagram.payload, udp + UDP_BYTES);
  // The pseudo header: both addresses, the protocol and the length (RFC 768).
  const pseudo = onesComplementSum(file.subarray(ip + 12, udp), 17 + udpLength);
  view.setUint16(udp + 6, onesComplement(file.subarray(udp, udp + udpLength), pseudo) || 0xffff);
}

function onesComplementSum(bytes: Uint8Array, start: number): number {
  let sum = start;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

function onesComplement(bytes: Uint8Array, start: number): number {
  return ~onesComplementSum(bytes, start) & 0xffff;
}

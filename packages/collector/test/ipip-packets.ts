import { buildIpPacket, type IpPacketInput, TcpFlag } from '@calliope/frames';
import { parseAddress } from '@calliope/model';

const octets = (address: string): Uint8Array => {
  const { bytes, ipVersion } = parseAddress(address)!;
  return ipVersion === 4 ? bytes.subarray(12) : bytes;
};

export interface InnerPacket extends Partial<Omit<IpPacketInput, 'source' | 'destination' | 'payload'>> {
  source?: string;
  destination?: string;
}

/** IP packets that carry the text, as a session border controller would copy them: 10.1.1.1:5060 to 10.2.2.2:5070 unless told. */
export function innerPackets(text: string, { source, destination, ...input }: InnerPacket = {}): Uint8Array[] {
  const isIpv6 = input.ipVersion === 6;
  return buildIpPacket({
    ipVersion: 4,
    protocol: 17,
    sourcePort: 5060,
    destinationPort: 5070,
    ...input,
    source: octets(source ?? (isIpv6 ? '2001:db8::1' : '10.1.1.1')),
    destination: octets(destination ?? (isIpv6 ? '2001:db8::2' : '10.2.2.2')),
    payload: Buffer.from(text, 'latin1'),
  });
}

export function innerPacket(text: string, input: InnerPacket = {}): Uint8Array {
  return innerPackets(text, { mtu: 65_535, ...input })[0]!;
}

export function segmentAt(sequence: number, flags: number = TcpFlag.ACK): NonNullable<IpPacketInput['tcp']> {
  return { sequence, acknowledgement: 1, flags };
}

/** The packet with an outer IPv4 header, as a raw socket gives it; `options` bytes of header options, a multiple of four. */
export function withOuterHeader(payload: Uint8Array, protocol: number, options = 0): Uint8Array {
  const header = new Uint8Array(20 + options).fill(1, 20);
  const view = new DataView(header.buffer);
  view.setUint8(0, 0x40 | (header.length / 4));
  view.setUint16(2, header.length + payload.length);
  view.setUint8(8, 64);
  view.setUint8(9, protocol);
  header.set(octets('192.0.2.1'), 12);
  header.set(octets('192.0.2.10'), 16);
  return Buffer.concat([header, payload]);
}

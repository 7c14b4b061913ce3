import { formatAddress } from '@calliope/model';
import {
  buildIpPacket,
  type CaptureFrame,
  createFrameDissector,
  type FrameDissectorOptions,
  type IpPacketInput,
} from '../src/index.ts';

export const A4 = Uint8Array.of(192, 0, 2, 1);
export const B4 = Uint8Array.of(198, 51, 100, 2);
export const A6 = Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
export const B6 = Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2);
export const START_US = 1_700_000_000_123_456;

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

export function concat(...parts: (Uint8Array | number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export function u16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}

export function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}

/** Packets from A to B (or back) at ports 5060 and 5070. */
export function packets(
  payload: string | Uint8Array,
  input: Partial<IpPacketInput> & { back?: boolean } = {},
): Uint8Array[] {
  const ipVersion = input.ipVersion ?? 4;
  const [source, destination] = ipVersion === 4 ? [A4, B4] : [A6, B6];
  const { back, ...rest } = input;
  return buildIpPacket({
    ipVersion,
    protocol: 17,
    source: back ? destination : source,
    destination: back ? source : destination,
    sourcePort: back ? 5070 : 5060,
    destinationPort: back ? 5060 : 5070,
    payload: typeof payload === 'string' ? bytesOf(payload) : payload,
    ...rest,
  });
}

export function packet(
  payload: string | Uint8Array,
  input: Partial<IpPacketInput> & { back?: boolean } = {},
): Uint8Array {
  return packets(payload, { mtu: 65_535, ...input })[0]!;
}

/** An IPv4 or IPv6 packet around any payload, without fragments. */
export function ip(protocol: number, payload: Uint8Array, ipVersion: 4 | 6 = 4): Uint8Array {
  if (ipVersion === 6) return concat([0x60, 0, 0, 0], u16(payload.length), [protocol, 64], A6, B6, payload);
  return concat([0x45, 0], u16(20 + payload.length), [0, 0, 0, 0, 64, protocol, 0, 0], A4, B4, payload);
}

export function udp(destinationPort: number, payload: Uint8Array): Uint8Array {
  return concat(u16(40000), u16(destinationPort), u16(8 + payload.length), u16(0), payload);
}

/** An Ethernet frame; `tags` are pairs of tag type and VLAN id, outermost first. */
export function ethernet(payload: Uint8Array, etherType = 0x0800, tags: [number, number][] = []): Uint8Array {
  const tagBytes = tags.flatMap(([type, vlan]) => [...u16(type), ...u16(vlan | 0x6000)]);
  return concat(new Uint8Array(12).fill(2), tagBytes, u16(etherType), payload);
}

export function frame(data: Uint8Array, linkType = 101, timestampUs = START_US): CaptureFrame {
  return { timestampUs, linkType, data, originalLength: data.length, interfaceId: 0 };
}

export interface SeenDatagram {
  timestampUs: number;
  from: string;
  to: string;
  protocol: number;
  vlan: number;
  text: string;
}

export interface SeenChunk {
  key: string;
  timestampUs: number;
  from: string;
  to: string;
  text: string;
  gap: boolean;
  closed: boolean;
}

/** Runs frames through a dissector and keeps copies of what it hands over. */
export function dissect(frames: Iterable<CaptureFrame>, options: FrameDissectorOptions & { flush?: boolean } = {}) {
  const datagrams: SeenDatagram[] = [];
  const chunks: SeenChunk[] = [];
  const { flush = true, ...limits } = options;
  const dissector = createFrameDissector(limits, {
    datagram: (d) => {
      datagrams.push({
        timestampUs: d.timestampUs,
        from: `${formatAddress(d.head, d.sourceAt, d.ipVersion)} ${d.sourcePort}`,
        to: `${formatAddress(d.head, d.destinationAt, d.ipVersion)} ${d.destinationPort}`,
        protocol: d.protocol,
        vlan: d.vlan,
        text: textOf(d.data.subarray(d.start, d.end)),
      });
    },
    stream: (c) => {
      chunks.push({
        key: c.connectionKey,
        timestampUs: c.timestampUs,
        from: `${formatAddress(c.head, c.sourceAt, c.ipVersion)} ${c.sourcePort}`,
        to: `${formatAddress(c.head, c.destinationAt, c.ipVersion)} ${c.destinationPort}`,
        text: textOf(c.data),
        gap: c.gapBefore,
        closed: c.closed,
      });
    },
  });
  for (const each of frames) dissector.accept(each);
  if (flush) dissector.flush();
  return { datagrams, chunks, defects: dissector.defects };
}

/** The texts of the datagrams in raw IP packets. */
export function datagramTexts(ipPackets: Iterable<Uint8Array>, options: FrameDissectorOptions = {}): string[] {
  return dissect(
    Array.from(ipPackets, (each) => frame(each)),
    options,
  ).datagrams.map((each) => each.text);
}

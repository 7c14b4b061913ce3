import { type CapturedPacket, emptyPacket, formatAddress } from '@calliope/model';
import { decodeHep, type HepResult } from '../src/index.ts';

/** What the tests compare: a packet as plain values. */
export interface PlainPacket {
  timestampUs: number;
  protocol: number;
  source: string;
  destination: string;
  payloadType: number;
  payload: string;
  captureId: number;
  node: string;
  correlationId: string;
  key: string;
  vlan: number;
}

export function plainPacket(packet: CapturedPacket): PlainPacket {
  const text = (start: number, end: number) => Buffer.from(packet.head.subarray(start, end)).toString('latin1');
  const address = (at: number) => formatAddress(packet.head, at, packet.ipVersion);
  return {
    timestampUs: packet.timestampUs,
    protocol: packet.protocol,
    source: `${address(packet.sourceAt)} ${packet.sourcePort}`,
    destination: `${address(packet.destinationAt)} ${packet.destinationPort}`,
    payloadType: packet.payloadType,
    payload: Buffer.from(packet.payload.subarray(packet.payloadStart, packet.payloadEnd)).toString('latin1'),
    captureId: packet.captureId,
    node: text(packet.nodeStart, packet.nodeEnd),
    correlationId: text(packet.correlationStart, packet.correlationEnd),
    key: text(packet.keyStart, packet.keyEnd),
    vlan: packet.vlan,
  };
}

/** Reception a minute after the vectors' time. */
export const RECEIVED_US = 1_700_000_060_000_000;
export const VECTOR_US = 1_700_000_000_123_456;
export const SIP_TEXT = 'OPTIONS sip:a@b SIP/2.0\r\n\r\n';

/** Decodes a copy that lies in the middle of a larger array, as a datagram lies in a receive buffer. */
export function decode(
  datagram: Uint8Array,
  receivedUs: number = RECEIVED_US,
): { result: HepResult; packet: PlainPacket } {
  const around = new Uint8Array(datagram.length + 40).fill(0x55);
  around.set(datagram, 17);
  const packet = emptyPacket();
  const result = decodeHep(around, 17, 17 + datagram.length, packet, receivedUs);
  return { result, packet: plainPacket(packet) };
}

export function hex(...parts: (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part.replaceAll(/\s/g, ''), 'hex') : part)),
  );
}

const sip = Buffer.from(SIP_TEXT);
/** Synthetic: OPTIONS from 192.0.2.1:5060 to 192.0.2.2:5080, t = 1700000000.123456, capture id 2001. */
export const HEP1 = hex('0110021113c413d8 c0000201 c0000202', sip);
export const HEP2 = hex('0210021113c413d8 c0000201 c0000202 00f15365 40e20100 d1070000', sip);
export const HEP2_IPV6 = hex(
  '02280a1113c413d8 20010db8000000000000000000000001 20010db8000000000000000000000002 00f15365 40e20100 d1070000',
  sip,
);
export const HEP3_BODY = hex(
  '000000010007 02  000000020007 11  00000003000a c0000201  00000004000a c0000202',
  '000000070008 13c4  000000080008 13d8  00000009000a 6553f100  0000000a000a 0001e240',
  '0000000b0007 01  0000000c000a 000007d1  0000000e0008 7077  000000110009 616263',
  '000000130008 6e31  0000000f0021',
  sip,
);
export const HEP3 = hep3(HEP3_BODY);

/** Chunks with the frame's header before them. */
export function hep3(chunks: Uint8Array, magic = 'HEP3'): Buffer {
  const header = Buffer.from(`${magic}..`);
  header.writeUInt16BE(6 + chunks.length, 4);
  return Buffer.concat([header, chunks]);
}

export function chunk(type: number, body: Uint8Array | string, vendor = 0): Buffer {
  const octets = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
  const header = Buffer.alloc(6);
  header.writeUInt16BE(vendor, 0);
  header.writeUInt16BE(type, 2);
  header.writeUInt16BE(6 + octets.length, 4);
  return Buffer.concat([header, octets]);
}

export const VECTOR_PACKET: PlainPacket = {
  timestampUs: VECTOR_US,
  protocol: 17,
  source: '192.0.2.1 5060',
  destination: '192.0.2.2 5080',
  payloadType: 1,
  payload: SIP_TEXT,
  captureId: 2001,
  node: '',
  correlationId: '',
  key: '',
  vlan: 0,
};

/** Addresses, ports, time and id as in the vectors, without payload: what tests of single chunks start from. */
export const BASE_CHUNKS = hex(
  '000000010007 02  000000020007 11  00000003000a c0000201  00000004000a c0000202',
  '000000070008 13c4  000000080008 13d8  00000009000a 6553f100  0000000a000a 0001e240',
  '0000000b0007 01  0000000c000a 000007d1',
);

import { type CapturedPacket, parseAddress } from '@calliope/model';

/** What can be written into a HEP frame. Texts are written as UTF-8; '' and absent are the same. */
export interface HepFields {
  /** Microseconds since 1970. HEP 1 carries none. */
  timestampUs: number;
  /** Text, or 4 or 16 bytes in network order. Both must be of one family. */
  sourceIp: string | Uint8Array;
  destinationIp: string | Uint8Array;
  sourcePort: number;
  destinationPort: number;
  /** IP protocol, 17 when absent. */
  protocol?: number;
  /** HEP protocol type, 1 (SIP) when absent. HEP 1 and 2 carry SIP only. */
  payloadType?: number;
  payload: Uint8Array;
  /** 0..2^32-1 in HEP 3, 0..65535 in HEP 2. */
  captureId?: number;
  nodeName?: string | Uint8Array;
  correlationId?: string | Uint8Array;
  key?: string | Uint8Array;
  /** 1..4094. */
  vlan?: number;
}

/** The fields of a packet, as views that are valid as long as the packet is. */
export function hepFieldsOf(packet: CapturedPacket): HepFields {
  const { head } = packet;
  const addressBytes = packet.ipVersion === 4 ? 4 : 16;
  return {
    timestampUs: packet.timestampUs,
    sourceIp: head.subarray(packet.sourceAt, packet.sourceAt + addressBytes),
    destinationIp: head.subarray(packet.destinationAt, packet.destinationAt + addressBytes),
    sourcePort: packet.sourcePort,
    destinationPort: packet.destinationPort,
    protocol: packet.protocol,
    payloadType: packet.payloadType,
    payload: packet.payload.subarray(packet.payloadStart, packet.payloadEnd),
    captureId: packet.captureId,
    nodeName: head.subarray(packet.nodeStart, packet.nodeEnd),
    correlationId: head.subarray(packet.correlationStart, packet.correlationEnd),
    key: head.subarray(packet.keyStart, packet.keyEnd),
    vlan: packet.vlan,
  };
}

const encoder = new TextEncoder();
const NONE = new Uint8Array(0);

export function octetsOf(value: string | Uint8Array | undefined): Uint8Array {
  if (value === undefined || value === '') return NONE;
  return typeof value === 'string' ? encoder.encode(value) : value;
}

/** Four or sixteen bytes. Throws RangeError for what is no address: a mistake of the program, not of a sender. */
export function addressOctets(address: string | Uint8Array): Uint8Array {
  if (typeof address !== 'string') {
    if (address.length === 4 || address.length === 16) return address;
    throw new RangeError(`an address has 4 or 16 bytes, not ${address.length}`);
  }
  const parsed = parseAddress(address);
  if (!parsed) throw new RangeError(`not an IP address: ${address}`);
  return parsed.ipVersion === 4 ? parsed.bytes.subarray(12) : parsed.bytes;
}

/** Both addresses as octets of one family. Throws RangeError otherwise. */
export function addressPair(fields: HepFields): { source: Uint8Array; destination: Uint8Array; isIpv6: boolean } {
  const source = addressOctets(fields.sourceIp);
  const destination = addressOctets(fields.destinationIp);
  if (source.length !== destination.length) throw new RangeError('source and destination are of different IP versions');
  return { source, destination, isIpv6: source.length === 16 };
}

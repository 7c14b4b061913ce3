import { IPV4_FAMILY, IPV6_FAMILY } from './hep-chunk.ts';
import { addressPair, type HepFields } from './hep-fields.ts';

/** A HEP 1 datagram: addresses, ports and SIP. No time, no node, no key. Throws RangeError for addresses that are none. */
export function encodeHep1(fields: HepFields): Uint8Array {
  return encode(fields, 1);
}

/** A HEP 2 datagram: HEP 1 with time and a 16-bit capture id, little-endian and padded as every sender writes them. */
export function encodeHep2(fields: HepFields): Uint8Array {
  return encode(fields, 2);
}

function encode(fields: HepFields, version: 1 | 2): Uint8Array {
  const { source, destination, isIpv6 } = addressPair(fields);
  const timeAt = 8 + 2 * source.length;
  const payloadAt = timeAt + (version === 2 ? 12 : 0);
  const datagram = new Uint8Array(payloadAt + fields.payload.length);
  const view = new DataView(datagram.buffer);
  view.setUint8(0, version);
  // OpenSIPS accepts no other header length than that of version 1.
  view.setUint8(1, timeAt);
  view.setUint8(2, isIpv6 ? IPV6_FAMILY : IPV4_FAMILY);
  view.setUint8(3, fields.protocol ?? 17);
  view.setUint16(4, fields.sourcePort);
  view.setUint16(6, fields.destinationPort);
  datagram.set(source, 8);
  datagram.set(destination, 8 + source.length);
  if (version === 2) {
    view.setUint32(timeAt, Math.floor(fields.timestampUs / 1_000_000), true);
    view.setUint32(timeAt + 4, fields.timestampUs % 1_000_000, true);
    view.setUint16(timeAt + 8, fields.captureId ?? 0, true);
  }
  datagram.set(fields.payload, payloadAt);
  return datagram;
}

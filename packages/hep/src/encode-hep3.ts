import { deflateSync } from 'node:zlib';
import { HEADER_BYTES, HepChunk, IPV4_FAMILY, IPV6_FAMILY, MAX_FRAME_BYTES } from './hep-chunk.ts';
import { addressPair, type HepFields, octetsOf } from './hep-fields.ts';

export interface EncodeHep3Options {
  /** Write the payload as zlib into chunk 0x0010. Not every receiver reads it (heplify-server does not). */
  compress?: boolean;
}

/**
 * One HEP 3 frame, chunks in the order of Kamailio and captagent. Undefined when it does not fit into 65,535 bytes, which a payload
 * from the network can bring about. Throws RangeError for addresses that are none.
 */
export function encodeHep3(fields: HepFields, options: EncodeHep3Options = {}): Uint8Array | undefined {
  const { source, destination, isIpv6 } = addressPair(fields);
  const correlationId = octetsOf(fields.correlationId);
  const key = octetsOf(fields.key);
  const nodeName = octetsOf(fields.nodeName);
  const payload = options.compress ? deflateSync(fields.payload) : fields.payload;
  const vlan = fields.vlan ?? 0;
  const optional = [correlationId, key, nodeName].reduce((sum, o) => sum + (o.length ? HEADER_BYTES + o.length : 0), 0);
  const fixed = HEADER_BYTES + 7 + 7 + 2 * (HEADER_BYTES + source.length) + 8 + 8 + 10 + 10 + 7 + 10;
  const total = fixed + optional + (vlan ? 8 : 0) + HEADER_BYTES + payload.length;
  if (total > MAX_FRAME_BYTES) return undefined;

  const frame = new Uint8Array(total);
  const view = new DataView(frame.buffer);
  view.setUint32(0, 0x48455033);
  view.setUint16(4, total);
  let at = HEADER_BYTES;
  /** Writes a chunk's header and moves past the chunk; returns where its body is. Vendor 0 is what the memory holds. */
  const chunk = (type: number, bodyBytes: number): number => {
    view.setUint16(at + 2, type);
    view.setUint16(at + 4, HEADER_BYTES + bodyBytes);
    const body = at + HEADER_BYTES;
    at = body + bodyBytes;
    return body;
  };
  const octets = (type: number, body: Uint8Array): void => frame.set(body, chunk(type, body.length));

  view.setUint8(chunk(HepChunk.IP_FAMILY, 1), isIpv6 ? IPV6_FAMILY : IPV4_FAMILY);
  view.setUint8(chunk(HepChunk.IP_PROTOCOL, 1), fields.protocol ?? 17);
  octets(isIpv6 ? HepChunk.IPV6_SOURCE : HepChunk.IPV4_SOURCE, source);
  octets(isIpv6 ? HepChunk.IPV6_DESTINATION : HepChunk.IPV4_DESTINATION, destination);
  view.setUint16(chunk(HepChunk.SOURCE_PORT, 2), fields.sourcePort);
  view.setUint16(chunk(HepChunk.DESTINATION_PORT, 2), fields.destinationPort);
  view.setUint32(chunk(HepChunk.SECONDS, 4), Math.floor(fields.timestampUs / 1_000_000));
  view.setUint32(chunk(HepChunk.MICROSECONDS, 4), fields.timestampUs % 1_000_000);
  view.setUint8(chunk(HepChunk.PAYLOAD_TYPE, 1), fields.payloadType ?? 1);
  view.setUint32(chunk(HepChunk.CAPTURE_ID, 4), fields.captureId ?? 0);
  if (key.length) octets(HepChunk.AUTH_KEY, key);
  if (correlationId.length) octets(HepChunk.CORRELATION_ID, correlationId);
  if (vlan) view.setUint16(chunk(HepChunk.VLAN, 2), vlan);
  if (nodeName.length) octets(HepChunk.NODE_NAME, nodeName);
  octets(options.compress ? HepChunk.COMPRESSED_PAYLOAD : HepChunk.PAYLOAD, payload);
  return frame;
}

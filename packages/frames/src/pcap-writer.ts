import { LinkType, MAX_FRAME_BYTES } from './capture-frame.ts';

/**
 * The 24 bytes that begin a pcap file (draft-ietf-opsawg-pcap section 4): little-endian, microseconds, for raw IP packets unless
 * another link type is given.
 */
export function writePcapHeader(linkType: number = LinkType.RAW): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, MAX_FRAME_BYTES, true);
  view.setUint32(20, linkType, true);
  return bytes;
}

/**
 * One packet with the header before it (section 5). The time is exact to the microsecond.
 * @param timestampUs since 1970; what the format cannot say (before 1970, after 2106) becomes the nearest it can.
 */
export function writePcapRecord(timestampUs: number, packet: Uint8Array, originalLength = packet.length): Uint8Array {
  const bytes = new Uint8Array(16 + packet.length);
  const view = new DataView(bytes.buffer);
  const time = Math.min(Math.max(timestampUs, 0), 0xffffffff * 1e6 + 999_999);
  view.setUint32(0, Math.floor(time / 1e6), true);
  view.setUint32(4, time % 1e6, true);
  view.setUint32(8, packet.length, true);
  view.setUint32(12, originalLength, true);
  bytes.set(packet, 16);
  return bytes;
}

import { type CapturedPacket, PayloadType } from '@calliope/model';
import { IPV4_FAMILY, isIpv6Family } from './hep-chunk.ts';
import { HepCode, HepFlag, type HepResult } from './hep-result.ts';
import { isPlausibleTime } from './packet-clock.ts';
import { resetPacket } from './reset-packet.ts';

const SIP_BEGINNINGS = [
  'SIP/',
  'INVITE ',
  'ACK ',
  'BYE ',
  'CANCEL ',
  'OPTIONS ',
  'REGISTER ',
  'PRACK ',
  'SUBSCRIBE ',
  'NOTIFY ',
  'PUBLISH ',
  'INFO ',
  'REFER ',
  'MESSAGE ',
  'UPDATE ',
].map((text) => new TextEncoder().encode(text));

function beginsSip(bytes: Uint8Array, at: number, end: number): boolean {
  return SIP_BEGINNINGS.some(
    (beginning) => at + beginning.length <= end && beginning.every((byte, i) => bytes[at + i] === byte),
  );
}

function isPrintable(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x20 && byte < 0x7f;
}

/**
 * HEP 1, and HEP 2 which puts a time and a capture id between the addresses and the payload. The header's own length byte is
 * never trusted: sofia-sip counts the time header in it, sngrep writes the high byte of the total length.
 * Trailing NULs, which OpenSIPS sends, are not part of the payload.
 */
export function decodeLegacyHep(
  bytes: Uint8Array,
  start: number,
  end: number,
  packet: CapturedPacket,
  receivedUs: number,
): HepResult {
  if (end - start < 16) return HepCode.TRUNCATED;
  const family = bytes[start + 2]!;
  const isIpv6 = isIpv6Family(family);
  if (!isIpv6 && family !== IPV4_FAMILY) return HepCode.BAD_ADDRESS_FAMILY;
  const addressBytes = isIpv6 ? 16 : 4;
  const afterAddresses = start + 8 + 2 * addressBytes;
  if (afterAddresses > end) return HepCode.TRUNCATED;
  const isVersion2 = bytes[start] === 2;
  if (isVersion2 && afterAddresses + 10 > end) return HepCode.TRUNCATED;

  resetPacket(packet, bytes);
  packet.ipVersion = isIpv6 ? 6 : 4;
  packet.protocol = bytes[start + 3]!;
  packet.sourcePort = (bytes[start + 4]! << 8) | bytes[start + 5]!;
  packet.destinationPort = (bytes[start + 6]! << 8) | bytes[start + 7]!;
  packet.sourceAt = start + 8;
  packet.destinationAt = start + 8 + addressBytes;
  packet.payloadType = PayloadType.SIP;

  let result: HepResult = HepCode.OK;
  let payloadStart = afterAddresses;
  if (isVersion2) {
    result |= readTimeHeader(bytes, afterAddresses, packet, receivedUs);
    payloadStart += timeHeaderBytes(bytes, afterAddresses, end);
  } else {
    packet.timestampUs = receivedUs;
    result |= HepFlag.NO_TIMESTAMP;
  }
  let payloadEnd = end;
  while (payloadEnd > payloadStart && bytes[payloadEnd - 1] === 0) payloadEnd--;
  packet.payloadStart = Math.min(payloadStart, payloadEnd);
  packet.payloadEnd = payloadEnd;
  if (payloadEnd <= payloadStart) result |= HepFlag.NO_PAYLOAD;
  return result;
}

/**
 * Senders write the unpacked C struct, 12 bytes with two of padding (garbage in Kamailio). Ten bytes are assumed when the message clearly begins
 * there, or when what follows the padding is no text but the padding is.
 */
function timeHeaderBytes(bytes: Uint8Array, at: number, end: number): number {
  if (beginsSip(bytes, at + 12, end)) return 12;
  if (beginsSip(bytes, at + 10, end)) return 10;
  return !isPrintable(bytes[at + 12]) && isPrintable(bytes[at + 10]) && at + 12 < end ? 10 : 12;
}

/** Little-endian, as every known sender writes it; big-endian when only that makes a plausible time. */
function readTimeHeader(bytes: Uint8Array, at: number, packet: CapturedPacket, receivedUs: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 10);
  for (const littleEndian of [true, false]) {
    const microseconds = view.getUint32(4, littleEndian);
    const timestampUs = view.getUint32(0, littleEndian) * 1_000_000 + (microseconds < 1_000_000 ? microseconds : 0);
    if (!isPlausibleTime(timestampUs, receivedUs)) continue;
    packet.timestampUs = timestampUs;
    packet.captureId = view.getUint16(8, littleEndian);
    return microseconds < 1_000_000 ? 0 : HepFlag.BAD_TIMESTAMP;
  }
  packet.timestampUs = receivedUs;
  packet.captureId = view.getUint16(8, true);
  return HepFlag.BAD_TIMESTAMP;
}

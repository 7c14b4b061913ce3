import type { CapturedPacket } from '@calliope/model';
import { HEADER_BYTES, HepChunk, isIpv6Family } from './hep-chunk.ts';
import { HepCode, HepFlag, type HepResult } from './hep-result.ts';
import { placeAddresses } from './hep3-addresses.ts';
import { inflatePayload } from './inflate-bounded.ts';
import { isPlausibleTime } from './packet-clock.ts';
import { resetPacket } from './reset-packet.ts';

/** Unsigned big-endian integer of one to four bytes; senders differ in width for what the specification fixes. */
function readUint(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let i = at; i < end; i++) value = value * 256 + bytes[i]!;
  return value;
}

/**
 * HEP 3, EEP 3 and the EEP 1 draft (HEP specification rev 37). Chunks come in any order and a later one of the same type wins.
 * Vendors' own chunks and unknown ones are skipped: their types mean something else than the generic ones of the same number.
 * Allocates only for compressed payloads and absent addresses.
 */
export function decodeHep3(
  bytes: Uint8Array,
  start: number,
  end: number,
  packet: CapturedPacket,
  receivedUs: number,
): HepResult {
  if (end - start < HEADER_BYTES) return HepCode.TRUNCATED;
  const announced = (bytes[start + 4]! << 8) | bytes[start + 5]!;
  if (announced < HEADER_BYTES) return HepCode.BAD_FRAME_LENGTH;
  // In the draft, 0x0010 was a 32-bit correlation id and 0x0011 an SS7 type.
  const isDraft = bytes[start + 3] === 0x31;
  const truncated = start + announced > end;
  const limit = truncated ? end : start + announced;
  resetPacket(packet, bytes);

  let family = 0;
  let source4 = -1;
  let destination4 = -1;
  let source6 = -1;
  let destination6 = -1;
  let seconds = 0;
  let microseconds = 0;
  // A body never begins at 0: that says absent.
  let payloadStart = 0;
  let payloadEnd = 0;
  let compressed = false;
  let correlationStart = -1;
  let correlationEnd = -1;
  let at = start + HEADER_BYTES;

  while (at + HEADER_BYTES <= limit) {
    const length = (bytes[at + 4]! << 8) | bytes[at + 5]!;
    const next = at + length;
    if (length < HEADER_BYTES || next > limit) break;
    const body = at + HEADER_BYTES;
    const isGeneric = (bytes[at]! | bytes[at + 1]!) === 0;
    const type = isGeneric ? (bytes[at + 2]! << 8) | bytes[at + 3]! : 0;
    at = next;
    switch (type) {
      case HepChunk.IP_FAMILY:
        if (length === 7) family = bytes[body]!;
        break;
      case HepChunk.IP_PROTOCOL:
        if (length === 7) packet.protocol = bytes[body]!;
        break;
      case HepChunk.IPV4_SOURCE:
        if (length === 10) source4 = body;
        break;
      case HepChunk.IPV4_DESTINATION:
        if (length === 10) destination4 = body;
        break;
      case HepChunk.IPV6_SOURCE:
        if (length === 22) source6 = body;
        break;
      case HepChunk.IPV6_DESTINATION:
        if (length === 22) destination6 = body;
        break;
      case HepChunk.SOURCE_PORT:
        if (length === 8) packet.sourcePort = (bytes[body]! << 8) | bytes[body + 1]!;
        break;
      case HepChunk.DESTINATION_PORT:
        if (length === 8) packet.destinationPort = (bytes[body]! << 8) | bytes[body + 1]!;
        break;
      case HepChunk.SECONDS:
        if (length <= 10) seconds = readUint(bytes, body, next);
        break;
      case HepChunk.MICROSECONDS:
        if (length <= 10) microseconds = readUint(bytes, body, next);
        break;
      case HepChunk.PAYLOAD_TYPE:
        if (length === 7) packet.payloadType = bytes[body]!;
        break;
      case HepChunk.CAPTURE_ID:
        if (length <= 10) packet.captureId = unshiftCaptureId(readUint(bytes, body, next));
        break;
      case HepChunk.AUTH_KEY:
        packet.keyStart = body;
        packet.keyEnd = next;
        break;
      case HepChunk.PAYLOAD:
        payloadStart = body;
        payloadEnd = next;
        compressed = false;
        break;
      case HepChunk.COMPRESSED_PAYLOAD:
        if (isDraft) break;
        payloadStart = body;
        payloadEnd = next;
        compressed = true;
        break;
      case HepChunk.CORRELATION_ID:
        if (isDraft) break;
        packet.correlationStart = body;
        packet.correlationEnd = next;
        break;
      case HepChunk.OPENSIPS_CORRELATION:
        correlationStart = body;
        correlationEnd = next;
        break;
      case HepChunk.VLAN:
        if (length === 8) packet.vlan = ((bytes[body]! & 0x0f) << 8) | bytes[body + 1]!;
        break;
      case HepChunk.NODE_NAME:
        packet.nodeStart = body;
        packet.nodeEnd = next;
        break;
    }
  }

  let result: HepResult = HepCode.OK;
  if (at !== limit || truncated) {
    if (payloadStart === 0) return truncated ? HepCode.TRUNCATED : HepCode.BAD_CHUNK_LENGTH;
    result |= HepFlag.DAMAGED;
  }
  if (packet.correlationStart === packet.correlationEnd && correlationStart >= 0) {
    packet.correlationStart = correlationStart;
    packet.correlationEnd = correlationEnd;
  }
  if (payloadStart === payloadEnd) result |= HepFlag.NO_PAYLOAD;
  else if (compressed) {
    const inflated = inflatePayload(bytes.subarray(payloadStart, payloadEnd));
    if (typeof inflated === 'number') return inflated;
    packet.payload = inflated;
    payloadStart = 0;
    payloadEnd = inflated.length;
    result |= HepFlag.INFLATED;
  }
  packet.payloadStart = payloadStart;
  packet.payloadEnd = payloadEnd;

  if (microseconds >= 1_000_000) {
    microseconds = 0;
    result |= HepFlag.BAD_TIMESTAMP;
  }
  const timestampUs = seconds * 1_000_000 + microseconds;
  if (isPlausibleTime(timestampUs, receivedUs)) packet.timestampUs = timestampUs;
  else {
    packet.timestampUs = receivedUs;
    result |= HepFlag.BAD_TIMESTAMP;
  }

  if (source4 >= 0 && destination4 >= 0 && !(isIpv6Family(family) && source6 >= 0 && destination6 >= 0)) {
    packet.sourceAt = source4;
    packet.destinationAt = destination4;
  } else if (source6 >= 0 && destination6 >= 0) {
    packet.ipVersion = 6;
    packet.sourceAt = source6;
    packet.destinationAt = destination6;
  } else {
    result |= placeAddresses(packet, start, limit, source4, destination4, source6, destination6);
  }
  return result;
}

/**
 * sngrep writes its capture id with htons() into a field of 32 bits, so that id 2001 arrives as 0x07d10000. An id whose low
 * half is zero is therefore taken as shifted. The price: an agent really numbered 65536 × n shows as n.
 */
function unshiftCaptureId(id: number): number {
  return (id & 0xffff) === 0 ? id >>> 16 : id;
}

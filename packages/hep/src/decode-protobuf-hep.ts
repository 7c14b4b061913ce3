import { type CapturedPacket, parseAddress } from '@calliope/model';
import { isIpv6Family } from './hep-chunk.ts';
import { HepCode, HepFlag, type HepResult } from './hep-result.ts';
import { isPlausibleTime } from './packet-clock.ts';
import { resetPacket } from './reset-packet.ts';

/** Field numbers of heplify's `hep.proto` (proto2, package publish). */
const Proto = {
  VERSION: 1,
  PROTOCOL: 2,
  SOURCE_IP: 3,
  DESTINATION_IP: 4,
  SOURCE_PORT: 5,
  DESTINATION_PORT: 6,
  SECONDS: 7,
  MICROSECONDS: 8,
  PAYLOAD_TYPE: 9,
  CAPTURE_ID: 10,
  KEY: 11,
  PAYLOAD: 12,
  CORRELATION_ID: 13,
  VLAN: 14,
} as const;
const FIELDS = 15;

/**
 * heplify 1 with `-protobuf`: one proto2 message a datagram, all fields required. Addresses are text; four or sixteen bytes are
 * taken as well. Unknown fields are skipped. Allocates a small head for the addresses, the key and the correlation id.
 */
export function decodeProtobufHep(
  bytes: Uint8Array,
  start: number,
  end: number,
  packet: CapturedPacket,
  receivedUs: number,
): HepResult {
  const numbers = new Float64Array(FIELDS);
  const starts = new Int32Array(FIELDS).fill(-1);
  const ends = new Int32Array(FIELDS);
  if (!readFields(bytes, start, end, numbers, starts, ends)) return HepCode.BAD_PROTOBUF;
  if (starts[Proto.PAYLOAD]! < 0) return HepCode.BAD_PROTOBUF;
  const family = numbers[Proto.VERSION]!;
  const addressOf = (field: number) => parseProtoAddress(bytes.subarray(starts[field], ends[field]));
  const source = addressOf(Proto.SOURCE_IP);
  const destination = addressOf(Proto.DESTINATION_IP);
  if (!source || !destination) return HepCode.BAD_ADDRESS_FAMILY;
  const isIpv6 = isIpv6Family(family) || family === 6 || source.ipVersion === 6 || destination.ipVersion === 6;

  resetPacket(packet, bytes);
  const key = bytes.subarray(starts[Proto.KEY]!, ends[Proto.KEY]!);
  const correlation = bytes.subarray(starts[Proto.CORRELATION_ID]!, ends[Proto.CORRELATION_ID]!);
  const head = new Uint8Array(32 + key.length + correlation.length);
  head.set(source.bytes, 0);
  head.set(destination.bytes, 16);
  head.set(key, 32);
  head.set(correlation, 32 + key.length);
  packet.head = head;
  packet.ipVersion = isIpv6 ? 6 : 4;
  // Both are in sixteen bytes, an IPv4 address in the last four.
  packet.sourceAt = isIpv6 ? 0 : 12;
  packet.destinationAt = isIpv6 ? 16 : 28;
  packet.keyStart = 32;
  packet.keyEnd = 32 + key.length;
  packet.correlationStart = packet.keyEnd;
  packet.correlationEnd = packet.keyEnd + correlation.length;
  packet.protocol = numbers[Proto.PROTOCOL]! & 0xff;
  packet.sourcePort = numbers[Proto.SOURCE_PORT]! & 0xffff;
  packet.destinationPort = numbers[Proto.DESTINATION_PORT]! & 0xffff;
  packet.payloadType = numbers[Proto.PAYLOAD_TYPE]! & 0xff;
  packet.captureId = numbers[Proto.CAPTURE_ID]! >>> 0;
  packet.vlan = numbers[Proto.VLAN]! & 0x0fff;
  packet.payloadStart = starts[Proto.PAYLOAD]!;
  packet.payloadEnd = ends[Proto.PAYLOAD]!;

  let result: HepResult = packet.payloadStart === packet.payloadEnd ? HepFlag.NO_PAYLOAD : HepCode.OK;
  const microseconds = numbers[Proto.MICROSECONDS]!;
  const timestampUs = numbers[Proto.SECONDS]! * 1_000_000 + (microseconds < 1_000_000 ? microseconds : 0);
  const plausible = isPlausibleTime(timestampUs, receivedUs);
  packet.timestampUs = plausible ? timestampUs : receivedUs;
  if (!plausible || microseconds >= 1_000_000) result |= HepFlag.BAD_TIMESTAMP;
  return result;
}

/** Protobuf encoding, "message structure": varints and length-delimited fields are kept, fixed-width ones skipped. False when malformed. */
function readFields(
  bytes: Uint8Array,
  start: number,
  end: number,
  numbers: Float64Array,
  starts: Int32Array,
  ends: Int32Array,
): boolean {
  let at = start;
  let value = 0;
  const readVarint = (): boolean => {
    value = 0;
    for (let scale = 1, i = 0; i < 10 && at < end; i++, scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return true;
    }
    return false;
  };
  while (at < end) {
    if (!readVarint()) return false;
    const wireType = value % 8;
    const field = Math.floor(value / 8);
    if (wireType === 0) {
      if (!readVarint()) return false;
      if (field < FIELDS) numbers[field] = value;
    } else if (wireType === 2) {
      if (!readVarint() || value > end - at) return false;
      if (field < FIELDS) {
        starts[field] = at;
        ends[field] = at + value;
      }
      at += value;
    } else if (wireType === 1 || wireType === 5) {
      at += wireType === 1 ? 8 : 4;
      if (at > end) return false;
    } else return false;
  }
  return true;
}

function parseProtoAddress(value: Uint8Array): { bytes: Uint8Array; ipVersion: 4 | 6 } | undefined {
  const parsed = value.length <= 45 ? parseAddress(String.fromCharCode(...value)) : undefined;
  if (parsed) return parsed;
  if (value.length === 16) return { bytes: value, ipVersion: 6 };
  if (value.length !== 4) return undefined;
  const mapped = new Uint8Array(16);
  mapped.fill(0xff, 10, 12);
  mapped.set(value, 12);
  return { bytes: mapped, ipVersion: 4 };
}

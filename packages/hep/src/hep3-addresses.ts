import type { CapturedPacket } from '@calliope/model';
import { HepFlag } from './hep-result.ts';

/**
 * The rare frames whose two addresses are not of one family: one or both absent (read as unspecified), or IPv4 on one side and IPv6
 * on the other (both become IPv6, the former mapped by RFC 4291 section 2.5.5.2). The packet's head becomes a copy of the frame
 * with the addresses behind it, as offsets into one array are all that a packet has. An offset of -1 says absent.
 */
export function placeAddresses(
  packet: CapturedPacket,
  start: number,
  end: number,
  source4: number,
  destination4: number,
  source6: number,
  destination6: number,
): number {
  const bytes = packet.head;
  const length = end - start;
  const head = new Uint8Array(length + 32);
  head.set(bytes.subarray(start, end));
  const isIpv6 = source6 >= 0 || destination6 >= 0;
  packet.ipVersion = isIpv6 ? 6 : 4;
  packet.head = head;
  packet.sourceAt = length;
  packet.destinationAt = length + 16;
  const put = (at: number, from4: number, from6: number): boolean => {
    if (isIpv6 && from6 >= 0) head.set(bytes.subarray(from6, from6 + 16), at);
    else if (from4 >= 0) {
      if (isIpv6) head.fill(0xff, at + 10, at + 12);
      head.set(bytes.subarray(from4, from4 + 4), isIpv6 ? at + 12 : at);
    } else return false;
    return true;
  };
  const hasSource = put(packet.sourceAt, source4, source6);
  const hasDestination = put(packet.destinationAt, destination4, destination6);
  // What was not sent is an empty range at 0; what was sent lies within the frame, which now begins at 0.
  if (packet.nodeEnd > 0) {
    packet.nodeStart -= start;
    packet.nodeEnd -= start;
  }
  if (packet.correlationEnd > 0) {
    packet.correlationStart -= start;
    packet.correlationEnd -= start;
  }
  if (packet.keyEnd > 0) {
    packet.keyStart -= start;
    packet.keyEnd -= start;
  }
  return hasSource && hasDestination ? 0 : HepFlag.NO_ADDRESS;
}

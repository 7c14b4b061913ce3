import type { CapturedPacket } from '@calliope/model';

/** Empties a packet before it is filled from `bytes`. Everything but the time, which every decoder sets. */
export function resetPacket(packet: CapturedPacket, bytes: Uint8Array): void {
  packet.ipVersion = 4;
  packet.protocol = 0;
  packet.head = bytes;
  packet.sourceAt = 0;
  packet.destinationAt = 0;
  packet.sourcePort = 0;
  packet.destinationPort = 0;
  packet.payloadType = 0;
  packet.payload = bytes;
  packet.payloadStart = 0;
  packet.payloadEnd = 0;
  packet.captureId = 0;
  packet.nodeStart = 0;
  packet.nodeEnd = 0;
  packet.correlationStart = 0;
  packet.correlationEnd = 0;
  packet.keyStart = 0;
  packet.keyEnd = 0;
  packet.vlan = 0;
}

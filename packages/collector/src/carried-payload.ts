import type { Datagram, PacketAddressing } from '@calliope/frames';
import { decodeHep, HepFlag, type HepResult, hepDefect, isHep3Magic, isHepPacket } from '@calliope/hep';
import { type CapturedPacket, type Clock, defectBit, emptyPacket, IpProtocol, PayloadType } from '@calliope/model';
import { looksLikeSip } from './looks-like-sip.ts';

/**
 * Takes a packet whose payload is SIP or came in HEP. `from`: what it was carried in. The packet is filled again for the next one, so **it is
 * valid only during the call**.
 */
export type CarriedPacketTaker = (
  packet: CapturedPacket,
  defects: number,
  from: PacketAddressing,
  isHep: boolean,
) => void;

/** Turns payloads that were seen on a network into packets. */
export interface CarriedPayload {
  /** UDP or SCTP: SIP by its content, HEP unwrapped. False for anything else, which is passed over. */
  takeDatagram(datagram: Datagram): boolean;
  /** A SIP message out of a TCP stream. */
  takeSip(
    from: PacketAddressing,
    protocol: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    timestampUs: number,
  ): void;
  /** A HEP frame, out of a TCP stream or a datagram. */
  takeHep(from: PacketAddressing, bytes: Uint8Array, start: number, end: number): void;
}

const BAD_TIMESTAMP = defectBit('bad_timestamp');
const TRUNCATED = defectBit('truncated');
/** Where HEP is expected: documented defaults of its senders and of receivers. */
const HEP_PORTS: ReadonlySet<number> = new Set([9060, 9061, 9062, 9063]);

export function isHepPort(from: PacketAddressing): boolean {
  return HEP_PORTS.has(from.destinationPort) || HEP_PORTS.has(from.sourcePort);
}

/** `addDefect` is told the names of what should have been HEP and could not be used. */
export function createCarriedPayload(
  take: CarriedPacketTaker,
  clock: Clock,
  addDefect: (name: string, from: PacketAddressing) => void,
): CarriedPayload {
  const packet: CapturedPacket = emptyPacket();

  function takeSip(
    from: PacketAddressing,
    protocol: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    timestampUs: number,
  ): void {
    packet.ipVersion = from.ipVersion;
    packet.protocol = protocol;
    packet.head = from.head;
    packet.sourceAt = from.sourceAt;
    packet.destinationAt = from.destinationAt;
    packet.sourcePort = from.sourcePort;
    packet.destinationPort = from.destinationPort;
    packet.vlan = from.vlan;
    packet.payloadType = PayloadType.SIP;
    packet.payload = bytes;
    packet.payloadStart = start;
    packet.payloadEnd = end;
    packet.captureId = 0;
    packet.nodeStart = packet.nodeEnd = 0;
    packet.correlationStart = packet.correlationEnd = 0;
    packet.keyStart = packet.keyEnd = 0;
    // A capture without times is no capture of 1970.
    packet.timestampUs = timestampUs > 0 ? timestampUs : clock.nowUs();
    take(packet, timestampUs > 0 ? 0 : BAD_TIMESTAMP, from, false);
  }

  function takeDecoded(from: PacketAddressing, result: HepResult): void {
    let defects = 0;
    if (result & HepFlag.BAD_TIMESTAMP) defects |= BAD_TIMESTAMP;
    if (result & HepFlag.DAMAGED) defects |= TRUNCATED;
    take(packet, defects, from, true);
  }

  function decode(from: PacketAddressing, bytes: Uint8Array, start: number, end: number): HepResult {
    return decodeHep(bytes, start, end, packet, from.timestampUs > 0 ? from.timestampUs : clock.nowUs());
  }

  function takeHep(from: PacketAddressing, bytes: Uint8Array, start: number, end: number): void {
    const result = decode(from, bytes, start, end);
    if (isHepPacket(result)) takeDecoded(from, result);
    else addDefect(`hep_${hepDefect(result)}`, from);
  }

  /** HEP without a magic: on a port of its own whatever is in it, elsewhere only HEP 1 and 2 around what is clearly SIP. */
  function takeUnmarkedHep(datagram: Datagram, isExpected: boolean): boolean {
    const result = decode(datagram, datagram.data, datagram.start, datagram.end);
    if (!isHepPacket(result)) {
      if (isExpected) addDefect(`hep_${hepDefect(result)}`, datagram);
      return isExpected;
    }
    if (!isExpected && !looksLikeSip(packet.payload, packet.payloadStart, packet.payloadEnd)) return false;
    takeDecoded(datagram, result);
    return true;
  }

  return {
    takeSip,
    takeHep,
    takeDatagram(datagram) {
      const { data, start, end, protocol, timestampUs } = datagram;
      if (looksLikeSip(data, start, end)) {
        takeSip(datagram, protocol, data, start, end, timestampUs);
        return true;
      }
      if (protocol !== IpProtocol.UDP || end - start < 4) return false;
      if (isHep3Magic(data, start, end)) {
        takeHep(datagram, data, start, end);
        return true;
      }
      const first = data[start]!;
      const isLegacy = first === 1 || first === 2;
      const isExpected = isHepPort(datagram) && (isLegacy || first === 8 || first === 0x1f);
      return (isLegacy || isExpected) && takeUnmarkedHep(datagram, isExpected);
    },
  };
}

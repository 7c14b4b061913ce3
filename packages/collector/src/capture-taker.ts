import type { Datagram, PacketAddressing } from '@calliope/frames';
import { decodeHep, HepFlag, type HepResult, hepDefect, isHep3Magic, isHepPacket } from '@calliope/hep';
import { type CapturedPacket, type Clock, defectBit, emptyPacket, IpProtocol, PayloadType } from '@calliope/model';
import { looksLikeSip } from './looks-like-sip.ts';
import { type PacketPipeline, Taken } from './packet-pipeline.ts';

const BAD_TIMESTAMP = defectBit('bad_timestamp');
const TRUNCATED = defectBit('truncated');
/** Where HEP is expected: documented defaults of its senders and of receivers. */
const HEP_PORTS: ReadonlySet<number> = new Set([9060, 9061, 9062, 9063]);

/** What a capture's payloads are turned into, counted. */
export interface CaptureTaker {
  /** UDP or SCTP: SIP by its content, HEP unwrapped, anything else passed over. */
  takeDatagram(datagram: Datagram): void;
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
  takeHep(bytes: Uint8Array, start: number, end: number, capturedUs: number): void;
  readonly messages: number;
  readonly otherMessages: number;
  readonly firstUs: number | null;
  readonly lastUs: number | null;
}

export function isHepPort(from: PacketAddressing): boolean {
  return HEP_PORTS.has(from.destinationPort) || HEP_PORTS.has(from.sourcePort);
}

/** `addDefect` is told the names of what could not be used. */
export function createCaptureTaker(
  pipeline: PacketPipeline,
  clock: Clock,
  addDefect: (name: string) => void,
): CaptureTaker {
  const packet: CapturedPacket = emptyPacket();
  let messages = 0;
  let otherMessages = 0;
  let firstUs: number | null = null;
  let lastUs: number | null = null;

  function take(defects: number): void {
    const taken = pipeline.take(packet, defects);
    if (taken === Taken.KEEP_ALIVE) return;
    if (taken === Taken.DROPPED) {
      addDefect('dropped');
      return;
    }
    if (taken === Taken.SIP) messages++;
    else otherMessages++;
    const { timestampUs } = packet;
    if (firstUs === null || timestampUs < firstUs) firstUs = timestampUs;
    if (lastUs === null || timestampUs > lastUs) lastUs = timestampUs;
  }

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
    take(timestampUs > 0 ? 0 : BAD_TIMESTAMP);
  }

  function takeDecoded(result: HepResult): void {
    let defects = 0;
    if (result & HepFlag.BAD_TIMESTAMP) defects |= BAD_TIMESTAMP;
    if (result & HepFlag.DAMAGED) defects |= TRUNCATED;
    take(defects);
  }

  function decode(bytes: Uint8Array, start: number, end: number, capturedUs: number): HepResult {
    return decodeHep(bytes, start, end, packet, capturedUs > 0 ? capturedUs : clock.nowUs());
  }

  function takeHep(bytes: Uint8Array, start: number, end: number, capturedUs: number): void {
    const result = decode(bytes, start, end, capturedUs);
    if (isHepPacket(result)) takeDecoded(result);
    else addDefect(`hep_${hepDefect(result)}`);
  }

  /** HEP without a magic: on a port of its own whatever is in it, elsewhere only HEP 1 and 2 around what is clearly SIP. */
  function takeUnmarkedHep({ data, start, end, timestampUs }: Datagram, isExpected: boolean): void {
    const result = decode(data, start, end, timestampUs);
    if (!isHepPacket(result)) {
      if (isExpected) addDefect(`hep_${hepDefect(result)}`);
    } else if (isExpected || looksLikeSip(packet.payload, packet.payloadStart, packet.payloadEnd)) takeDecoded(result);
  }

  return {
    takeSip,
    takeHep,
    takeDatagram(datagram) {
      const { data, start, end, protocol, timestampUs } = datagram;
      if (looksLikeSip(data, start, end)) return takeSip(datagram, protocol, data, start, end, timestampUs);
      if (protocol !== IpProtocol.UDP || end - start < 4) return;
      if (isHep3Magic(data, start, end)) return takeHep(data, start, end, timestampUs);
      const first = data[start]!;
      const isLegacy = first === 1 || first === 2;
      const isExpected = isHepPort(datagram) && (isLegacy || first === 8 || first === 0x1f);
      if (isLegacy || isExpected) takeUnmarkedHep(datagram, isExpected);
    },
    get messages() {
      return messages;
    },
    get otherMessages() {
      return otherMessages;
    },
    get firstUs() {
      return firstUs;
    },
    get lastUs() {
      return lastUs;
    },
  };
}

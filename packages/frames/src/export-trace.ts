import type { Transport } from '@calliope/model';
import {
  buildIpPacket,
  DEFAULT_MTU,
  type IpPacketInput,
  maxUdpPayload,
  sctpChunkCount,
  TcpFlag,
} from './build-ip-packet.ts';

/** A message as it is stored, with what is needed to write it as packets. */
export interface TraceMessage {
  /** Microseconds since 1970. */
  timestampUs: number;
  transport: Transport;
  ipVersion: 4 | 6;
  /** 4 or 16 bytes; for IPv4 also 16 bytes whose last 4 count. */
  source: Uint8Array;
  destination: Uint8Array;
  sourcePort: number;
  destinationPort: number;
  payload: Uint8Array;
}

/** One raw IP packet to write. */
export interface TraceFrame {
  timestampUs: number;
  packet: Uint8Array;
  /** For pcapng: on the first packet of a message that was not sent in this way. */
  comment?: string;
}

export interface ExportTraceOptions {
  /** Longest packet, 1280..65535. 1500: longer messages become fragments and segments, as on the wire. */
  mtu?: number;
  /** Writes the three segments that open a TCP connection before its first message, at that message's time. False. */
  handshakes?: boolean;
}

/** Remembers connections, so that the sequence numbers of TCP and SCTP go on from message to message. */
export interface ExportTrace {
  /** The packets of the next message. Messages must come in the order of time. */
  frames(message: TraceMessage): TraceFrame[];
}

interface Connection {
  /** Sequence number of the next byte, or transmission sequence number, by direction. */
  next: [number, number];
  streamSequence: [number, number];
  /** Verification tags of SCTP. */
  tags: [number, number];
}

/** Connections remembered. Beyond that the oldest is forgotten, and goes on as if it were new. */
const MAX_CONNECTIONS = 65_536;

/**
 * Turns messages into packets that Wireshark reads without complaint. UDP and SCTP become what they were. TCP becomes coherent
 * streams, joined in the middle unless `handshakes` is set. **TLS, WS and WSS are written as plain TCP of the text inside**: what was
 * encrypted or framed on the wire is readable here, and the frame's comment says so. `other`, and what is too long for a
 * UDP datagram, become UDP and TCP, and say so too.
 */
export function createExportTrace(options: ExportTraceOptions = {}): ExportTrace {
  const { mtu = DEFAULT_MTU, handshakes = false } = options;
  const connections = new Map<string, Connection>();
  let identification = 1;
  let opened = 0;

  /** The connection of these two ends, and which of its directions this message goes. */
  function connectionOf(
    protocol: number,
    input: IpPacketInput,
  ): { connection: Connection; way: 0 | 1; isNew: boolean } {
    const from = `${input.source} ${input.sourcePort}`;
    const to = `${input.destination} ${input.destinationPort}`;
    const way = from < to ? 0 : 1;
    const key = `${protocol} ${way === 0 ? from : to} ${way === 0 ? to : from}`;
    const found = connections.get(key);
    if (found) return { connection: found, way, isNew: false };
    opened += 1;
    const connection: Connection = { next: [1, 1], streamSequence: [0, 0], tags: [2 * opened, 2 * opened + 1] };
    connections.set(key, connection);
    if (connections.size > MAX_CONNECTIONS) connections.delete(connections.keys().next().value!);
    return { connection, way, isNew: true };
  }

  function build(input: IpPacketInput): Uint8Array[] {
    const packets = buildIpPacket({ ...input, identification, mtu });
    // 0 is left out, as it stands for packets that are not numbered.
    identification = (identification + packets.length) & 0xffff || 1;
    return packets;
  }

  function tcp(input: IpPacketInput): Uint8Array[] {
    const { connection, way, isNew } = connectionOf(6, input);
    const back = way === 0 ? 1 : 0;
    const opening = isNew && handshakes ? handshake(input) : [];
    const sequence = connection.next[way];
    const acknowledgement = connection.next[back];
    connection.next[way] = (sequence + input.payload.length) >>> 0;
    const flags = TcpFlag.PSH | TcpFlag.ACK;
    return [...opening, ...build({ ...input, protocol: 6, tcp: { sequence, acknowledgement, flags } })];
  }

  /** SYN, SYN and ACK, ACK: whoever sends first is taken for the one who opened. Both begin at 0, so data begins at 1. */
  function handshake(input: IpPacketInput): Uint8Array[] {
    const there: IpPacketInput = { ...input, protocol: 6, payload: new Uint8Array(0) };
    const { source, destination, sourcePort, destinationPort } = input;
    const back = { ...there, source: destination, destination: source };
    const ports = { sourcePort: destinationPort, destinationPort: sourcePort };
    const { SYN, ACK } = TcpFlag;
    return [
      ...build({ ...there, tcp: { sequence: 0, acknowledgement: 0, flags: SYN } }),
      ...build({ ...back, ...ports, tcp: { sequence: 0, acknowledgement: 1, flags: SYN | ACK } }),
      ...build({ ...there, tcp: { sequence: 1, acknowledgement: 1, flags: ACK } }),
    ];
  }

  function sctp(input: IpPacketInput): Uint8Array[] {
    const { connection, way } = connectionOf(132, input);
    const { next, streamSequence, tags } = connection;
    const numbers = { verificationTag: tags[way], tsn: next[way], streamSequence: streamSequence[way] };
    next[way] = (next[way] + sctpChunkCount(input.ipVersion, input.payload.length, mtu)) >>> 0;
    streamSequence[way] = (streamSequence[way] + 1) & 0xffff;
    return build({ ...input, protocol: 132, sctp: numbers });
  }

  return {
    frames(message) {
      const { timestampUs, transport, ipVersion } = message;
      const input: IpPacketInput = { ...message, protocol: 17 };
      const isTooLong = message.payload.length > maxUdpPayload(ipVersion);
      let packets: Uint8Array[];
      if (transport === 'sctp') packets = sctp(input);
      else if ((transport === 'udp' || transport === 'other') && !isTooLong) packets = build(input);
      else packets = tcp(input);
      const comment = commentOf(transport, isTooLong);
      return packets.map((packet, index) => ({
        timestampUs,
        packet,
        ...(comment !== undefined && index === 0 ? { comment } : {}),
      }));
    },
  };
}

function commentOf(transport: Transport, isTooLong: boolean): string | undefined {
  switch (transport) {
    case 'tls':
      return 'Carried by TLS on the wire. Written here as plain TCP, with the text that was encrypted.';
    case 'ws':
      return 'Carried by WebSocket on the wire. Written here as plain TCP, without its frames: if shown as HTTP, use Decode As SIP.';
    case 'wss':
      return 'Carried by WebSocket over TLS on the wire. Written here as plain TCP, with the text that was encrypted.';
    case 'other':
      return `Carried by another transport on the wire, or an unknown one. Written here as ${isTooLong ? 'TCP' : 'UDP'}.`;
    case 'udp':
      return isTooLong
        ? 'Said to be carried by UDP, but longer than a datagram can be. Written here as TCP.'
        : undefined;
    default:
      return undefined;
  }
}

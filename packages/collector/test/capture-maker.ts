import { buildIpPacket, type IpPacketInput, TcpFlag, writePcapHeader, writePcapRecord } from '@calliope/frames';
import { parseAddress } from '@calliope/model';

export const CAPTURE_US = 1_700_000_000_000_000;

export interface CaptureMaker {
  /** A datagram; the next frame is a millisecond later. */
  udp(payload: Uint8Array | string, ends?: Partial<Ends>): CaptureMaker;
  sctp(payload: Uint8Array | string, ends?: Partial<Ends>): CaptureMaker;
  /** The segments of one direction of a connection from its SYN to its FIN, one for each piece. */
  tcp(
    pieces: readonly (Uint8Array | string)[],
    options?: Partial<Ends> & { omit?: number; withoutSyn?: boolean },
  ): CaptureMaker;
  /** The next frames have no time. */
  withoutTime(): CaptureMaker;
  bytes(): Buffer;
}

interface Ends {
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
}

const ENDS: Ends = { source: '192.0.2.1', destination: '192.0.2.2', sourcePort: 5060, destinationPort: 5060 };

/** Makes a capture file of raw IP packets. */
export function makeCapture(): CaptureMaker {
  const parts: Uint8Array[] = [writePcapHeader()];
  let timeUs = CAPTURE_US;
  let hasTime = true;
  let sequence = 1000;

  function add(ends: Partial<Ends>, input: Pick<IpPacketInput, 'protocol' | 'payload'> & Partial<IpPacketInput>): void {
    const all = { ...ENDS, ...ends };
    const source = parseAddress(all.source)!;
    const packets = buildIpPacket({
      ipVersion: source.ipVersion,
      sourcePort: all.sourcePort,
      destinationPort: all.destinationPort,
      ...input,
      source: source.bytes,
      destination: parseAddress(all.destination)!.bytes,
    });
    for (const packet of packets) {
      parts.push(writePcapRecord(hasTime ? timeUs : 0, packet));
      timeUs += 1000;
    }
  }

  const maker: CaptureMaker = {
    udp(payload, ends = {}) {
      add(ends, { protocol: 17, payload: octets(payload) });
      return maker;
    },
    sctp(payload, ends = {}) {
      add(ends, { protocol: 132, payload: octets(payload) });
      return maker;
    },
    tcp(pieces, { omit, withoutSyn, ...ends } = {}) {
      const segment = (payload: Uint8Array, flags: number) =>
        add(ends, { protocol: 6, payload, tcp: { sequence, acknowledgement: 1, flags } });
      if (!withoutSyn) segment(new Uint8Array(0), TcpFlag.SYN);
      sequence++;
      for (const [i, piece] of pieces.entries()) {
        const payload = octets(piece);
        if (i !== omit) segment(payload, TcpFlag.PSH | TcpFlag.ACK);
        sequence += payload.length;
      }
      segment(new Uint8Array(0), TcpFlag.FIN | TcpFlag.ACK);
      sequence += 100_000;
      return maker;
    },
    withoutTime() {
      hasTime = false;
      return maker;
    },
    bytes: () => Buffer.concat(parts),
  };
  return maker;
}

function octets(payload: Uint8Array | string): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
}

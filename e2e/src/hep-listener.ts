import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { decodeHep, hepDefect, isHepPacket } from '@calliope/hep';
import { emptyPacket, formatAddress } from '@calliope/model';

/** One HEP packet with everything copied out of the datagram. */
export interface HeardPacket {
  timestampUs: number;
  source: string;
  sourcePort: number;
  destination: string;
  destinationPort: number;
  protocol: number;
  payloadType: number;
  captureId: number;
  correlationId: string;
  payload: Uint8Array;
}

/** Hears HEP over UDP on 127.0.0.1 and keeps everything: the independent witness of what a sender sends. */
export class HepListener implements AsyncDisposable {
  readonly packets: HeardPacket[] = [];
  /** Datagrams that were no HEP, by the name of the defect. */
  readonly defects: Record<string, number> = {};
  readonly #socket: Socket;
  readonly #packet = emptyPacket();

  static async start(port: number): Promise<HepListener> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    return new HepListener(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (datagram) => this.#hear(datagram));
  }

  /** Resolves when nothing has come for `quietMs`. */
  async quiet(quietMs = 300): Promise<void> {
    for (let heard = -1; heard !== this.packets.length; ) {
      heard = this.packets.length;
      await new Promise((resolve) => setTimeout(resolve, quietMs));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }

  #hear(datagram: Uint8Array): void {
    const packet = this.#packet;
    const result = decodeHep(datagram, 0, datagram.length, packet, Date.now() * 1_000);
    if (!isHepPacket(result)) {
      const defect = hepDefect(result);
      this.defects[defect] = (this.defects[defect] ?? 0) + 1;
      return;
    }
    this.packets.push({
      timestampUs: packet.timestampUs,
      source: formatAddress(packet.head, packet.sourceAt, packet.ipVersion),
      sourcePort: packet.sourcePort,
      destination: formatAddress(packet.head, packet.destinationAt, packet.ipVersion),
      destinationPort: packet.destinationPort,
      protocol: packet.protocol,
      payloadType: packet.payloadType,
      captureId: packet.captureId,
      correlationId: Buffer.from(packet.head.subarray(packet.correlationStart, packet.correlationEnd)).toString(),
      payload: packet.payload.slice(packet.payloadStart, packet.payloadEnd),
    });
  }
}

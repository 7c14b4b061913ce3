import { createSocket } from 'node:dgram';
import { encodeHep3 } from '@calliope/hep';
import type { WireMessage } from './sip-conversation.ts';

/** Datagrams after which the receiver gets a moment: a burst would overrun a socket's buffer of the usual size. */
const BURST = 50;

/** Sends every message as HEP 3 over UDP to a port of this machine. */
export async function feedHep(messages: readonly WireMessage[], port: number): Promise<void> {
  const socket = createSocket('udp4');
  try {
    for (const [index, { text, ...packet }] of messages.entries()) {
      const captureId = packet.nodeName === 'sbc-1' ? 101 : 102;
      const frame = encodeHep3({ ...packet, captureId, payload: new TextEncoder().encode(text) });
      if (!frame) throw new RangeError(`message ${index} does not fit into a HEP frame`);
      await new Promise<void>((resolve, reject) =>
        socket.send(frame, port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
      );
      if (index % BURST === BURST - 1) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    socket.close();
  }
}

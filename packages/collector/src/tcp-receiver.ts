import { createHepStreamReceiver, type HepStreamReceiverOptions } from './hep-stream-receiver.ts';
import type { Receiver } from './receiver.ts';
import { DEFAULT_HEP_PORT } from './udp-receiver-options.ts';

export interface TcpReceiverOptions extends Omit<HepStreamReceiverOptions, 'port'> {
  /** 9060 when absent; 0: the system chooses. */
  port?: number;
}

/** HEP over plain TCP. */
export function createTcpReceiver(options: TcpReceiverOptions): Receiver {
  const { port = DEFAULT_HEP_PORT } = options;
  return createHepStreamReceiver(
    { ...options, port },
    {
      scheme: 'tcp',
      serve: (handlers) => (socket) => {
        const taker = handlers.open(socket, socket);
        if (!taker) return;
        socket.on('data', taker.bytes);
        socket.once('close', taker.end);
      },
    },
  );
}

import {
  createHepStreamReceiver,
  type HepStreamHandlers,
  type HepStreamReceiverOptions,
} from './hep-stream-receiver.ts';
import type { Receiver } from './receiver.ts';
import type { TlsFiles } from './tls-credentials.ts';
import { createTlsLayer, type TlsLayer } from './tls-layer.ts';

export interface TlsReceiverOptions extends HepStreamReceiverOptions {
  tls: TlsFiles;
}

/**
 * HEP over TLS, with certificates of senders where a CA is given for them.
 * @throws ReceiverError `bad_certificate` for files that cannot be used.
 */
export function createTlsReceiver(options: TlsReceiverOptions): Receiver {
  let handlers: HepStreamHandlers;
  const layer: TlsLayer = createTlsLayer(options.tls, {
    onSecure(socket) {
      const taker = handlers.open(socket, socket);
      if (!taker) return;
      socket.on('data', taker.bytes);
      socket.once('close', taker.end);
    },
    fail: (socket, why, detail) => handlers.fail(socket, why, detail),
  });
  const receiver = createHepStreamReceiver(options, {
    scheme: 'tls',
    serve(given) {
      handlers = given;
      return layer.serve;
    },
    problems: layer.problems,
  });
  return Object.assign(receiver, { reload: layer.reload });
}

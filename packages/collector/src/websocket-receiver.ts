import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  createHepStreamReceiver,
  type HepStreamHandlers,
  type HepStreamReceiverOptions,
} from './hep-stream-receiver.ts';
import type { Receiver } from './receiver.ts';
import type { TlsFiles } from './tls-credentials.ts';
import { createTlsLayer } from './tls-layer.ts';

export interface WebSocketReceiverOptions extends HepStreamReceiverOptions {
  /** Then it is wss. */
  tls?: TlsFiles;
}

/** Two of the longest HEP frames. */
const MAX_MESSAGE_BYTES = 128 * 1024;
/** Pieces of a message: more are of somebody who wants memory, as each costs far more than its bytes. */
const MAX_PIECES = 1024;
const MAX_HEADER_BYTES = 8192;

/**
 * HEP over WebSocket (RFC 6455), at any path: binary messages, each a frame, several, or a piece of one. A text message counts as undecodable.
 * @throws ReceiverError `bad_certificate` for files that cannot be used.
 */
export function createWebSocketReceiver(options: WebSocketReceiverOptions): Receiver {
  let handlers: HepStreamHandlers;
  const upgrades = createUpgrades(() => handlers);
  const layer =
    options.tls &&
    createTlsLayer(options.tls, {
      onSecure: upgrades,
      fail: (socket, why, detail) => handlers.fail(socket, why, detail),
    });
  const receiver = createHepStreamReceiver(options, {
    scheme: layer ? 'wss' : 'ws',
    serve(given) {
      handlers = given;
      return layer ? layer.serve : upgrades;
    },
    ...(layer ? { problems: layer.problems } : {}),
  });
  return layer ? Object.assign(receiver, { reload: layer.reload }) : receiver;
}

/** Takes the HTTP request that begins a WebSocket; anything else is answered with 426 and closed. */
function createUpgrades(handlers: () => HepStreamHandlers): (socket: Socket) => void {
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    maxPayload: MAX_MESSAGE_BYTES,
    maxBufferedChunks: MAX_PIECES,
    maxFragments: MAX_PIECES,
  });
  // It does not listen: sockets are handed to it.
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (_, response) => {
    response.writeHead(426, { connection: 'close', upgrade: 'websocket', 'content-type': 'text/plain' });
    response.end('HEP over WebSocket is taken here.\n');
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    handlers().fail(socket as Socket, 'handshake', `no WebSocket request (${error.code ?? error.message})`);
  });
  server.on('upgrade', (request, socket, head) => {
    webSockets.handleUpgrade(request, socket, head, (webSocket) => attach(webSocket, socket as Socket, handlers()));
  });
  return (socket) => {
    server.emit('connection', socket);
  };
}

function attach(webSocket: WebSocket, socket: Socket, { open, fail }: HepStreamHandlers): void {
  let takenBytes = socket.bytesRead;
  const taker = open(socket, webSocket, () => socket.bytesRead - takenBytes);
  if (!taker) return;
  const alive = () => {
    takenBytes = socket.bytesRead;
    taker.alive();
  };
  webSocket.on('message', (content, isBinary) => {
    alive();
    if (isBinary) taker.bytes(content as Buffer);
    else taker.garbage();
  });
  webSocket.on('ping', alive);
  webSocket.on('pong', alive);
  webSocket.on('error', (error: NodeJS.ErrnoException) => {
    // A reset says no more than that the connection is over.
    if (!error.code?.startsWith('WS_ERR')) return;
    taker.garbage();
    fail(socket, 'protocol', `${error.message} (${error.code})`);
  });
  webSocket.once('close', taker.end);
}

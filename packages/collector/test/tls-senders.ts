import { readFileSync } from 'node:fs';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import type { TestCertificates } from './test-certificates.ts';

/** Options of a client that checks the server's certificate, and shows one of its own when it is given. */
export function trusting(
  { ca }: TestCertificates,
  own?: { cert: string; key: string },
): Pick<ConnectionOptions, 'ca' | 'cert' | 'key'> {
  return {
    ca: readFileSync(ca.cert),
    ...(own ? { cert: readFileSync(own.cert), key: readFileSync(own.key) } : {}),
  };
}

/** Resolves when the client's side of the handshake is done. */
export async function connectTls(host: string, port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host, port, ...options });
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  return socket;
}

/** Sends pieces over one TLS connection and closes it. */
export async function sendTls(
  host: string,
  port: number,
  pieces: readonly Uint8Array[],
  options: ConnectionOptions,
): Promise<void> {
  const socket = await connectTls(host, port, options);
  for (const piece of pieces) await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
  await new Promise<void>((resolve) =>
    socket
      .once('close', () => resolve())
      .end()
      .resume(),
  );
}

export async function connectWebSocket(url: string, options: ConnectionOptions = {}): Promise<WebSocket> {
  const webSocket = new WebSocket(url, options);
  await new Promise<void>((resolve, reject) => webSocket.once('open', resolve).once('error', reject));
  return webSocket;
}

/** Sends each piece as a binary message of one WebSocket and closes it. */
export async function sendWebSocket(
  url: string,
  pieces: readonly Uint8Array[],
  options: ConnectionOptions = {},
): Promise<void> {
  const webSocket = await connectWebSocket(url, options);
  for (const piece of pieces) webSocket.send(piece);
  await new Promise<void>((resolve) => {
    webSocket.once('close', () => resolve());
    webSocket.close();
  });
}

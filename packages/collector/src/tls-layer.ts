import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { ClosedFor } from './hep-stream-connections.ts';
import { readTlsCredentials, type TlsFiles } from './tls-credentials.ts';

export interface TlsLayerHandlers {
  /** The handshake is done and the sender's certificate, where one is asked for, is trusted. */
  onSecure(socket: TLSSocket): void;
  fail(socket: Socket, why: ClosedFor, detail: string): void;
}

/** TLS upon accepted sockets. */
export interface TlsLayer {
  /** Begins the handshake. */
  serve(socket: Socket): void;
  /**
   * Reads the files again, or other ones; connections that are open go on with what they began with.
   * @throws ReceiverError `bad_certificate`: then what was in use stays in use.
   */
  reload(files?: TlsFiles): void;
  /** Plain sentences, of a certificate that expires. */
  problems(): string[];
}

/** Where the HEP senders' certificates are renewed by hand, there is time for it. */
const WARN_MS = 14 * 86_400_000;

/**
 * TLS 1.2 and 1.3 (RFC 8446).
 * @throws ReceiverError `bad_certificate`
 */
export function createTlsLayer(wantedFiles: TlsFiles, handlers: TlsLayerHandlers): TlsLayer {
  let files = wantedFiles;
  let credentials = readTlsCredentials(files);
  let server = createTlsServer();

  /** It does not listen: sockets are handed to it. */
  function createTlsServer(): Server {
    const { cert, key, clientCa } = credentials;
    const isMutual = clientCa !== undefined;
    const created = createServer(
      {
        cert,
        key,
        minVersion: 'TLSv1.2',
        ...(isMutual ? { ca: clientCa } : {}),
        requestCert: isMutual,
        // Looked at below, so that it can be told apart from other failures.
        rejectUnauthorized: false,
      },
      (socket) => {
        socket.on('error', () => {});
        if (!isMutual || socket.authorized) handlers.onSecure(socket);
        else handlers.fail(socket, 'certificate', `client certificate refused (${socket.authorizationError})`);
      },
    );
    created.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      handlers.fail(socket, 'handshake', `TLS handshake failed (${error.code ?? error.message})`);
    });
    return created;
  }

  return {
    serve(socket) {
      server.emit('connection', socket);
    },
    reload(otherFiles = files) {
      credentials = readTlsCredentials(otherFiles);
      files = otherFiles;
      server = createTlsServer();
    },
    problems() {
      const leftMs = credentials.expiresMs - Date.now();
      if (leftMs > WARN_MS) return [];
      const date = new Date(credentials.expiresMs).toISOString().slice(0, 10);
      return [
        `the certificate ${files.cert} ${leftMs < 0 ? 'expired' : 'expires'} on ${date}: renew it and reload the configuration.`,
      ];
    },
  };
}

import {
  createTcpReceiver,
  createTlsReceiver,
  createWebSocketReceiver,
  type Receiver,
  readTlsCredentials,
  type SinkFactory,
  type TcpReceiverOptions,
} from '@calliope/collector';
import type { HostPort } from './setting-values.ts';
import type { Configuration } from './settings.ts';
import { tlsFilesOf } from './tls-settings.ts';

/** Numbers of the receivers' batch writers. */
export interface StreamWriters {
  TCP: number;
  TLS: number;
  WEBSOCKET: number;
  WSS: number;
}

/** Fails early, before the database is opened. @throws ReceiverError `bad_certificate` for files that cannot be used. */
export function checkTlsFiles(configuration: Configuration): void {
  const files = configuration.hepTls || configuration.hepWss ? tlsFilesOf(configuration) : undefined;
  if (files) readTlsCredentials(files);
}

/** The receivers that have connections, as many as are configured. */
export function createStreamReceivers(
  configuration: Configuration,
  shared: Omit<TcpReceiverOptions, 'address' | 'port' | 'createSink'>,
  writers: StreamWriters,
  createSink: (writer: number) => SinkFactory,
): Receiver[] {
  const { hep, hepTls, hepWebsocket, hepWss } = configuration;
  const ports = [hep, hepTls, hepWebsocket, hepWss].filter(Boolean).length;
  const optionsFor = ({ host, port }: HostPort, writer: number) => ({
    ...shared,
    address: host,
    port,
    ports,
    maxConnections: configuration.hepTcpConnections,
    createSink: createSink(writer),
  });
  const receivers = [createTcpReceiver(optionsFor(hep, writers.TCP))];
  const tls = tlsFilesOf(configuration);
  if (hepTls && tls) receivers.push(createTlsReceiver({ ...optionsFor(hepTls, writers.TLS), tls }));
  if (hepWebsocket) receivers.push(createWebSocketReceiver(optionsFor(hepWebsocket, writers.WEBSOCKET)));
  if (hepWss && tls) receivers.push(createWebSocketReceiver({ ...optionsFor(hepWss, writers.WSS), tls }));
  return receivers;
}

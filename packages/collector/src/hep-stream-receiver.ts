import { createServer, type Server, type Socket } from 'node:net';
import { type Clock, parseAddress, systemClock } from '@calliope/model';
import { createHepChannel, type HepChannelSettings } from './hep-channel.ts';
import { type ClosedFor, createHepStreamConnections, type HepStreamCarrier } from './hep-stream-connections.ts';
import { descriptorBound } from './hep-stream-descriptors.ts';
import { createHepStreamFeed } from './hep-stream-feed.ts';
import { ANY_IPV4, ANY_IPV6, formatEndpoint } from './listen-address.ts';
import { createReceiveLedger } from './receive-ledger.ts';
import { type BatchDelivery, type Receiver, receiverError, type SinkFactory } from './receiver.ts';
import { createSenderCache } from './sender-cache.ts';

/** What TCP, TLS and WebSocket have in common. */
export interface HepStreamReceiverOptions extends HepChannelSettings {
  /** Numeric; `::` (the default) takes IPv4 as well. */
  address?: string;
  /** 0: the system chooses. */
  port: number;
  deliver: BatchDelivery;
  createSink: SinkFactory;
  /** Connections at the same time. 4,096 when absent, and never more than this port's share of the descriptors that the process may have. */
  maxConnections?: number;
  /** Ports that share them. 4 when absent: TCP, TLS, ws, wss. */
  ports?: number;
  /** A connection that brings nothing for so long is closed. One hour when absent. */
  idleMs?: number;
  /** For TLS and the WebSocket's request. Ten seconds when absent. */
  handshakeMs?: number;
  /** Of unfinished frames, of all connections together. 64 MiB when absent. */
  maxBufferedBytes?: number;
  /** Asked after whatever was read, and every 50 ms: while true nothing is read, so that senders wait instead of messages being dropped. */
  shouldPause?: () => boolean;
  clock?: Clock;
}

/** What a transport says of the accepted sockets that it serves. */
export interface HepStreamHandlers {
  /**
   * The handshake upon an accepted socket is done (`socket` may be the TLS upon it). Returns who takes what the carrier brings; undefined when the
   * connection was closed meanwhile. `heldBytes`: what the transport itself holds of a message that is not complete.
   */
  open(socket: Socket, carrier: HepStreamCarrier, heldBytes?: () => number): HepStreamTaker | undefined;
  /** It cannot go on, and is closed. */
  fail(socket: Socket, why: ClosedFor, detail: string): void;
}

/** Takes what one connection brings. */
export interface HepStreamTaker {
  bytes(chunk: Uint8Array): void;
  /** Something that is no part of the stream. */
  garbage(): void;
  /** It is alive, though it brings no HEP. */
  alive(): void;
  end(): void;
}

/** What differs between TCP, TLS and WebSocket. */
export interface HepStreamTransport {
  /** `tcp`, `tls`, `ws`, `wss`: how the receiver's name begins. */
  scheme: string;
  /** Returns who makes of each accepted socket a connection that is open. Called once. */
  serve(handlers: HepStreamHandlers): (socket: Socket) => void;
  /** Plain sentences, without the receiver's name. */
  problems?(): string[];
}

export const DEFAULT_MAX_CONNECTIONS = 4096;
const POLL_MS = 50;
const SWEEP_MS = 1000;
/** Finds peers that are gone without a word. */
const KEEP_ALIVE_MS = 60_000;
/** At the stop, connections are read until they are quiet this long, at most so many times. */
const DRAIN_ROUND_MS = 50;
const DRAIN_ROUNDS = 20;

/** HEP frames in a stream of bytes, over whatever carries them. */
export function createHepStreamReceiver(options: HepStreamReceiverOptions, transport: HepStreamTransport): Receiver {
  const clock = options.clock ?? systemClock;
  const wantedAddress = options.address ?? ANY_IPV6;
  const wantedPort = options.port;
  const idleMs = options.idleMs ?? 3_600_000;
  const handshakeMs = options.handshakeMs ?? 10_000;
  const sweepEveryMs = Math.min(SWEEP_MS, idleMs, handshakeMs);
  const descriptors = descriptorBound(options.ports ?? 4);
  let wantedConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  const ledger = createReceiveLedger(options.deliver);
  const channel = createHepChannel(options, options.createSink, {
    onBatch: (batch) => ledger.deliver(batch),
    onLost: () => {},
  });
  const { counters, intake } = channel;
  const senders = createSenderCache();
  const connections = createHepStreamConnections({
    maxConnections: Math.min(wantedConnections, descriptors),
    idleMs,
    handshakeMs,
    maxBufferedBytes: options.maxBufferedBytes ?? 64 << 20,
    nowMs: () => performance.now(),
  });
  let server: Server | undefined;
  let timer: NodeJS.Timeout | undefined;
  let endpoint = { address: wantedAddress, port: wantedPort };
  let isPaused = false;
  let sweptMs = 0;
  let arrivals = 0;

  function open(socket: Socket, carrier: HepStreamCarrier, heldBytes?: () => number): HepStreamTaker | undefined {
    const connection = connections.of(socket);
    if (!connection) {
      socket.destroy();
      return undefined;
    }
    const feed = createHepStreamFeed(intake, counters, senders.bytesOf(connection.socket.remoteAddress ?? ''));
    connection.carrier = carrier;
    connection.feed = feed;
    if (heldBytes) connection.heldBytes = heldBytes;
    if (isPaused) carrier.pause();
    return {
      bytes(chunk) {
        arrivals++;
        connection.heardMs = performance.now();
        if (feed.push(chunk, clock.nowUs())) connections.noteFrame(connection);
        channel.poll(clock.nowUs());
        // Not only now and then: in a moment of much a sender fills what room there is.
        pauseIfNeeded();
      },
      garbage: feed.countGarbage,
      alive() {
        connection.heardMs = performance.now();
      },
      end: feed.end,
    };
  }

  function fail(socket: Socket, why: ClosedFor, detail: string): void {
    const connection = connections.of(socket);
    if (connection) connections.close(connection, why, detail);
    else socket.destroy();
  }

  const serve = transport.serve({ open, fail });

  function accept(socket: Socket): void {
    // A reset says no more than that the connection is over.
    socket.on('error', () => {});
    const connection = connections.accept(socket);
    if (!connection) return;
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.once('close', () => connections.noteClosed(connection));
    serve(socket);
  }

  function pauseIfNeeded(): void {
    const shouldPause = options.shouldPause?.() ?? false;
    if (shouldPause === isPaused) return;
    isPaused = shouldPause;
    connections.setPaused(isPaused);
  }

  function poll(): void {
    pauseIfNeeded();
    const nowMs = performance.now();
    if (nowMs - sweptMs >= sweepEveryMs) {
      sweptMs = nowMs;
      connections.sweep();
    }
    channel.poll(clock.nowUs());
  }

  function listen(address: string): Promise<Server> {
    const opened = createServer({ allowHalfOpen: false }, accept);
    const { promise, resolve, reject } = Promise.withResolvers<Server>();
    opened.once('error', (error: NodeJS.ErrnoException) => {
      const name = `${transport.scheme} ${formatEndpoint(address, wantedPort)}`;
      reject(receiverError(name, error.code ?? error.message, error));
    });
    const ipv6Only = address.includes(':') && address !== ANY_IPV6;
    opened.listen({ host: address, port: wantedPort, ipv6Only, exclusive: true }, () => {
      // Errors after this are of single connections, such as running out of descriptors: listening goes on.
      opened.on('error', () => connections.count('accept_failed'));
      resolve(opened);
    });
    return promise;
  }

  return {
    get name() {
      return `${transport.scheme} ${formatEndpoint(endpoint.address, endpoint.port)}`;
    },
    get address() {
      return formatEndpoint(endpoint.address, endpoint.port);
    },
    async start() {
      if (!parseAddress(wantedAddress)) throw receiverError(`${transport.scheme} ${wantedAddress}`, 'EADDRNOTAVAIL');
      server = await listen(wantedAddress).catch((error) => {
        if (wantedAddress === ANY_IPV6 && error.code === 'not_supported') return listen(ANY_IPV4);
        throw error;
      });
      const bound = server.address();
      if (bound !== null && typeof bound === 'object') endpoint = bound;
      timer = setInterval(poll, POLL_MS);
    },
    async flush() {
      channel.flush();
    },
    async stop() {
      const closing = server;
      if (!closing) return;
      server = undefined;
      clearInterval(timer);
      const closed = new Promise<void>((resolve) => closing.close(() => resolve()));
      for (const { carrier, socket } of connections.all()) {
        if (carrier) carrier.resume();
        else socket.destroy();
      }
      for (let round = 0, seen = -1; round < DRAIN_ROUNDS && seen !== arrivals && connections.size > 0; round++) {
        seen = arrivals;
        await new Promise((resolve) => setTimeout(resolve, DRAIN_ROUND_MS));
      }
      for (const { feed, socket } of connections.all()) {
        feed?.end();
        socket.destroy();
      }
      await closed;
      channel.close();
    },
    async reconfigure(change) {
      channel.reconfigure(change);
      wantedConnections = change.maxConnections ?? wantedConnections;
      connections.setMaxConnections(Math.min(wantedConnections, descriptors));
    },
    report() {
      return { ...ledger.report(this.name, counters), connections: connections.report() };
    },
    agents: () => ledger.agents(channel.agents.reports()),
    signalling: channel.signalling.report,
    problems() {
      const problems = [...(transport.problems?.() ?? [])];
      const { closed } = connections.report();
      if (channel.sinkError) problems.push(`a batch could not be written: ${channel.sinkError}`);
      if (isPaused) problems.push('senders are kept waiting, as the spool is nearly full.');
      if (connections.isRecent('limit')) {
        problems.push(
          `${closed.limit} connections were refused since the start, as ${Math.min(wantedConnections, descriptors)} senders were connected: raise hep.tcpConnections.`,
        );
      }
      if (connections.isRecent('evicted')) {
        problems.push(
          `${closed.evicted} silent connections were closed since the start to make room for others: find who opens them, or raise hep.tcpConnections.`,
        );
      }
      if (connections.isRecent('accept_failed')) {
        problems.push(`${closed.accept_failed} connections could not be accepted: raise LimitNOFILE of the service.`);
      }
      if (wantedConnections > descriptors) {
        problems.push(
          `only ${descriptors} of ${wantedConnections} connections are possible (hep.tcpConnections), as the system allows the process few open files: raise LimitNOFILE of the service.`,
        );
      }
      return problems.map((problem) => `${this.name}: ${problem}`);
    },
  };
}

import { createServer, type Server, type Socket } from 'node:net';
import { createHepStream } from '@calliope/hep';
import { type Clock, parseAddress, systemClock } from '@calliope/model';
import { createHepChannel, type HepChannel, type HepChannelSettings } from './hep-channel.ts';
import { ANY_IPV4, ANY_IPV6, formatEndpoint } from './listen-address.ts';
import { createReceiveLedger } from './receive-ledger.ts';
import { type BatchDelivery, type Receiver, receiverError, type SinkFactory } from './receiver.ts';
import { createSenderCache } from './sender-cache.ts';
import { DEFAULT_HEP_ADDRESS, DEFAULT_HEP_PORT } from './udp-receiver-options.ts';

export interface TcpReceiverOptions extends HepChannelSettings {
  /** Numeric; `::` (the default) takes IPv4 as well. */
  address?: string;
  /** 9060 when absent; 0: the system chooses. */
  port?: number;
  deliver: BatchDelivery;
  createSink: SinkFactory;
  /** Connections at the same time; further ones are closed at once. 1,000 when absent. */
  maxConnections?: number;
  /** A connection that brings nothing for so long is closed. One hour when absent. */
  idleMs?: number;
  /** Asked every 100 ms: while true nothing is read, so that senders wait instead of messages being dropped. */
  shouldPause?: () => boolean;
  clock?: Clock;
}

const POLL_MS = 50;
/** Finds peers that are gone without a word. */
const KEEP_ALIVE_MS = 60_000;
/** At the stop, connections are read until they are quiet this long, at most so many times. */
const DRAIN_ROUND_MS = 50;
const DRAIN_ROUNDS = 20;

/**
 * HEP over TCP. A connection's bytes are cut into frames; garbage is skipped up to the next frame, and each stretch of it counts as one undecodable
 * message, as does a frame that the end of the connection cut.
 */
export function createTcpReceiver(options: TcpReceiverOptions): Receiver {
  const clock = options.clock ?? systemClock;
  const wantedAddress = options.address ?? DEFAULT_HEP_ADDRESS;
  const wantedPort = options.port ?? DEFAULT_HEP_PORT;
  const maxConnections = options.maxConnections ?? 1000;
  const ledger = createReceiveLedger(options.deliver);
  const channel: HepChannel = createHepChannel(options, options.createSink, {
    onBatch: (batch) => ledger.deliver(batch),
    onLost: () => {},
  });
  const { counters, intake } = channel;
  const senders = createSenderCache();
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let timer: NodeJS.Timeout | undefined;
  let endpoint = { address: wantedAddress, port: wantedPort };
  let isPaused = false;
  let refusedConnections = 0;
  let arrivals = 0;

  function countGarbage(): void {
    counters.received++;
    counters.undecodable++;
    counters.undecodableBy.not_hep = (counters.undecodableBy.not_hep ?? 0) + 1;
  }

  function serve(socket: Socket): void {
    if (sockets.size >= maxConnections) {
      refusedConnections++;
      socket.destroy();
      return;
    }
    sockets.add(socket);
    if (isPaused) socket.pause();
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setTimeout(options.idleMs ?? 3_600_000, () => socket.destroy());
    const sender = senders.bytesOf(socket.remoteAddress ?? '');
    let receivedUs = 0;
    let wasInGarbage = false;
    let skippedBytes = 0;
    const stream = createHepStream({
      onFrame(bytes, start, end) {
        wasInGarbage = false;
        intake.take(bytes, start, end, receivedUs, sender, 0);
      },
    });
    socket.on('data', (chunk: Buffer) => {
      arrivals++;
      receivedUs = clock.nowUs();
      stream.push(chunk);
      if (stream.skippedBytes !== skippedBytes) {
        skippedBytes = stream.skippedBytes;
        if (!wasInGarbage) countGarbage();
        wasInGarbage = true;
      }
      channel.poll(clock.nowUs());
    });
    // A reset says no more than that the connection is over.
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      if (stream.bufferedBytes > 0) countGarbage();
    });
  }

  function poll(): void {
    const shouldPause = options.shouldPause?.() ?? false;
    if (shouldPause !== isPaused) {
      isPaused = shouldPause;
      for (const socket of sockets) isPaused ? socket.pause() : socket.resume();
    }
    channel.poll(clock.nowUs());
  }

  function listen(address: string): Promise<Server> {
    const opened = createServer({ allowHalfOpen: false }, serve);
    const { promise, resolve, reject } = Promise.withResolvers<Server>();
    opened.once('error', (error: NodeJS.ErrnoException) => {
      reject(receiverError(`tcp ${formatEndpoint(address, wantedPort)}`, error.code ?? error.message, error));
    });
    const ipv6Only = address.includes(':') && address !== ANY_IPV6;
    opened.listen({ host: address, port: wantedPort, ipv6Only, exclusive: true }, () => {
      // Errors after this are of single connections, such as running out of descriptors: listening goes on.
      opened.on('error', () => {
        refusedConnections++;
      });
      resolve(opened);
    });
    return promise;
  }

  return {
    get name() {
      return `tcp ${formatEndpoint(endpoint.address, endpoint.port)}`;
    },
    get address() {
      return formatEndpoint(endpoint.address, endpoint.port);
    },
    async start() {
      if (!parseAddress(wantedAddress)) throw receiverError(`tcp ${wantedAddress}`, 'EADDRNOTAVAIL');
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
      for (const socket of sockets) socket.resume();
      for (let round = 0, seen = -1; round < DRAIN_ROUNDS && seen !== arrivals && sockets.size > 0; round++) {
        seen = arrivals;
        await new Promise((resolve) => setTimeout(resolve, DRAIN_ROUND_MS));
      }
      for (const socket of sockets) socket.destroy();
      await closed;
      channel.close();
    },
    report() {
      return ledger.report(this.name, counters);
    },
    agents: () => channel.agents.reports(),
    problems() {
      const problems: string[] = [];
      if (channel.sinkError) problems.push(`${this.name}: a batch could not be written: ${channel.sinkError}`);
      if (isPaused) problems.push(`${this.name}: senders are kept waiting, as the spool is nearly full.`);
      if (refusedConnections > 0) {
        problems.push(
          `${this.name}: ${refusedConnections} connections were refused (limit ${maxConnections}): raise hep.tcpConnections.`,
        );
      }
      return problems;
    },
  };
}

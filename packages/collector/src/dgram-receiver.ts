import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { type Clock, parseAddress, systemClock } from '@calliope/model';
import { createHepChannel, type HepChannel } from './hep-channel.ts';
import { ANY_IPV4, ANY_IPV6, formatEndpoint } from './listen-address.ts';
import { createReceiveLedger } from './receive-ledger.ts';
import { type Receiver, receiverError, type SinkFactory } from './receiver.ts';
import { createSenderCache } from './sender-cache.ts';
import { DEFAULT_HEP_ADDRESS, DEFAULT_HEP_PORT, type UdpReceiverOptions } from './udp-receiver-options.ts';

export interface DgramReceiverOptions extends UdpReceiverOptions {
  createSink: SinkFactory;
  clock?: Clock;
}

const POLL_MS = 50;
/** What has already arrived at the stop is taken until it is quiet for one such round of the event loop. */
const DRAIN_ROUND_MS = 20;
const DRAIN_ROUNDS = 50;

/**
 * HEP over UDP through Node's own sockets, in this thread: for systems without glibc. Costs more CPU a datagram, and the kernel does not
 * say what it dropped.
 */
export function createDgramReceiver(options: DgramReceiverOptions): Receiver {
  const clock = options.clock ?? systemClock;
  const wantedAddress = options.address ?? DEFAULT_HEP_ADDRESS;
  const wantedPort = options.port ?? DEFAULT_HEP_PORT;
  const ledger = createReceiveLedger(options.deliver);
  const channel: HepChannel = createHepChannel(options, options.createSink, {
    onBatch: (batch) => ledger.deliver(batch),
    onLost: () => {},
  });
  const senders = createSenderCache();
  let socket: Socket | undefined;
  let timer: NodeJS.Timeout | undefined;
  let endpoint = { address: wantedAddress, port: wantedPort };
  let socketError: string | undefined;
  let arrivals = 0;

  function take(datagram: Buffer, remote: RemoteInfo): void {
    arrivals++;
    channel.intake.take(datagram, 0, datagram.length, clock.nowUs(), senders.bytesOf(remote.address), 0);
    channel.poll(clock.nowUs());
  }

  function bind(address: string): Promise<Socket> {
    const isIpv6 = parseAddress(address)?.ipVersion === 6;
    const opened = createSocket({
      type: isIpv6 ? 'udp6' : 'udp4',
      ipv6Only: isIpv6 && address !== ANY_IPV6,
    });
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    opened.once('error', (error: NodeJS.ErrnoException) => {
      opened.close();
      reject(receiverError(`udp ${formatEndpoint(address, wantedPort)}`, error.code ?? error.message, error));
    });
    opened.bind({ address, port: wantedPort, exclusive: true }, () => {
      opened.removeAllListeners('error');
      resolve(opened);
    });
    return promise;
  }

  return {
    get name() {
      return `udp ${formatEndpoint(endpoint.address, endpoint.port)}`;
    },
    get address() {
      return formatEndpoint(endpoint.address, endpoint.port);
    },
    async start() {
      if (!parseAddress(wantedAddress)) throw receiverError(`udp ${wantedAddress}`, 'EADDRNOTAVAIL');
      const opened = await bind(wantedAddress).catch((error) => {
        if (wantedAddress === ANY_IPV6 && error.code === 'not_supported') return bind(ANY_IPV4);
        throw error;
      });
      socket = opened;
      endpoint = opened.address();
      try {
        opened.setRecvBufferSize(options.receiveBufferBytes ?? 4 * 1024 * 1024);
      } catch {
        // The system's own size stays.
      }
      opened.on('message', take);
      opened.on('error', (error) => {
        socketError = error.message;
      });
      timer = setInterval(() => channel.poll(clock.nowUs()), POLL_MS);
    },
    async flush() {
      channel.flush();
    },
    async stop() {
      if (!socket) return;
      for (let round = 0, seen = -1; round < DRAIN_ROUNDS && seen !== arrivals; round++) {
        seen = arrivals;
        await new Promise((resolve) => setTimeout(resolve, DRAIN_ROUND_MS));
      }
      clearInterval(timer);
      const closing = socket;
      socket = undefined;
      await new Promise<void>((resolve) => closing.close(resolve));
      channel.close();
    },
    async reconfigure(change) {
      channel.reconfigure(change);
    },
    report() {
      return ledger.report(this.name, channel.counters);
    },
    agents: () => ledger.agents(channel.agents.reports()),
    signalling: channel.signalling.report,
    problems() {
      const problems: string[] = [];
      if (channel.sinkError) problems.push(`${this.name}: a batch could not be written: ${channel.sinkError}`);
      if (socketError) problems.push(`${this.name}: receiving fails: ${socketError}`);
      return problems;
    },
  };
}

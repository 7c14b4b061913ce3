import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeHep3 } from '@calliope/hep';

/** Each message is a call of its own, told apart by a number in its Call-ID. */
export interface NumberedTraffic extends AsyncDisposable {
  /** Messages given to the system so far: numbers 0 .. this - 1. */
  readonly sent: number;
  /** Of these, those over TCP. */
  readonly sentOverTcp: number;
  /** True while the TCP connection takes no more, as the receiver does not read. */
  readonly isTcpHeldUp: boolean;
  /** Ends once TCP's receiver has all; gives {@link sent}. To be disposed of all the same: a test that fails comes not so far. */
  stop(): Promise<number>;
}

export interface NumberedTrafficOptions {
  port: number;
  /** Begin of the Call-IDs. */
  prefix: string;
  perSecond: number;
  /** Share of messages that go over TCP, the rest over UDP: 0 .. 1, default 0.5. */
  tcpShare?: number;
  /** Bytes added to each message. */
  padding?: number;
  /** The HEP key to show now. */
  key?: () => string;
  /** Makes the connection that stands for TCP's, such as one of TLS. */
  connectStream?: () => Promise<Socket>;
  /** Clock of the sender, milliseconds; default the real one. */
  nowMs?: () => number;
}

const TICK_MS = 5;
/** What the sender keeps for a connection that takes no more. */
const HELD_UP_BYTES = 256 * 1024;
const DIGITS = 8;

export function numberedCallId(prefix: string, number: number): string {
  return prefix + String(number).padStart(DIGITS, '0');
}

/** The SIP of a message with that number, as it must be found later. */
export function numberedPayload(prefix: string, number: number, padding = 0): Buffer {
  const lines = [
    'INVITE sip:callee@example.net SIP/2.0',
    `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK${number}`,
    `From: <sip:caller@example.net>;tag=${number}`,
    'To: <sip:callee@example.net>',
    `Call-ID: ${numberedCallId(prefix, number)}`,
    'CSeq: 1 INVITE',
    ...(padding > 0 ? [`X-Padding: ${'x'.repeat(padding)}`] : []),
    'Content-Length: 0',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Sends HEP 3 steadily to a port of this machine. While TCP is held up, its share waits and is caught up with later. */
export async function startNumberedTraffic(options: NumberedTrafficOptions): Promise<NumberedTraffic> {
  const { port, prefix, perSecond, tcpShare = 0.5, padding = 0, nowMs = Date.now, key } = options;
  const udp = createSocket('udp4');
  udp.connect(port, '127.0.0.1');
  await once(udp, 'connect');
  // Whoever kills the receiver knows that nobody listens.
  udp.on('error', () => {});
  let tcp: Socket | undefined;
  if (tcpShare > 0) {
    tcp = options.connectStream ? await options.connectStream() : await connected(port);
    tcp.on('error', () => {});
  }
  let sent = 0;
  let sentOverTcp = 0;
  let isSending = true;
  const udpWrites = new Set<Promise<void>>();

  function nextFrame(): Uint8Array {
    return encodeHep3({
      timestampUs: Math.round(nowMs() * 1000),
      sourceIp: '192.0.2.1',
      destinationIp: '192.0.2.2',
      sourcePort: 5060,
      destinationPort: 5060,
      ...(key ? { key: key() } : {}),
      payload: numberedPayload(prefix, sent++, padding),
    })!;
  }

  function sendUdp(): void {
    const write = new Promise<void>((resolve, reject) =>
      udp.send(nextFrame(), (error) => (error ? reject(error) : resolve())),
    ).finally(() => udpWrites.delete(write));
    udpWrites.add(write);
    // Whoever waits for it in `stop` sees its error.
    write.catch(() => {});
  }

  const isHeldUp = (): boolean => tcp !== undefined && tcp.writableLength > HELD_UP_BYTES;

  async function run(): Promise<void> {
    let dueUdp = 0;
    let dueTcp = 0;
    for (let lastMs = performance.now(); isSending; ) {
      await delay(TICK_MS);
      const now = performance.now();
      const due = ((now - lastMs) / 1000) * perSecond;
      lastMs = now;
      dueUdp += due * (1 - tcpShare);
      dueTcp += due * tcpShare;
      for (; dueUdp >= 1; dueUdp--) sendUdp();
      for (; dueTcp >= 1 && tcp && !tcp.destroyed && !isHeldUp(); dueTcp--, sentOverTcp++) tcp.write(nextFrame());
    }
  }
  const running = run();

  let isUdpOpen = true;
  function closeUdp(): void {
    if (isUdpOpen) udp.close();
    isUdpOpen = false;
  }

  return {
    get sent() {
      return sent;
    },
    get sentOverTcp() {
      return sentOverTcp;
    },
    get isTcpHeldUp() {
      return isHeldUp();
    },
    async stop() {
      isSending = false;
      await running;
      await Promise.all(udpWrites);
      closeUdp();
      if (tcp && !tcp.destroyed) {
        // The other side ends its half when it has read all of this one.
        tcp.resume().end();
        await once(tcp, 'close');
      }
      return sent;
    },
    async [Symbol.asyncDispose]() {
      isSending = false;
      tcp?.destroy();
      await running.catch(() => {});
      closeUdp();
    },
  };
}

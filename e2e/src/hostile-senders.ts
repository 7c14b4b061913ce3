import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { encodeHep3 } from '@calliope/hep';
import { numberedPayload } from './numbered-traffic.ts';

export interface HostilePorts {
  /** UDP and TCP. */
  hep: number;
  tls: number;
  websocket: number;
}

/** What was sent, as far as it is sure to have arrived: over UDP. */
export interface HostileTally {
  wrongKeys: number;
  garbageDatagrams: number;
  /** Connections made, over all ports. */
  connections: number;
}

export interface HostileSenders {
  /** Ends them all, and says what they did. */
  stop(): Promise<HostileTally>;
}

const PAUSE_MS = 20;
const ROUND_MS = 100;
const SLOW_MS = 300;

export function hepFrameOf(payload: Uint8Array, key: string): Uint8Array {
  return encodeHep3({
    timestampUs: Date.now() * 1000,
    sourceIp: '192.0.2.1',
    destinationIp: '192.0.2.2',
    sourcePort: 5060,
    destinationPort: 5060,
    key,
    payload,
  })!;
}

const WRONG = hepFrameOf(numberedPayload('hostile-', 0), 'wrong');
/** Nothing in it begins a frame. */
const GARBAGE = Buffer.alloc(20_000, 'garbage ');

/** Senders of bad will, all at once: wrong keys, garbage, a port scan, protocols at the wrong port, frames that are never finished, a byte now and then. */
export function startHostileSenders(ports: HostilePorts): HostileSenders {
  const tally: HostileTally = { wrongKeys: 0, garbageDatagrams: 0, connections: 0 };
  const open = new Set<Socket>();
  let isOn = true;

  /** Undefined when it could not be made. */
  async function opened(port: number): Promise<Socket | undefined> {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    open.add(socket);
    socket.once('close', () => open.delete(socket)).resume();
    // It is connected, or closed after an error.
    await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
    if (socket.connecting || socket.destroyed) return undefined;
    tally.connections++;
    return socket;
  }

  async function datagrams(): Promise<void> {
    const socket = createSocket('udp4');
    const send = (bytes: Uint8Array) =>
      new Promise<void>((resolve) => socket.send(bytes, ports.hep, '127.0.0.1', () => resolve()));
    for (let size = 1; isOn; size = 1 + ((size * 7) % 1400), await delay(PAUSE_MS)) {
      await send(WRONG);
      tally.wrongKeys++;
      await send(GARBAGE.subarray(0, size));
      tally.garbageDatagrams++;
    }
    socket.close();
  }

  async function wrongKeys(): Promise<void> {
    while (isOn) {
      const socket = await opened(ports.hep);
      while (isOn && socket?.writable) {
        socket.write(WRONG);
        await delay(PAUSE_MS);
      }
      await delay(PAUSE_MS);
    }
  }

  /** What a scanner and a misconfigured sender do, at every port. */
  async function scan(port: number): Promise<void> {
    const pieces = [
      GARBAGE,
      WRONG.subarray(0, 60),
      WRONG,
      Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'),
      Buffer.from([22, 3, 1, 2, 0]),
    ];
    for (; isOn; await delay(ROUND_MS)) {
      (await opened(port))?.end();
      (await opened(port))?.resetAndDestroy();
      for (const piece of pieces) (await opened(port))?.end(piece);
      // Left open, with a frame, a handshake or a request that never ends.
      (await opened(port))?.write(WRONG.subarray(0, 100));
      const tls = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }).on('error', () => {});
      await delay(ROUND_MS);
      tls.destroy();
    }
  }

  async function trickle(port: number): Promise<void> {
    while (isOn) {
      const socket = await opened(port);
      for (let at = 0; isOn && socket?.writable && at < WRONG.length; at++) {
        socket.write(WRONG.subarray(at, at + 1));
        await delay(SLOW_MS);
      }
      await delay(ROUND_MS);
    }
  }

  const all = [ports.hep, ports.tls, ports.websocket];
  const running = Promise.all([datagrams(), wrongKeys(), ...all.map(scan), ...all.map(trickle)]);
  return {
    async stop() {
      isOn = false;
      await running;
      for (const socket of open) socket.destroy();
      return tally;
    },
  };
}

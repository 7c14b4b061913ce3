import type { Socket } from 'node:net';
import type { ConnectionReport } from '@calliope/model';
import type { HepStreamFeed } from './hep-stream-feed.ts';

/** Why this side closed a connection, or did not take it. */
export type ClosedFor =
  /** The bound is reached, and all that are connected have sent lately. */
  | 'limit'
  /** Made room for another: it never sent a frame that was let in, or none for the longest time. */
  | 'evicted'
  /** Brought nothing for too long. */
  | 'idle'
  /** Spoke no TLS or no WebSocket, or broke off before it was agreed on. */
  | 'handshake'
  | 'handshake_timeout'
  /** Showed no client certificate, or one that is not trusted. */
  | 'certificate'
  /** Spoke WebSocket wrongly later on. */
  | 'protocol'
  /** Held much of what all connections together may hold of unfinished frames. */
  | 'memory'
  /** The system could not accept it: no descriptors are left. */
  | 'accept_failed';

/** What carries the bytes: the accepted socket itself, or TLS or a WebSocket upon it. */
export interface HepStreamCarrier {
  pause(): unknown;
  resume(): unknown;
}

export interface HepStreamConnection {
  /** As it was accepted, below TLS and WebSocket. */
  readonly socket: Socket;
  /** Addresses and ports of both ends. */
  readonly ends: string;
  readonly acceptedMs: number;
  /** When the last bytes came. */
  heardMs: number;
  /** When the last frame that was let in came; -1 before the first. */
  frameMs: number;
  /** Both undefined until the handshake is done. */
  carrier: HepStreamCarrier | undefined;
  feed: HepStreamFeed | undefined;
  /** Bytes that the transport holds, beside those in the feed. */
  heldBytes: () => number;
}

export interface HepStreamBounds {
  maxConnections: number;
  /** A connection that brings nothing for so long is closed. */
  idleMs: number;
  handshakeMs: number;
  /** Bytes of unfinished frames, of all connections together. */
  maxBufferedBytes: number;
  /** A clock that does not jump. */
  nowMs: () => number;
}

/** The connections of one listening port. */
export interface HepStreamConnections {
  /** Undefined when there is no room: then the socket is closed. */
  accept(socket: Socket): HepStreamConnection | undefined;
  /** The connection of an accepted socket, or of the TLS upon it. */
  of(socket: Socket): HepStreamConnection | undefined;
  /** A frame of it was let in. */
  noteFrame(connection: HepStreamConnection): void;
  /** Closes it and counts why, unless it is closed; `detail` is kept to be shown. */
  close(connection: HepStreamConnection, why: ClosedFor, detail?: string): void;
  /** Its socket is closed. */
  noteClosed(connection: HepStreamConnection): void;
  count(why: ClosedFor): void;
  /** Closes what is idle, does not finish its handshake or holds too much memory. */
  sweep(): void;
  /** While paused nothing is read, so nobody is idle, and nobody has to make room. */
  setPaused(isPaused: boolean): void;
  setMaxConnections(maxConnections: number): void;
  all(): Iterable<HepStreamConnection>;
  readonly size: number;
  /** Whether a connection was closed or refused for this reason in the last ten minutes. */
  isRecent(why: ClosedFor): boolean;
  report(): ConnectionReport;
}

/** A sender that was silent for less than this does not make room for an unknown one. */
const SURE_MS = 60_000;
const RECENT_MS = 600_000;

/**
 * Keeps the bound of connections without letting idle ones shut senders out: at the bound, the oldest of those that never sent a frame that was
 * let in is closed; if all have, the one that has been silent longest, when that is longer than a minute; else the new one is refused.
 */
export function createHepStreamConnections(bounds: HepStreamBounds): HepStreamConnections {
  const { nowMs } = bounds;
  let { maxConnections } = bounds;
  const byEnds = new Map<string, HepStreamConnection>();
  /** Those that never sent a frame that was let in, in the order in which they came. */
  const unproven = new Set<HepStreamConnection>();
  const closed: Partial<Record<ClosedFor, number>> = {};
  const lastMs: Partial<Record<ClosedFor, number>> = {};
  let accepted = 0;
  let lastFailure: string | undefined;
  let isPaused = false;

  function count(why: ClosedFor): void {
    closed[why] = (closed[why] ?? 0) + 1;
    lastMs[why] = nowMs();
  }

  /** False when it was not there any more. */
  function remove(connection: HepStreamConnection): boolean {
    unproven.delete(connection);
    return byEnds.get(connection.ends) === connection && byEnds.delete(connection.ends);
  }

  function close(connection: HepStreamConnection, why: ClosedFor, detail?: string): void {
    if (!remove(connection)) return;
    count(why);
    if (detail !== undefined) lastFailure = `${connection.ends.split(' ', 1)[0]!.replace(/^::ffff:/, '')}: ${detail}`;
    connection.socket.destroy();
  }

  function makeRoom(): boolean {
    if (isPaused) return false;
    let [victim] = unproven;
    if (!victim) {
      for (const connection of byEnds.values()) {
        if (!victim || connection.frameMs < victim.frameMs) victim = connection;
      }
      if (!victim || nowMs() - victim.frameMs < SURE_MS) return false;
    }
    close(victim, 'evicted');
    return true;
  }

  function releaseMemory(buffered: number): void {
    let left = buffered;
    for (const connection of [...byEnds.values()].sort((a, b) => a.frameMs - b.frameMs)) {
      if (left <= bounds.maxBufferedBytes / 2) return;
      const held = heldBy(connection);
      if (held === 0) continue;
      close(connection, 'memory');
      left -= held;
    }
  }

  return {
    accept(socket) {
      const ends = endsOf(socket);
      // Without an end it is gone already.
      if (ends === undefined) {
        socket.destroy();
        return undefined;
      }
      accepted++;
      if (byEnds.size >= maxConnections && !makeRoom()) {
        count('limit');
        socket.destroy();
        return undefined;
      }
      const acceptedMs = nowMs();
      const connection: HepStreamConnection = {
        socket,
        ends,
        acceptedMs,
        heardMs: acceptedMs,
        frameMs: -1,
        carrier: undefined,
        feed: undefined,
        heldBytes: none,
      };
      byEnds.set(ends, connection);
      unproven.add(connection);
      return connection;
    },
    of(socket) {
      const ends = endsOf(socket);
      return ends === undefined ? undefined : byEnds.get(ends);
    },
    noteFrame(connection) {
      connection.frameMs = nowMs();
      unproven.delete(connection);
    },
    close,
    noteClosed(connection) {
      if (remove(connection) && !connection.feed) count('handshake');
    },
    count,
    sweep() {
      const now = nowMs();
      let buffered = 0;
      for (const connection of byEnds.values()) {
        if (!connection.feed) {
          if (now - connection.acceptedMs > bounds.handshakeMs) close(connection, 'handshake_timeout');
        } else if (!isPaused && now - connection.heardMs > bounds.idleMs) close(connection, 'idle');
        else buffered += heldBy(connection);
      }
      if (buffered > bounds.maxBufferedBytes) releaseMemory(buffered);
    },
    setPaused(paused) {
      isPaused = paused;
      for (const connection of byEnds.values()) {
        connection.heardMs = nowMs();
        if (paused) connection.carrier?.pause();
        else connection.carrier?.resume();
      }
    },
    setMaxConnections(wanted) {
      maxConnections = wanted;
    },
    all: () => byEnds.values(),
    get size() {
      return byEnds.size;
    },
    isRecent(why) {
      const last = lastMs[why];
      return last !== undefined && nowMs() - last < RECENT_MS;
    },
    report: () => ({
      open: byEnds.size,
      accepted,
      closed: { ...closed },
      ...(lastFailure === undefined ? {} : { lastFailure }),
    }),
  };
}

const none = () => 0;

function heldBy({ feed, heldBytes }: HepStreamConnection): number {
  return feed ? feed.bufferedBytes + heldBytes() : 0;
}

/** The same for a socket and the TLS upon it, different for all that are open; undefined when the other side is gone. */
function endsOf({ remoteAddress, remotePort, localAddress }: Socket): string | undefined {
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort} ${localAddress}`;
}

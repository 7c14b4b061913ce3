import { networkU16, networkU32 } from './byte-order.ts';
import type { DefectCounter } from './defect-counter.ts';
import type { FrameDefect } from './frame-defect.ts';
import type { FrameLimits, StreamChunk } from './frame-dissector-types.ts';
import {
  createTcpDirection,
  nameTcpDirection,
  restartTcpDirection,
  sequenceDistance,
  type TcpDirection,
  type TcpPiece,
  tcpKey,
} from './tcp-direction.ts';

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;

/** Further back than this is no retransmission but another connection: more than the windows that SIP peers offer. */
const JUMP_BYTES = 1024 * 1024;
/** A bound on the work of sorting many small segments behind one hole. */
const MAX_PIECES = 2048;
/** What holding a piece costs beside its bytes. */
const PIECE_OVERHEAD_BYTES = 64;
const NO_BYTES = new Uint8Array(0);

/** Turns TCP segments into ordered bytes (RFC 9293), as an observer who may have come late and may have missed some. */
export interface TcpReassembler {
  /** Takes the segment `data[at..end)`; the addresses are in `head`. */
  accept(
    timestampUs: number,
    scope: string,
    ipVersion: 4 | 6,
    head: Uint8Array,
    sourceAt: number,
    destinationAt: number,
    vlan: number,
    data: Uint8Array,
    at: number,
    end: number,
  ): void;
  /** Gives up holes that are too old at this time. To be called for every frame. */
  expire(timestampUs: number): void;
  /** Gives up all holes. Connections stay known. */
  flush(): void;
}

export function createTcpReassembler(
  limits: FrameLimits,
  defects: DefectCounter<FrameDefect>,
  emit: (chunk: StreamChunk) => void,
): TcpReassembler {
  /** The one seen last comes last. */
  const directions = new Map<string, TcpDirection>();
  /** Those with a hole, in the order in which it became their first. */
  const waiting = new Set<TcpDirection>();
  let held = 0;
  let connections = 0;
  const chunk: StreamChunk = {
    connectionKey: '',
    timestampUs: 0,
    ipVersion: 4,
    head: NO_BYTES,
    sourceAt: 0,
    destinationAt: 0,
    sourcePort: 0,
    destinationPort: 0,
    vlan: 0,
    scope: '',
    data: NO_BYTES,
    gapBefore: false,
    closed: false,
  };

  function give(direction: TcpDirection, timestampUs: number, data: Uint8Array, closed: boolean): void {
    if (direction.name === '') direction.name = nameTcpDirection(direction, ++connections);
    chunk.connectionKey = direction.name;
    chunk.timestampUs = timestampUs;
    chunk.ipVersion = direction.ipVersion;
    chunk.head = direction.addresses;
    chunk.destinationAt = direction.addresses.length / 2;
    chunk.sourcePort = direction.sourcePort;
    chunk.destinationPort = direction.destinationPort;
    chunk.vlan = direction.vlan;
    chunk.scope = direction.scope;
    chunk.data = data;
    chunk.gapBefore = direction.gap;
    chunk.closed = closed;
    direction.gap = false;
    direction.delivered = true;
    emit(chunk);
    chunk.data = NO_BYTES;
  }

  /** Hands over what of `data`, which begins at `sequence` and not after `next`, has not been. */
  function giveFrom(direction: TcpDirection, sequence: number, timestampUs: number, data: Uint8Array): void {
    const known = -sequenceDistance(sequence, direction.next);
    if (known >= data.length) return;
    direction.next = (sequence + data.length) >>> 0;
    give(direction, timestampUs, known === 0 ? data : data.subarray(known), false);
  }

  function release(direction: TcpDirection, piece: TcpPiece): void {
    direction.held -= piece.data.length + PIECE_OVERHEAD_BYTES;
    held -= piece.data.length + PIECE_OVERHEAD_BYTES;
  }

  /** Hands over the pieces that `next` has reached, and closes at the FIN. Then waits for the next hole, if there is one. */
  function drain(direction: TcpDirection, timestampUs: number): void {
    const { pieces } = direction;
    let taken = 0;
    while (taken < pieces.length && sequenceDistance(pieces[taken]!.sequence, direction.next) <= 0) {
      const piece = pieces[taken++]!;
      release(direction, piece);
      giveFrom(direction, piece.sequence, piece.timestampUs, piece.data);
    }
    if (taken > 0) pieces.splice(0, taken);
    if (direction.finAt >= 0 && sequenceDistance(direction.next, direction.finAt) >= 0) {
      direction.next = (direction.finAt + 1) >>> 0;
      close(direction, timestampUs);
      return;
    }
    const hasHole = pieces.length > 0 || direction.finAt >= 0;
    if (taken > 0 || !hasHole) waiting.delete(direction);
    if (hasHole && !waiting.has(direction)) {
      direction.waitingSinceUs = timestampUs;
      waiting.add(direction);
    }
  }

  /** Gives up the first hole. */
  function skipHole(direction: TcpDirection, timestampUs: number): void {
    defects.add('tcp_gap', direction.scope);
    direction.gap = true;
    direction.next = direction.pieces[0]?.sequence ?? direction.finAt;
    waiting.delete(direction);
    drain(direction, timestampUs);
  }

  function skipAllHoles(direction: TcpDirection, timestampUs: number): void {
    while (waiting.has(direction)) skipHole(direction, timestampUs);
  }

  function close(direction: TcpDirection, timestampUs: number): void {
    if (direction.closed) return;
    for (const piece of direction.pieces) release(direction, piece);
    direction.pieces = [];
    waiting.delete(direction);
    direction.closed = true;
    if (direction.delivered) give(direction, timestampUs, NO_BYTES, true);
  }

  /** Hands over what waits, says that it is closed. */
  function finish(direction: TcpDirection, timestampUs: number): void {
    skipAllHoles(direction, timestampUs);
    close(direction, timestampUs);
  }

  /** Forgets the direction that was silent for longest. */
  function evict(timestampUs: number): void {
    for (const [key, direction] of directions) {
      directions.delete(key);
      if (!direction.closed) defects.add('tcp_connections_evicted', direction.scope);
      finish(direction, timestampUs);
      return;
    }
  }

  function hold(direction: TcpDirection, timestampUs: number, sequence: number, data: Uint8Array): void {
    const { pieces } = direction;
    let index = pieces.length;
    while (index > 0 && sequenceDistance(pieces[index - 1]!.sequence, sequence) > 0) index--;
    const before = pieces[index - 1];
    const isDuplicate = before?.sequence === sequence && before.data.length >= data.length;
    if (isDuplicate) return;
    pieces.splice(index, 0, { sequence, timestampUs, data: data.slice() });
    direction.held += data.length + PIECE_OVERHEAD_BYTES;
    held += data.length + PIECE_OVERHEAD_BYTES;
    drain(direction, timestampUs);
    while (direction.held > limits.tcpHoleBytes || direction.pieces.length > MAX_PIECES) {
      skipHole(direction, timestampUs);
    }
    for (const oldest of waiting) {
      if (held <= limits.tcpBufferedBytes) break;
      defects.add('tcp_buffer_evicted', oldest.scope);
      skipAllHoles(oldest, timestampUs);
    }
  }

  function onSyn(direction: TcpDirection, timestampUs: number, next: number, isFirst: boolean): void {
    const isKnown = direction.started && direction.first === next;
    if (isKnown) return;
    if (direction.started) finish(direction, timestampUs);
    restartTcpDirection(direction, next, false);
    const peer = isFirst ? directions.get(direction.peerKey) : undefined;
    if (peer?.delivered) finish(peer, timestampUs);
  }

  function onReset(direction: TcpDirection, timestampUs: number, sequence: number): void {
    const distance = sequenceDistance(sequence, direction.next);
    if (direction.started && !direction.closed && Math.abs(distance) > JUMP_BYTES) {
      defects.add('tcp_bad_reset', direction.scope);
      return;
    }
    finish(direction, timestampUs);
    const peer = directions.get(direction.peerKey);
    if (peer) finish(peer, timestampUs);
  }

  function onBytes(
    direction: TcpDirection,
    timestampUs: number,
    sequence: number,
    data: Uint8Array,
    hasFin: boolean,
  ): void {
    const ahead = direction.started ? sequenceDistance(sequence, direction.next) : 0;
    if (!direction.started) {
      restartTcpDirection(direction, sequence, true);
    } else if (direction.closed) {
      // What was sent before the end, again. Anything else is a new connection whose SYN was not seen.
      if (ahead < 0 && ahead >= -JUMP_BYTES) return;
      restartTcpDirection(direction, sequence, true);
    } else if (ahead < -JUMP_BYTES) {
      defects.add('tcp_sequence_jump', direction.scope);
      finish(direction, timestampUs);
      restartTcpDirection(direction, sequence, true);
    }
    if (hasFin && direction.finAt < 0) direction.finAt = (sequence + data.length) >>> 0;
    if (data.length > 0 && sequenceDistance(sequence, direction.next) > 0) {
      hold(direction, timestampUs, sequence, data);
      return;
    }
    if (data.length > 0) giveFrom(direction, sequence, timestampUs, data);
    if (direction.pieces.length > 0 || direction.finAt >= 0) drain(direction, timestampUs);
  }

  return {
    accept(timestampUs, scope, ipVersion, head, sourceAt, destinationAt, vlan, data, at, end) {
      const headerLength = end - at < 20 ? 0 : (data[at + 12]! >> 4) * 4;
      if (headerLength < 20 || at + headerLength > end) {
        defects.add(end - at < 20 ? 'truncated_header' : 'bad_tcp_header', scope);
        return;
      }
      const flags = data[at + 13]!;
      const bytesAt = at + headerLength;
      // Acknowledgements alone say nothing of the bytes, and are half of all segments.
      if (bytesAt === end && (flags & (FIN | SYN | RST)) === 0) return;
      const ports = { sourcePort: networkU16(data, at), destinationPort: networkU16(data, at + 2) };
      const { sourcePort, destinationPort } = ports;
      const key = tcpKey(scope, ipVersion, head, sourceAt, destinationAt, sourcePort, destinationPort);
      let direction = directions.get(key);
      if (!direction) {
        const peerKey = tcpKey(scope, ipVersion, head, destinationAt, sourceAt, destinationPort, sourcePort);
        direction = createTcpDirection(key, peerKey, scope, ipVersion, head, sourceAt, destinationAt, ports, vlan);
      }
      directions.delete(key);
      directions.set(key, direction);
      if (directions.size > limits.tcpDirections) evict(timestampUs);
      direction.vlan = vlan;
      const sequence = networkU32(data, at + 4);
      if ((flags & RST) !== 0) {
        onReset(direction, timestampUs, sequence);
        return;
      }
      const isSyn = (flags & SYN) !== 0;
      const bytesFrom = isSyn ? (sequence + 1) >>> 0 : sequence;
      if (isSyn) onSyn(direction, timestampUs, bytesFrom, (flags & ACK) === 0);
      const hasFin = (flags & FIN) !== 0;
      if (bytesAt < end || hasFin) onBytes(direction, timestampUs, bytesFrom, data.subarray(bytesAt, end), hasFin);
    },
    expire(timestampUs) {
      for (const direction of waiting) {
        // Both ways, for captures one behind the other that go back in time.
        if (Math.abs(timestampUs - direction.waitingSinceUs) <= limits.tcpHoleAgeUs) return;
        skipHole(direction, timestampUs);
      }
    },
    flush() {
      for (const direction of waiting) skipAllHoles(direction, direction.waitingSinceUs);
    },
  };
}

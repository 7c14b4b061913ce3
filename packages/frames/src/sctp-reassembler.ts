import { networkU16, networkU32 } from './byte-order.ts';
import type { DefectCounter } from './defect-counter.ts';
import type { FrameDefect } from './frame-defect.ts';
import type { FrameLimits } from './frame-dissector-types.ts';

const DATA_CHUNK = 0;
const DATA_HEADER_BYTES = 16;
const ENDS = 0x01;
const BEGINS = 0x02;
/** Transmission sequence numbers remembered, to tell retransmissions. */
const RECENT_NUMBERS = 256;
/** A bound on the chunks of one message, and so on the work of walking them. */
const MAX_CHUNKS = 1024;
const CHUNK_OVERHEAD_BYTES = 64;

interface HeldChunk {
  flags: number;
  stream: number;
  timestampUs: number;
  data: Uint8Array;
}

/** One direction of an association. */
interface SctpDirection {
  scope: string;
  /** Numbers handed over lately, oldest first. */
  recent: Set<number>;
  /** Chunks of incomplete messages by transmission sequence number, oldest first. */
  held: Map<number, HeldChunk>;
}

/** Finds the user messages in SCTP packets (RFC 9260): whole ones in place, fragmented ones put together. Retransmissions are dropped. */
export interface SctpReassembler {
  /** Takes the packet `data[at..end)`, of 12 bytes at least. */
  accept(timestampUs: number, scope: string, data: Uint8Array, at: number, end: number): void;
  /** Forgets what is too old at this time. Associations do so by themselves when more comes. */
  expire(timestampUs: number): void;
  /** Forgets all that is incomplete. */
  flush(): void;
}

/** @param emit takes a message `data[start..end)`, valid during the call. */
export function createSctpReassembler(
  limits: FrameLimits,
  defects: DefectCounter<FrameDefect>,
  emit: (data: Uint8Array, start: number, end: number) => void,
): SctpReassembler {
  /**
   * By scope, ports and verification tag: the tag is random for each direction (RFC 9260 section 5.3.1), and a multihomed
   * peer may send the same association from several addresses. Least recently used first.
   */
  const directions = new Map<string, SctpDirection>();
  let heldBytes = 0;

  function drop(direction: SctpDirection, tsn: number, chunk: HeldChunk): void {
    heldBytes -= chunk.data.length + CHUNK_OVERHEAD_BYTES;
    direction.held.delete(tsn);
  }

  function dropAll(direction: SctpDirection, defect: FrameDefect): void {
    if (direction.held.size > 0) defects.add(defect, direction.scope);
    for (const [tsn, chunk] of direction.held) drop(direction, tsn, chunk);
  }

  function directionOf(scope: string, data: Uint8Array, at: number): SctpDirection {
    const tag = networkU32(data, at + 4);
    const ports = String.fromCharCode(networkU16(data, at), networkU16(data, at + 2));
    const key = scope + ports + String.fromCharCode(tag >>> 16, tag & 0xffff);
    const direction = directions.get(key) ?? { scope, recent: new Set<number>(), held: new Map<number, HeldChunk>() };
    directions.delete(key);
    directions.set(key, direction);
    if (directions.size > limits.sctpAssociations) evictOldest();
    return direction;
  }

  function evictOldest(): void {
    for (const [key, direction] of directions) {
      dropAll(direction, 'sctp_evicted');
      directions.delete(key);
      return;
    }
  }

  function isNew(direction: SctpDirection, tsn: number): boolean {
    if (direction.recent.has(tsn)) return false;
    direction.recent.add(tsn);
    if (direction.recent.size > RECENT_NUMBERS) {
      for (const oldest of direction.recent) {
        direction.recent.delete(oldest);
        break;
      }
    }
    return true;
  }

  function expire(direction: SctpDirection, timestampUs: number): void {
    for (const [tsn, chunk] of direction.held) {
      if (Math.abs(timestampUs - chunk.timestampUs) <= limits.sctpAgeUs) return;
      defects.add('sctp_incomplete', direction.scope);
      drop(direction, tsn, chunk);
    }
  }

  /** The number of the first chunk of the message that `tsn` is part of; undefined while chunks before it are missing. */
  function firstChunk({ held }: SctpDirection, tsn: number, stream: number): number | undefined {
    let first = tsn;
    while ((held.get(first)!.flags & BEGINS) === 0) {
      first = (first - 1) >>> 0;
      const part = held.get(first);
      if (part?.stream !== stream || (part.flags & ENDS) !== 0) return undefined;
    }
    return first;
  }

  /** The chunks from `first` to the end of the message; undefined while any is missing. */
  function wholeMessage({ held }: SctpDirection, first: number, stream: number): HeldChunk[] | undefined {
    const parts: HeldChunk[] = [];
    for (let tsn = first; ; tsn = (tsn + 1) >>> 0) {
      const part = held.get(tsn);
      if (part?.stream !== stream || ((part.flags & BEGINS) !== 0 && parts.length > 0)) return undefined;
      parts.push(part);
      if ((part.flags & ENDS) !== 0) return parts;
    }
  }

  /** Holds the chunk, and hands over the message when it was the last one missing (RFC 9260 section 6.9). */
  function hold(direction: SctpDirection, tsn: number, chunk: HeldChunk): void {
    direction.held.set(tsn, chunk);
    heldBytes += chunk.data.length + CHUNK_OVERHEAD_BYTES;
    const first = firstChunk(direction, tsn, chunk.stream);
    const parts = first === undefined ? undefined : wholeMessage(direction, first, chunk.stream);
    if (first === undefined || !parts) {
      bound(direction);
      return;
    }
    const message = new Uint8Array(parts.reduce((bytes, part) => bytes + part.data.length, 0));
    let at = 0;
    for (const [index, part] of parts.entries()) {
      message.set(part.data, at);
      at += part.data.length;
      drop(direction, (first + index) >>> 0, part);
    }
    emit(message, 0, at);
  }

  function bound(direction: SctpDirection): void {
    if (direction.held.size > MAX_CHUNKS) dropAll(direction, 'sctp_evicted');
    for (const oldest of directions.values()) {
      if (heldBytes <= limits.sctpBufferedBytes) return;
      dropAll(oldest, 'sctp_evicted');
    }
  }

  function acceptData(timestampUs: number, direction: SctpDirection, data: Uint8Array, at: number, end: number): void {
    const flags = data[at + 1]!;
    const tsn = networkU32(data, at + 4);
    if (!isNew(direction, tsn)) return;
    const start = at + DATA_HEADER_BYTES;
    if ((flags & (BEGINS | ENDS)) === (BEGINS | ENDS)) {
      emit(data, start, end);
      return;
    }
    expire(direction, timestampUs);
    const stream = networkU16(data, at + 8);
    hold(direction, tsn, { flags, stream, timestampUs, data: data.slice(start, end) });
  }

  return {
    accept(timestampUs, scope, data, at, end) {
      let direction: SctpDirection | undefined;
      for (let chunkAt = at + 12; chunkAt + 4 <= end; ) {
        const length = networkU16(data, chunkAt + 2);
        const isData = data[chunkAt] === DATA_CHUNK;
        if (length < (isData ? DATA_HEADER_BYTES : 4) || chunkAt + length > end) {
          defects.add('bad_sctp_chunk', scope);
          return;
        }
        if (isData) {
          direction ??= directionOf(scope, data, at);
          acceptData(timestampUs, direction, data, chunkAt, chunkAt + length);
        }
        chunkAt += (length + 3) & ~3;
      }
    },
    expire(timestampUs) {
      if (heldBytes > 0) for (const direction of directions.values()) expire(direction, timestampUs);
    },
    flush() {
      for (const direction of directions.values()) dropAll(direction, 'sctp_incomplete');
    },
  };
}

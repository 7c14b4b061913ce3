import type { PacketAddressing, StreamChunk } from '@calliope/frames';
import { createHepStream, type HepStream, isHep3Magic } from '@calliope/hep';
import { IpProtocol } from '@calliope/model';
import { createSipStream, type SipStream } from '@calliope/sip';
import { type CarriedPayload, isHepPort } from './carried-payload.ts';
import { containsSipVersion, looksLikeSip } from './looks-like-sip.ts';

/** The TCP connections of a capture: finds those that carry SIP or HEP, and the messages in them. */
export interface CaptureStreams {
  /** False when its connection is known to carry neither: the chunk was passed over. */
  take(chunk: StreamChunk): boolean;
  /** The capture is over: last messages are handed over. */
  end(): void;
}

/** One direction of one connection. */
interface Direction {
  /** Absent while it is undecided, and once it is neither. */
  sip: SipStream | undefined;
  hep: HepStream | undefined;
  isIgnored: boolean;
  /** What was seen while undecided, from the beginning. */
  beginning: Uint8Array;
  beginningUs: number;
  seenBytes: number;
  /** A copy: the last message may come when the frames are gone. */
  from: PacketAddressing;
  heldBytes: number;
}

export interface CaptureStreamLimits {
  /** Directions known at a time; the dissector says when one is over. */
  maxDirections: number;
  /** Bytes of unfinished messages in all. */
  maxHeldBytes: number;
}

const DEFAULT_LIMITS: CaptureStreamLimits = { maxDirections: 65_536, maxHeldBytes: 64 * 1024 * 1024 };
/** A start line this long without an end is none. */
const MAX_UNDECIDED_BYTES = 4096;
/** Of a connection that was joined in its middle, so much is looked through for SIP. */
const MAX_SEARCHED_BYTES = 64 * 1024;
const NONE = new Uint8Array(0);

/** `addDefect` is told `sip_streams_evicted` for each that had to go to stay within the limits. */
export function createCaptureStreams(
  taker: Pick<CarriedPayload, 'takeSip' | 'takeHep'>,
  addDefect: (name: string, from: PacketAddressing) => void,
  limits: CaptureStreamLimits = DEFAULT_LIMITS,
): CaptureStreams {
  const directions = new Map<string, Direction>();
  let heldBytes = 0;

  function directionOf(chunk: StreamChunk): Direction {
    const known = directions.get(chunk.connectionKey);
    if (known) return known;
    if (directions.size >= limits.maxDirections) evictFirst(() => true);
    const direction: Direction = {
      sip: undefined,
      hep: undefined,
      isIgnored: false,
      beginning: NONE,
      beginningUs: 0,
      seenBytes: 0,
      from: copyOf(chunk),
      heldBytes: 0,
    };
    directions.set(chunk.connectionKey, direction);
    return direction;
  }

  function evictFirst(isFit: (direction: Direction) => boolean): boolean {
    for (const [key, direction] of directions) {
      if (!isFit(direction)) continue;
      forget(key, direction);
      addDefect('sip_streams_evicted', direction.from);
      return true;
    }
    return false;
  }

  function forget(key: string, direction: Direction): void {
    heldBytes -= direction.heldBytes;
    directions.delete(key);
  }

  function account(direction: Direction): void {
    const held = (direction.sip?.pendingBytes ?? 0) + (direction.hep?.bufferedBytes ?? 0) + direction.beginning.length;
    heldBytes += held - direction.heldBytes;
    direction.heldBytes = held;
    while (heldBytes > limits.maxHeldBytes && evictFirst(({ heldBytes }) => heldBytes > 0));
  }

  function push(direction: Direction, bytes: Uint8Array, timestampUs: number): void {
    if (direction.sip) direction.sip.push(bytes, timestampUs);
    else direction.hep?.push(bytes);
  }

  function startSip(direction: Direction): void {
    const { from } = direction;
    direction.sip = createSipStream((bytes, start, end, timestampUs) =>
      taker.takeSip(from, IpProtocol.TCP, bytes, start, end, timestampUs),
    );
  }

  function startHep(direction: Direction): void {
    const { from } = direction;
    direction.hep = createHepStream({
      onFrame: (bytes, start, end) => taker.takeHep(from, bytes, start, end),
    });
  }

  /** Decides by the first bytes what a connection carries, if it can be decided yet. */
  function decide(direction: Direction, chunk: StreamChunk): void {
    direction.seenBytes += chunk.data.length;
    if (chunk.gapBefore && direction.beginning.length > 0) direction.beginning = NONE;
    const isFirst = direction.beginning.length === 0;
    if (isFirst) direction.beginningUs = chunk.timestampUs;
    const bytes = isFirst ? chunk.data : concatenate(direction.beginning, chunk.data);
    if (looksLikeSip(bytes, 0, bytes.length)) startSip(direction);
    else if (isHep3Magic(bytes, 0, bytes.length) || (isHepPort(chunk) && bytes[0] === 0x1f && bytes[1] === 0x8b)) {
      startHep(direction);
    } else if (containsSipVersion(bytes)) {
      startSip(direction);
      direction.sip?.gap();
    } else if (isHepPort(chunk)) startHep(direction);
    else if (bytes.length < MAX_UNDECIDED_BYTES && !bytes.includes(10, firstText(bytes))) {
      // Not slice, which for a Buffer is a view.
      direction.beginning = isFirst ? new Uint8Array(bytes) : bytes;
      return;
    } else {
      direction.beginning = NONE;
      // It was joined in its middle, perhaps within a body: the next start line is still to come.
      if (!chunk.gapBefore && direction.seenBytes === chunk.data.length) direction.isIgnored = true;
      if (direction.seenBytes > MAX_SEARCHED_BYTES) direction.isIgnored = true;
      return;
    }
    const { beginning } = direction;
    direction.beginning = NONE;
    // Apart, so that each message has the time of its own first byte.
    push(direction, beginning, direction.beginningUs);
    push(direction, chunk.data, chunk.timestampUs);
  }

  function finish(direction: Direction): void {
    direction.sip?.end();
  }

  return {
    take(chunk) {
      const direction = directionOf(chunk);
      direction.from.timestampUs = chunk.timestampUs;
      if (chunk.data.length > 0 && !direction.isIgnored) {
        if (!direction.sip && !direction.hep) decide(direction, chunk);
        else {
          if (chunk.gapBefore) {
            direction.sip?.gap();
            if (direction.hep) startHep(direction);
          }
          push(direction, chunk.data, chunk.timestampUs);
        }
      }
      const isIgnored = direction.isIgnored && chunk.data.length > 0;
      if (chunk.closed) {
        finish(direction);
        forget(chunk.connectionKey, direction);
      } else account(direction);
      return !isIgnored;
    },
    end() {
      for (const direction of directions.values()) finish(direction);
      directions.clear();
      heldBytes = 0;
    },
  };
}

/** Offset of the first byte that is no line end: keep-alives may come before the first message. */
function firstText(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && (bytes[at] === 13 || bytes[at] === 10)) at++;
  return at;
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

function copyOf(from: PacketAddressing): PacketAddressing {
  const addressBytes = from.ipVersion === 4 ? 4 : 16;
  const head = new Uint8Array(2 * addressBytes);
  head.set(from.head.subarray(from.sourceAt, from.sourceAt + addressBytes));
  head.set(from.head.subarray(from.destinationAt, from.destinationAt + addressBytes), addressBytes);
  const { timestampUs, ipVersion, sourcePort, destinationPort, vlan, scope } = from;
  const addresses = { ipVersion, head, sourceAt: 0, destinationAt: addressBytes };
  return { timestampUs, ...addresses, sourcePort, destinationPort, vlan, scope };
}

import { type CapturedPacket, emptyPacket, IpProtocol, PayloadType } from '@calliope/model';
import { looksLikeSip } from './looks-like-sip.ts';
import { sipMessageLength } from './sip-message-length.ts';

/** Hands a packet on, with the bits of defects that its decoder found. */
export type PacketTaker = (packet: CapturedPacket, defects: number) => void;

/**
 * Puts SIP together that a sender cut: before June 2026 sofia-sip (FreeSWITCH) sent one HEP for every TCP read, so that a HEP held a part of
 * a message, or several messages. Pieces belong together by sender, capture id and 5-tuple. (A start line that is itself cut is not put together: its
 * beginning says nothing.)
 */
export interface HepSipAssembler {
  /** Takes any packet; those that are whole go on at once. `sender` has 16 bytes at `senderAt`. */
  take(packet: CapturedPacket, defects: number, receivedUs: number, sender: Uint8Array, senderAt: number): void;
  /** Gives up waiting for what is overdue: it goes on as it is. */
  expire(nowUs: number): void;
  /** Lets all go on that waits. */
  release(): void;
  /** Packets that wait for the rest of their message. */
  readonly waiting: number;
}

export interface HepSipAssemblerLimits {
  /** How long a piece waits for the next. */
  waitUs: number;
  maxWaiting: number;
  maxMessageBytes: number;
  /** Of one message: each is joined to all before it. */
  maxPieces: number;
  /** Of all pieces. */
  maxBytes: number;
}

const DEFAULT_LIMITS: HepSipAssemblerLimits = {
  waitUs: 2_000_000,
  maxWaiting: 4096,
  maxMessageBytes: 128 * 1024,
  maxPieces: 128,
  maxBytes: 16 * 1024 * 1024,
};

/** A packet that waits: `packet` is a copy, its payload a buffer of its own from 0 to `payloadEnd`. */
interface Waiting {
  packet: CapturedPacket;
  defects: number;
  sinceUs: number;
  pieces: number;
}

const CR = 13;
const LF = 10;

export function createHepSipAssembler(
  onward: PacketTaker,
  limits: HepSipAssemblerLimits = DEFAULT_LIMITS,
): HepSipAssembler {
  /** Oldest first: a piece that grows is put behind. */
  const waiting = new Map<string, Waiting>();
  let waitingBytes = 0;

  function take(
    packet: CapturedPacket,
    defects: number,
    receivedUs: number,
    sender: Uint8Array,
    senderAt: number,
  ): void {
    const isCut = packet.payloadType === PayloadType.SIP && isStream(packet.protocol);
    if (!isCut) {
      onward(packet, defects);
      return;
    }
    if (waiting.size > 0) {
      const key = keyOf(packet, sender, senderAt);
      const first = waiting.get(key);
      if (first) {
        proceed(key, first, packet, defects, receivedUs);
        return;
      }
    }
    takeMessages(packet, defects, receivedUs, () => keyOf(packet, sender, senderAt));
  }

  /** The next piece of a connection of which one waits. */
  function proceed(key: string, first: Waiting, packet: CapturedPacket, defects: number, receivedUs: number): void {
    remove(key, first);
    const total = first.packet.payloadEnd + packet.payloadEnd - packet.payloadStart;
    const isLost = !continues(first.packet, packet);
    if (isLost || total > limits.maxMessageBytes || first.pieces >= limits.maxPieces) {
      onward(first.packet, first.defects);
      takeMessages(packet, defects, receivedUs, () => key);
      return;
    }
    const { timestampUs } = packet;
    append(first, packet);
    takeMessages(first.packet, first.defects | defects, receivedUs, () => key, timestampUs, first.pieces + 1);
  }

  /** Lets the whole messages of a payload go on one by one; keeps what lacks its end. `laterUs`: time of those after the first. */
  function takeMessages(
    packet: CapturedPacket,
    defects: number,
    receivedUs: number,
    keyOfPacket: () => string,
    laterUs: number = packet.timestampUs,
    pieces = 1,
  ): void {
    const { payload, payloadEnd } = packet;
    for (;;) {
      const start = skipLineEnds(payload, packet.payloadStart, payloadEnd);
      if (!looksLikeSip(payload, start, payloadEnd)) break;
      const end = start + sipMessageLength(payload, start, payloadEnd);
      if (end > payloadEnd) {
        packet.payloadStart = start;
        wait(keyOfPacket(), packet, defects, receivedUs, pieces);
        return;
      }
      const next = skipLineEnds(payload, end, payloadEnd);
      // Bytes behind the body that begin no message are for the scan to judge.
      if (next >= payloadEnd || !looksLikeSip(payload, next, payloadEnd)) break;
      packet.payloadEnd = end;
      onward(packet, defects);
      packet.payload = payload;
      packet.timestampUs = laterUs;
      pieces = 1;
      packet.payloadStart = next;
      packet.payloadEnd = payloadEnd;
    }
    onward(packet, defects);
  }

  function wait(key: string, packet: CapturedPacket, defects: number, receivedUs: number, pieces: number): void {
    const length = packet.payloadEnd - packet.payloadStart;
    if (length > limits.maxMessageBytes) {
      onward(packet, defects);
      return;
    }
    while (waiting.size >= limits.maxWaiting || (waitingBytes + length > limits.maxBytes && waiting.size > 0))
      releaseFirst();
    waiting.set(key, { packet: copyOf(packet), defects, sinceUs: receivedUs, pieces });
    waitingBytes += length;
  }

  function remove(key: string, entry: Waiting): void {
    waiting.delete(key);
    waitingBytes -= entry.packet.payloadEnd - entry.packet.payloadStart;
  }

  function releaseFirst(): void {
    for (const [key, entry] of waiting) {
      remove(key, entry);
      onward(entry.packet, entry.defects);
      return;
    }
  }

  return {
    take,
    expire(nowUs) {
      for (const entry of waiting.values()) {
        if (nowUs - entry.sinceUs < limits.waitUs && nowUs >= entry.sinceUs) return;
        releaseFirst();
      }
    },
    release() {
      while (waiting.size > 0) releaseFirst();
    },
    get waiting() {
      return waiting.size;
    },
  };
}

/** What senders write for SIP over TCP, TLS and WebSocket. */
function isStream(protocol: number): boolean {
  return protocol === IpProtocol.TCP || protocol === IpProtocol.TLS_MARKER;
}

function skipLineEnds(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] === CR || bytes[at] === LF)) at++;
  return at;
}

function keyOf(packet: CapturedPacket, sender: Uint8Array, senderAt: number): string {
  const { head, sourceAt, destinationAt } = packet;
  const addressBytes = packet.ipVersion === 4 ? 4 : 16;
  const octets = (bytes: Uint8Array, at: number, length: number) =>
    Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString('latin1');
  return (
    `${packet.captureId} ${packet.sourcePort} ${packet.destinationPort} ${octets(sender, senderAt, 16)}` +
    `${octets(head, sourceAt, addressBytes)}${octets(head, destinationAt, addressBytes)}`
  );
}

/** All that is needed later, in memory of its own. */
function copyOf(packet: CapturedPacket): CapturedPacket {
  const { head, sourceAt, destinationAt } = packet;
  const addressBytes = packet.ipVersion === 4 ? 4 : 16;
  const parts = [
    head.subarray(sourceAt, sourceAt + addressBytes),
    head.subarray(destinationAt, destinationAt + addressBytes),
    head.subarray(packet.nodeStart, packet.nodeEnd),
    head.subarray(packet.correlationStart, packet.correlationEnd),
  ] as const;
  const nodeStart = 2 * addressBytes;
  const correlationStart = nodeStart + parts[2].length;
  return Object.assign(emptyPacket(), packet, {
    head: new Uint8Array(Buffer.concat(parts)),
    sourceAt: 0,
    destinationAt: addressBytes,
    nodeStart,
    nodeEnd: correlationStart,
    correlationStart,
    correlationEnd: correlationStart + parts[3].length,
    keyStart: 0,
    keyEnd: 0,
    // Not slice, which for a Buffer is a view.
    payload: new Uint8Array(packet.payload.subarray(packet.payloadStart, packet.payloadEnd)),
    payloadStart: 0,
    payloadEnd: packet.payloadEnd - packet.payloadStart,
  });
}

/**
 * Whether a piece is the next of the message that waits. When that says how long it is and another message or nothing comes behind its end,
 * it surely is; otherwise it is unless a message begins in it, as then the rest of the first was lost.
 */
function continues(first: CapturedPacket, next: CapturedPacket): boolean {
  const { payload, payloadStart, payloadEnd } = next;
  const restAt = payloadStart + sipMessageLength(first.payload, 0, first.payloadEnd) - first.payloadEnd;
  if (restAt <= payloadEnd) {
    const behind = skipLineEnds(payload, restAt, payloadEnd);
    if (behind === payloadEnd || looksLikeSip(payload, behind, payloadEnd)) return true;
  }
  return !looksLikeSip(payload, payloadStart, payloadEnd);
}

function append(first: Waiting, packet: CapturedPacket): void {
  const { payload, payloadStart, payloadEnd } = packet;
  const length = first.packet.payloadEnd;
  const joined = new Uint8Array(length + payloadEnd - payloadStart);
  joined.set(first.packet.payload.subarray(0, length));
  joined.set(payload.subarray(payloadStart, payloadEnd), length);
  first.packet.payload = joined;
  first.packet.payloadEnd = joined.length;
}

import type { LadderInput, LadderObservation } from './ladder.ts';

/** One transmission on one hop, and who captured it. */
export interface LadderPacket {
  /** The earliest capture; its id is the packet's. */
  message: LadderInput;
  observations: LadderObservation[];
  /** The first transmission of the same message, or null when this is it. */
  repeats: LadderPacket | null;
}

/**
 * Copies that one node sees within this time are one packet, mirrored twice: nothing is retransmitted so soon
 * (RFC 3261 section 17.1.1.1 begins with T1 = 500 ms, and no network needs less than this).
 */
const SAME_NODE_WINDOW_US = 20_000;

/**
 * Messages to packets, in order of time. Messages with the same endpoints, Call-ID, branch, CSeq, tags, code and length are one message; the
 * n-th time that a node saw it and the n-th time that another node did are one transmission, however their clocks differ.
 */
export function foldObservations(sorted: readonly LadderInput[]): LadderPacket[] {
  const groups = new Map<string, Transmissions>();
  const packets: LadderPacket[] = [];
  for (const message of sorted) {
    const key = packetKey(message);
    let group = groups.get(key);
    if (!group) {
      group = { packets: [], byNode: new Map() };
      groups.set(key, group);
    }
    const packet = addTo(group, message);
    if (packet) packets.push(packet);
  }
  return packets;
}

interface Transmissions {
  packets: LadderPacket[];
  /** Of each node: index of the transmission that it saw last, and when. */
  byNode: Map<string, { index: number; timestampUs: number }>;
}

/** The new packet, or undefined when the message is one more capture of a known one. */
function addTo(group: Transmissions, message: LadderInput): LadderPacket | undefined {
  const { node, timestampUs, id } = message;
  const last = group.byNode.get(node);
  const mirrored = last !== undefined && timestampUs - last.timestampUs < SAME_NODE_WINDOW_US;
  const index = last === undefined ? 0 : mirrored ? last.index : last.index + 1;
  group.byNode.set(node, { index, timestampUs: mirrored ? last.timestampUs : timestampUs });
  const observation: LadderObservation = { messageId: id, node, timestampUs };
  const observations = [observation, ...copiesOf(message)];
  for (const copy of message.alsoSeenBy ?? []) {
    group.byNode.set(copy.node, { index, timestampUs: copy.timestampUs });
  }
  const known = group.packets[index];
  if (known) {
    known.observations.push(...observations);
    return undefined;
  }
  const packet: LadderPacket = { message, observations, repeats: group.packets[0] ?? null };
  group.packets.push(packet);
  return packet;
}

/** Captures that were not stored as messages of their own. */
function copiesOf({ id, alsoSeenBy = [] }: LadderInput): LadderObservation[] {
  return alsoSeenBy.map(({ node, timestampUs }) => ({ messageId: id, node, timestampUs }));
}

function packetKey(message: LadderInput): string {
  return [
    message.payloadType,
    message.sourceIp,
    message.sourcePort,
    message.destinationIp,
    message.destinationPort,
    message.callId,
    message.viaBranch,
    message.method,
    message.responseCode,
    message.cseq,
    message.fromTag,
    message.toTag,
    message.size,
    // Reports of other protocols have nothing else that tells one from the next.
    message.payloadType === 1 ? '' : message.id,
  ].join('\u0000');
}

import {
  type CapturedPacket,
  emptyFields,
  type MessageFields,
  type MessageSink,
  type PacketSink,
  PayloadType,
} from '@calliope/model';
import { scanSip } from '@calliope/sip';
import { type AgentTable, createAgentTable } from './agent-table.ts';
import type { DuplicateFilter } from './duplicate-filter.ts';
import type { ReceiveCounters } from './receive-counters.ts';

/** What a pipeline did with a packet. */
export const Taken = {
  /** Nothing but white space and NULs where a message should be: counted, not stored. */
  KEEP_ALIVE: 0,
  SIP: 1,
  /** Payload type SIP, but it is none: stored with the defect `not_sip`. */
  NOT_SIP: 2,
  /** Another payload type: stored as it is. */
  OTHER: 3,
  /** The sink has no room. */
  DROPPED: 4,
  /** A copy of a packet that another agent's brought before: not stored, but who saw it is. */
  COPY: 5,
} as const;
export type Taken = (typeof Taken)[keyof typeof Taken];

export interface PacketPipelineOptions {
  sink: MessageSink;
  /** Names the node of packets that name none. */
  nodeName: string;
  counters: ReceiveCounters;
  /** Whose packets they are, by their `agent`. */
  agents?: AgentTable;
  /** Absent: every packet is kept. */
  duplicates?: DuplicateFilter;
  /** Sees every SIP message that is kept, before it is appended. In the hot path: nothing may be allocated. */
  observe?: (packet: CapturedPacket, fields: MessageFields) => void;
  /** Messages that may be in the sink's open batch; more are dropped. 262,144 when absent. */
  maxPendingMessages?: number;
}

/** From a packet to a stored message: is it SIP, where are its fields, append. */
export interface PacketPipeline extends PacketSink {
  /** `defects`: bits found by whoever made the packet (see DEFECTS of the model), set on the message when it is SIP. */
  take(packet: CapturedPacket, defects: number): Taken;
}

const LF = 10;
const CR = 13;

/** The fields of the last message are overwritten by the next: one pipeline a thread and receiver. */
export function createPacketPipeline(options: PacketPipelineOptions): PacketPipeline {
  const { sink, nodeName, counters, duplicates, observe } = options;
  const agents = options.agents ?? createAgentTable(nodeName);
  const maxPendingMessages = options.maxPendingMessages ?? 262_144;
  const fields: MessageFields = emptyFields();

  function take(packet: CapturedPacket, defects: number): Taken {
    const mayBeSip = packet.payloadType === PayloadType.SIP || packet.payloadType === 0;
    if (mayBeSip && isKeepAlive(packet.payload, packet.payloadStart, packet.payloadEnd)) {
      counters.keepAlives++;
      return Taken.KEEP_ALIVE;
    }
    const agent = agents.at(packet.agent);
    counters.received++;
    agent.received++;
    if (sink.pending >= maxPendingMessages) {
      counters.droppedQueue++;
      agent.dropped++;
      return Taken.DROPPED;
    }
    const isSip = mayBeSip && scan(packet);
    // The sender may have left the type out: the content says it.
    if (isSip) packet.payloadType = PayloadType.SIP;
    const found = packet.payloadType === PayloadType.SIP ? fields : undefined;
    if (duplicates?.isCopy(packet, agent, defects)) {
      counters.duplicates++;
      agent.duplicates++;
      if (duplicates.isNewObserver) sink.appendCopy?.(packet, found, nodeName, duplicates.keptUs, agent.address);
      return Taken.COPY;
    }
    counters.appended++;
    agent.appended++;
    agent.inBatch++;
    if (!found) {
      sink.append(packet, undefined, nodeName);
      return Taken.OTHER;
    }
    found.defects |= defects;
    if (isSip && observe) observe(packet, found);
    sink.append(packet, found, nodeName);
    return isSip ? Taken.SIP : Taken.NOT_SIP;
  }

  /** Finds the fields, CRLFs before them left out. */
  function scan(packet: CapturedPacket): boolean {
    const { payload, payloadEnd } = packet;
    let start = packet.payloadStart;
    while (start < payloadEnd && (payload[start] === CR || payload[start] === LF)) start++;
    packet.payloadStart = start;
    return scanSip(payload, start, payloadEnd, fields);
  }

  return {
    take,
    accept(packet) {
      take(packet, 0);
    },
  };
}

/** CRLFs (RFC 5626 section 3.5.1, and pings of older phones), spaces and NULs, or nothing at all. */
export function isKeepAlive(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte !== CR && byte !== LF && byte !== 0 && byte !== 32 && byte !== 9) return false;
  }
  return true;
}

import type { Defect } from './message-fields.ts';

/** How the message travelled. `other` keeps what is none of these; the IP protocol number is then in no field of ours. */
export const TRANSPORTS = ['udp', 'tcp', 'tls', 'sctp', 'ws', 'wss', 'other'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** What lists show of a message: everything but its payload. Texts are '' when absent. */
export interface MessageSummary {
  /** Opaque, unique, stable; sorts nowhere. Fit for a URL path without escaping. */
  id: string;
  /** Microseconds since 1970-01-01T00:00:00Z. */
  timestampUs: number;
  /** Name of the capture node or agent that saw it: HEP node name, else the capture id in decimal, else the receiver's own name. */
  node: string;
  /** HEP protocol type; 1 is SIP. */
  payloadType: number;
  transport: Transport;
  ipVersion: 4 | 6;
  /** Dotted quad, or IPv6 in the form of RFC 5952. */
  sourceIp: string;
  sourcePort: number;
  destinationIp: string;
  destinationPort: number;
  /** Call-ID of SIP; of other payload types the correlation id, so that they appear with their call. */
  callId: string;
  /** Request method; of a response, the CSeq method; '' when not SIP. */
  method: string;
  /** 0 for a request. */
  responseCode: number;
  reasonPhrase: string;
  cseq: number;
  fromUser: string;
  fromHost: string;
  fromTag: string;
  toUser: string;
  toHost: string;
  toTag: string;
  requestUser: string;
  requestHost: string;
  assertedUser: string;
  diversionUser: string;
  userAgent: string;
  /** HEP correlation id when it is not the Call-ID itself. */
  correlationId: string;
  defects: Defect[];
  /** Payload length in bytes. */
  size: number;
}

/** One stored message, whole. */
export interface Message extends MessageSummary {
  payload: Uint8Array;
}

/** Another agent saw the packet of a message too: its copy was not stored again. */
export interface Observation {
  /** As {@link MessageSummary.node}. */
  node: string;
  /** Address that the agent sent its copy from. */
  senderIp: string;
  /** When it saw the packet, by its own clock. */
  timestampUs: number;
}

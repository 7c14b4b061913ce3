/** IANA IP protocol numbers that carry what we capture, and the two markers that HEP senders use for encrypted transports. */
export const IpProtocol = {
  TCP: 6,
  UDP: 17,
  /** IPPROTO_IDP, which Kamailio, OpenSIPS and sofia-sip write for TLS (and Kamailio for WS and WSS too). */
  TLS_MARKER: 22,
  /** IPPROTO_ESP, which OpenSIPS writes for WS and WSS. */
  WS_MARKER: 50,
  SCTP: 132,
} as const;

/** HEP protocol types (chunk 0x000b) with a meaning of their own here; every other value is kept as it came. */
export const PayloadType = {
  SIP: 1,
  RTCP_JSON: 5,
  LOG: 100,
} as const;

/**
 * What every entrance yields: one packet's payload and where it was seen. Shape for the hot path:
 * a receiver fills the same object again and again, so **it is valid only during the call that hands it over**, and
 * whoever keeps any of it copies it. All offsets are bytes; `start` is inclusive, `end` exclusive.
 */
export interface CapturedPacket {
  /** When the packet was on the wire: microseconds since 1970-01-01T00:00:00Z, a safe integer. */
  timestampUs: number;
  ipVersion: 4 | 6;
  /** IP protocol, or a marker of {@link IpProtocol}. 0 when the sender did not say. */
  protocol: number;
  /** Where the addresses, the node name and the correlation id are. */
  head: Uint8Array;
  /** Offset in `head` of the source address: 4 bytes for IPv4, 16 for IPv6, network order. */
  sourceAt: number;
  /** Offset in `head` of the destination address. */
  destinationAt: number;
  sourcePort: number;
  destinationPort: number;
  /** HEP protocol type 0..255; 1 for SIP. */
  payloadType: number;
  payload: Uint8Array;
  payloadStart: number;
  payloadEnd: number;
  /** HEP capture agent id, u32; 0 when none was sent. */
  captureId: number;
  /** HEP node name (chunk 0x0013) in `head`, as bytes; equal offsets when none was sent. */
  nodeStart: number;
  nodeEnd: number;
  /** HEP correlation id (chunk 0x0011) in `head`; equal offsets when none was sent. */
  correlationStart: number;
  correlationEnd: number;
  /** HEP authentication key (chunk 0x000e) in `head`; equal offsets when none was sent. For the receiver alone: never stored, shown or logged. */
  keyStart: number;
  keyEnd: number;
  /** 802.1Q VLAN id 1..4094, or 0. */
  vlan: number;
  /** Whose packet it is: a number of the receiver's own table of agents, set after decoding; 0 for nobody's in particular. */
  agent: number;
}

/** A packet with nothing in it, to be filled by a decoder. */
export function emptyPacket(): CapturedPacket {
  const none = new Uint8Array(0);
  return {
    timestampUs: 0,
    ipVersion: 4,
    protocol: 0,
    head: none,
    sourceAt: 0,
    destinationAt: 0,
    sourcePort: 0,
    destinationPort: 0,
    payloadType: 0,
    payload: none,
    payloadStart: 0,
    payloadEnd: 0,
    captureId: 0,
    nodeStart: 0,
    nodeEnd: 0,
    correlationStart: 0,
    correlationEnd: 0,
    keyStart: 0,
    keyEnd: 0,
    vlan: 0,
    agent: 0,
  };
}

/** Takes packets. Must be done with the packet, or have copied it, when it returns. Never throws for what is in the packet. */
export interface PacketSink {
  accept(packet: CapturedPacket): void;
}

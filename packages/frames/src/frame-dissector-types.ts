import type { FrameDefect } from './frame-defect.ts';

/** Where a payload came from and went to. Of nested tunnels: the innermost addresses. */
export interface PacketAddressing {
  /** Microseconds since 1970-01-01T00:00:00Z. */
  timestampUs: number;
  ipVersion: 4 | 6;
  /** Where the addresses are. */
  head: Uint8Array;
  /** Offset in `head` of the source address: 4 bytes for IPv4, 16 for IPv6, network order. */
  sourceAt: number;
  destinationAt: number;
  sourcePort: number;
  destinationPort: number;
  /** Innermost 802.1Q VLAN id 1..4094 of the link that carried the packet, or 0. */
  vlan: number;
  /** Whose packets these are, as told to `acceptTunnelled`: different ones may use the same addresses. '' for the frames of a capture. */
  scope: string;
}

/**
 * A UDP datagram or a whole SCTP user message. The same object is filled again and again: **valid only during the call**.
 * Of a reassembled one the time is that of the frame that completed it.
 */
export interface Datagram extends PacketAddressing {
  /** 17 UDP, 132 SCTP. */
  protocol: 17 | 132;
  /** The payload is `data[start..end)`. */
  data: Uint8Array;
  start: number;
  end: number;
}

/**
 * The next bytes of one direction of a TCP connection, in order, each byte once. The same object is filled again and again:
 * **valid only during the call**, `data` and `head` too.
 */
export interface StreamChunk extends PacketAddressing {
  /** One for each direction of each connection, never used again: a new SYN with the same addresses gives another. */
  connectionKey: string;
  /** Of the segment that brought the first byte of `data`. */
  timestampUs: number;
  /** Empty when all that is to say is `closed`. */
  data: Uint8Array;
  /** Bytes before this chunk were lost, or the connection was joined after its beginning: it may start within a message. */
  gapBefore: boolean;
  /** Nothing more follows with this key: FIN or RST came, a new connection took the addresses, or it was evicted. */
  closed: boolean;
}

/** All are called from within the dissector's own calls. What they throw passes through. */
export interface FrameHandlers {
  datagram?(datagram: Datagram): void;
  stream?(chunk: StreamChunk): void;
  /** A packet of a protocol that is not gone into: ICMP, ARP, PPTP … */
  other?(): void;
  /** Each defect, as it is counted; `scope` as in {@link PacketAddressing}. */
  defect?(name: FrameDefect, scope: string): void;
}

/** Bounds, each with what it is when not given. Times are differences of frame times, not of a clock. */
export interface FrameDissectorOptions {
  /** Headers within headers of one frame: tunnels, IP in IP, reassembled packets. 8. */
  maxNesting?: number;
  /** Bytes of IP fragments held. 16 MiB. */
  fragmentBytes?: number;
  /** Incomplete IP packets held. 4,096. */
  fragmentedPackets?: number;
  /** How long fragments wait for the others. 30 s, as RFC 8200 section 4.5 leaves 60 s and Linux 30 s. */
  fragmentAgeUs?: number;
  /** Directions of TCP connections known at a time. 65,536. */
  tcpDirections?: number;
  /** Bytes behind a hole in one direction at which the hole is given up. 256 KiB. */
  tcpHoleBytes?: number;
  /** How long a hole is waited for. 5 s. */
  tcpHoleAgeUs?: number;
  /** Bytes behind holes in all. 64 MiB. */
  tcpBufferedBytes?: number;
  /** Directions of SCTP associations known at a time. 4,096. */
  sctpAssociations?: number;
  /** Bytes of chunks of incomplete SCTP messages in all. 16 MiB. */
  sctpBufferedBytes?: number;
  /** How long chunks of an incomplete SCTP message wait. 30 s. */
  sctpAgeUs?: number;
}

export type FrameLimits = Required<FrameDissectorOptions>;

export const DEFAULT_FRAME_LIMITS: FrameLimits = {
  maxNesting: 8,
  fragmentBytes: 16 * 1024 * 1024,
  fragmentedPackets: 4096,
  fragmentAgeUs: 30_000_000,
  tcpDirections: 65_536,
  tcpHoleBytes: 256 * 1024,
  tcpHoleAgeUs: 5_000_000,
  tcpBufferedBytes: 64 * 1024 * 1024,
  sctpAssociations: 4096,
  sctpBufferedBytes: 16 * 1024 * 1024,
  sctpAgeUs: 30_000_000,
};

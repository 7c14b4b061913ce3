/** What can be wrong with frames, or had to be given up. Each counts once a frame, fragment, segment or connection as it says. */
export const FRAME_DEFECTS = [
  /** A frame of a link type that is not read. */
  'unsupported_link_type',
  /** The capture ends within a link, IP, UDP, TCP or SCTP header. */
  'truncated_header',
  /** The capture ends before the IP packet does; what is there is used. */
  'truncated_packet',
  /** An IPv4 or IPv6 header, or an extension header, that contradicts itself. */
  'bad_ip_header',
  /** A UDP length below 8. */
  'bad_udp_header',
  /** A TCP data offset below 20 or beyond the packet. */
  'bad_tcp_header',
  /** An SCTP chunk that reaches beyond its packet. */
  'bad_sctp_chunk',
  /** A GRE, ERSPAN, VXLAN or TZSP header that contradicts itself. On UDP the payload is then handed over as a datagram. */
  'bad_tunnel_header',
  /** More headers within headers than `maxNesting`. */
  'nested_too_deep',
  /** A fragment that was cut, is empty, ends beyond 65,535 bytes, or contradicts where the packet ends. */
  'bad_fragment',
  /** A fragment that covers bytes another one brought: the first ones are kept. */
  'overlapping_fragment',
  /** A packet whose missing fragments did not come within `fragmentAgeUs`, or before the flush. */
  'fragments_incomplete',
  /** A packet whose fragments were dropped to stay within the bounds of memory and count. */
  'fragments_evicted',
  /** A hole in a TCP stream that was given up. */
  'tcp_gap',
  /** A TCP segment far before what was read: another connection with the same addresses, whose SYN was not seen. */
  'tcp_sequence_jump',
  /** A TCP reset outside the window: not believed. */
  'tcp_bad_reset',
  /** One direction of a TCP connection forgotten, to stay within `tcpDirections`. */
  'tcp_connections_evicted',
  /** A hole in a TCP stream given up early, to stay within `tcpBufferedBytes`. */
  'tcp_buffer_evicted',
  /** A fragmented SCTP message whose missing chunks did not come. */
  'sctp_incomplete',
  /** An SCTP association forgotten, or chunks of one dropped, to stay within the bounds. */
  'sctp_evicted',
] as const;

export type FrameDefect = (typeof FRAME_DEFECTS)[number];

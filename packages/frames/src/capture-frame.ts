/** One frame of a capture, as it was read: from a file, or live. */
export interface CaptureFrame {
  /** Microseconds since 1970-01-01T00:00:00Z (finer clocks are rounded down); 0 when the file gives no time. */
  timestampUs: number;
  /** LINKTYPE_ number (https://www.tcpdump.org/linktypes.html). */
  linkType: number;
  /** The captured bytes: at most {@link MAX_FRAME_BYTES}. */
  data: Uint8Array;
  /** Length on the wire; more than `data.length` when the capture cut the frame. */
  originalLength: number;
  /** Index of the interface among all that the file describes, 0 for pcap. */
  interfaceId: number;
}

/** Longest frame taken: the snap length that libpcap and Wireshark use at most. */
export const MAX_FRAME_BYTES = 256 * 1024;

/** LINKTYPE_ numbers that {@link createFrameDissector} understands. */
export const LinkType = {
  NULL: 0,
  ETHERNET: 1,
  PPP: 9,
  /** DLT_RAW of BSD and of OpenBSD, which some writers put into files. */
  RAW_BSD: 12,
  RAW_OPENBSD: 14,
  RAW: 101,
  LOOP: 108,
  LINUX_SLL: 113,
  IPV4: 228,
  IPV6: 229,
  LINUX_SLL2: 276,
} as const;

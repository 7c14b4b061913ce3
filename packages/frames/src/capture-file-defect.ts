/**
 * What can be wrong with a capture file. Those marked "stops" end the reading, since the place of the next record is unknown;
 * the others cost one frame or one option.
 */
export const CAPTURE_FILE_DEFECTS = [
  /** Stops: neither pcap nor pcapng, or nothing at all. */
  'not_a_capture_file',
  /** Stops: a major version of the format other than the one that is defined. */
  'unsupported_version',
  /** Stops: the file ends inside a record. */
  'truncated_file',
  /** Stops in pcap, costs the frame in pcapng: a frame longer than 256 KiB. */
  'frame_too_large',
  /** Stops: a pcapng block longer than 16 MiB. */
  'block_too_large',
  /** Stops: a pcapng block whose length is impossible or whose two lengths differ. */
  'bad_block',
  /** Stops: more than 65,536 interfaces. */
  'too_many_interfaces',
  /** A packet block that is shorter than what it says it holds. */
  'bad_packet_block',
  /** A packet of an interface that the section does not describe. */
  'unknown_interface',
  /** An option that reaches past its block, or has another length than its code needs. */
  'bad_option',
  /** A time that is no safe integer in microseconds; the frame has time 0. */
  'bad_timestamp',
] as const;

export type CaptureFileDefect = (typeof CAPTURE_FILE_DEFECTS)[number];

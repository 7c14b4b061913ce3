/**
 * Why bytes are not a packet. The index is the code in the low byte of a {@link HepResult}; `ok` is 0.
 * A closed set: only append.
 */
export const HEP_DEFECTS = [
  'ok',
  /** None of the known beginnings. */
  'not_hep',
  /** Ends before the payload does. */
  'truncated',
  /** HEP 3: the announced length is shorter than its own header. */
  'bad_frame_length',
  /** HEP 3: a chunk is shorter than its header or longer than its frame, and the payload was not seen before it. */
  'bad_chunk_length',
  /** HEP 1, HEP 2 and protobuf: not an address family that any system uses for IPv4 or IPv6. */
  'bad_address_family',
  /** Compressed payload or frame that is neither zlib, gzip nor deflate. */
  'bad_compression',
  /** Compressed payload or frame that would inflate past {@link MAX_INFLATED_BYTES}. */
  'inflated_too_large',
  /** Protobuf that does not parse, or lacks a required field. */
  'bad_protobuf',
] as const;

export type HepDefect = (typeof HEP_DEFECTS)[number];

/** Low byte: index into {@link HEP_DEFECTS}, 0 when a packet was filled. Above it: bits of {@link HepFlag}. */
export type HepResult = number;

export const HepCode = {
  OK: 0,
  NOT_HEP: 1,
  TRUNCATED: 2,
  BAD_FRAME_LENGTH: 3,
  BAD_CHUNK_LENGTH: 4,
  BAD_ADDRESS_FAMILY: 5,
  BAD_COMPRESSION: 6,
  INFLATED_TOO_LARGE: 7,
  BAD_PROTOBUF: 8,
} as const;

/** What the caller may want to know of a packet that was filled. */
export const HepFlag = {
  /** The sender's time was absent, zero, or not within ten years before and one day after reception: the receive time stands instead. Or the microseconds were not below a million: they count as zero. */
  BAD_TIMESTAMP: 0x100,
  /** HEP 1, which carries no time: the receive time stands. Not a fault. */
  NO_TIMESTAMP: 0x200,
  /** Fewer bytes than the header announces, or a damaged chunk, after a whole payload. */
  DAMAGED: 0x400,
  /** No payload chunk, or an empty one: OpenSIPS control packets, heplify's ping. */
  NO_PAYLOAD: 0x800,
  /** An address is missing: it reads as the unspecified address. */
  NO_ADDRESS: 0x1000,
  /** The payload or the whole frame was compressed. */
  INFLATED: 0x2000,
} as const;

/** Bound on what one compressed frame or payload may become. */
export const MAX_INFLATED_BYTES = 1024 * 1024;

/** True when the packet was filled. */
export function isHepPacket(result: HepResult): boolean {
  return (result & 0xff) === HepCode.OK;
}

/** Name of the result's defect, `ok` when there is none. */
export function hepDefect(result: HepResult): HepDefect {
  return HEP_DEFECTS[result & 0xff] ?? 'not_hep';
}

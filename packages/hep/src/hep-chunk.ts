/** Types of the generic (vendor 0) chunks that are read or written here; HEP specification rev 37, section "chunk types". */
export const HepChunk = {
  IP_FAMILY: 0x0001,
  IP_PROTOCOL: 0x0002,
  IPV4_SOURCE: 0x0003,
  IPV4_DESTINATION: 0x0004,
  IPV6_SOURCE: 0x0005,
  IPV6_DESTINATION: 0x0006,
  SOURCE_PORT: 0x0007,
  DESTINATION_PORT: 0x0008,
  SECONDS: 0x0009,
  MICROSECONDS: 0x000a,
  PAYLOAD_TYPE: 0x000b,
  CAPTURE_ID: 0x000c,
  KEEP_ALIVE_SECONDS: 0x000d,
  AUTH_KEY: 0x000e,
  PAYLOAD: 0x000f,
  COMPRESSED_PAYLOAD: 0x0010,
  CORRELATION_ID: 0x0011,
  VLAN: 0x0012,
  NODE_NAME: 0x0013,
  /** Not in the specification: OpenSIPS' correlation JSON while its parameter `homer5_on` is 0. */
  OPENSIPS_CORRELATION: 0x0065,
} as const;

/** Length of a chunk's header, and of a frame's. */
export const HEADER_BYTES = 6;

/** Longest frame that the 16-bit length can announce. */
export const MAX_FRAME_BYTES = 65_535;

/**
 * AF_INET6 by system: 10 Linux, 23 Windows, 26 Solaris, 28 FreeBSD, 30 macOS. HEP 1 and 2 carry the sender's own constant;
 * HEP 3 says 10, and whoever copies the constant there is understood as well.
 */
export function isIpv6Family(family: number): boolean {
  return family === 10 || family === 23 || family === 26 || family === 28 || family === 30;
}

/** AF_INET is 2 everywhere. */
export const IPV4_FAMILY = 2;
export const IPV6_FAMILY = 10;

import { MAX_FRAME_BYTES } from './capture-frame.ts';
import { type RecordOutput, type RecordParser, readU16, readU32 } from './record-parser.ts';

const FILE_HEADER_BYTES = 24;

interface PcapVariant {
  /** Length of the header before each frame: 16, or 24 in Kuznetzov's format, which adds interface, protocol and packet type. */
  recordHeaderBytes: number;
  /** What the fraction of a second is divided by to give microseconds. */
  fractionPerUs: number;
}

/** Magic numbers of draft-ietf-opsawg-pcap section 4, and 0xa1b2cd34 as in Wireshark's wiretap/libpcap.h. */
const VARIANTS = new Map<number, PcapVariant>([
  [0xa1b2c3d4, { recordHeaderBytes: 16, fractionPerUs: 1 }],
  [0xa1b23c4d, { recordHeaderBytes: 16, fractionPerUs: 1000 }],
  [0xa1b2cd34, { recordHeaderBytes: 24, fractionPerUs: 1 }],
]);

/** A parser for the classic pcap file whose first four bytes are at `at`, or undefined when they are not its magic number. */
export function createPcapParser(bytes: Uint8Array, at: number, output: RecordOutput): RecordParser | undefined {
  const bigVariant = VARIANTS.get(readU32(bytes, at, false));
  const variant = bigVariant ?? VARIANTS.get(readU32(bytes, at, true));
  if (!variant) return undefined;
  const littleEndian = bigVariant === undefined;
  const { recordHeaderBytes, fractionPerUs } = variant;
  let linkType = -1;

  function readFileHeader(bytes: Uint8Array, at: number, end: number): number {
    if (end - at < FILE_HEADER_BYTES) return -FILE_HEADER_BYTES;
    if (readU16(bytes, at + 4, littleEndian) !== 2) {
      output.stop('unsupported_version');
      return 0;
    }
    // The upper half of the word says whether frames end with a check sequence; the IP length cuts that off anyway.
    linkType = readU32(bytes, at + 20, littleEndian) & 0xffff;
    return FILE_HEADER_BYTES;
  }

  return {
    read(bytes, at, end) {
      if (linkType < 0) return readFileHeader(bytes, at, end);
      if (end - at < recordHeaderBytes) return -recordHeaderBytes;
      const length = readU32(bytes, at + 8, littleEndian);
      if (length > MAX_FRAME_BYTES) {
        output.stop('frame_too_large');
        return 0;
      }
      const size = recordHeaderBytes + length;
      if (end - at < size) return -size;
      const fraction = readU32(bytes, at + 4, littleEndian);
      output.frame({
        timestampUs: readU32(bytes, at, littleEndian) * 1e6 + Math.floor(fraction / fractionPerUs),
        linkType,
        data: bytes.subarray(at + recordHeaderBytes, at + size),
        originalLength: readU32(bytes, at + 12, littleEndian),
        interfaceId: 0,
      });
      return size;
    },
  };
}

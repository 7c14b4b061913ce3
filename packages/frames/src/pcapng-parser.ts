import { MAX_FRAME_BYTES } from './capture-frame.ts';
import { createPcapngClock, type PcapngClock, readI64 } from './pcapng-clock.ts';
import { type RecordOutput, type RecordParser, readU16, readU32 } from './record-parser.ts';

const MAX_BLOCK_BYTES = 16 * 1024 * 1024;
const MAX_INTERFACES = 65_536;

/** Block types of draft-ietf-opsawg-pcapng section 4. */
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

const OPTION_END = 0;
const OPTION_TSRESOL = 9;
const OPTION_TSOFFSET = 14;

interface Interface {
  linkType: number;
  snapLength: number;
  clock: PcapngClock;
}

/** A parser for the pcapng file whose first four bytes are at `at`, or undefined when they are not a section header's. */
export function createPcapngParser(bytes: Uint8Array, at: number, output: RecordOutput): RecordParser | undefined {
  if (readU32(bytes, at, true) !== SECTION_HEADER) return undefined;
  let littleEndian = true;
  let interfaces: Interface[] = [];
  /** Interfaces of the sections before this one. */
  let interfacesBefore = 0;
  let sections = 0;

  const stop = (defect: Parameters<RecordOutput['stop']>[0]): 0 => {
    output.stop(defect);
    return 0;
  };

  function readSectionHeader(bytes: Uint8Array, at: number): void {
    if (readU16(bytes, at + 12, littleEndian) !== 1) output.stop('unsupported_version');
    sections += 1;
    interfacesBefore += interfaces.length;
    interfaces = [];
  }

  function readInterface(bytes: Uint8Array, at: number, bodyEnd: number): void {
    if (interfacesBefore + interfaces.length >= MAX_INTERFACES) {
      output.stop('too_many_interfaces');
      return;
    }
    let resolution = 6;
    let offsetSeconds = 0n;
    for (let i = at + 16; i + 4 <= bodyEnd; ) {
      const code = readU16(bytes, i, littleEndian);
      const length = readU16(bytes, i + 2, littleEndian);
      if (code === OPTION_END) break;
      if (i + 4 + length > bodyEnd) {
        output.defect('bad_option');
        break;
      }
      if (code === OPTION_TSRESOL && length === 1) resolution = bytes[i + 4]!;
      else if (code === OPTION_TSOFFSET && length === 8) offsetSeconds = readI64(bytes, i + 4, littleEndian);
      else if (code === OPTION_TSRESOL || code === OPTION_TSOFFSET) output.defect('bad_option');
      i += 4 + pad4(length);
    }
    interfaces.push({
      linkType: readU16(bytes, at + 8, littleEndian),
      snapLength: readU32(bytes, at + 12, littleEndian),
      clock: createPcapngClock(resolution, offsetSeconds),
    });
  }

  /** Enhanced and old packet blocks differ in how the interface is written only. */
  function readPacket(bytes: Uint8Array, at: number, bodyEnd: number, interfaceId: number): void {
    const captured = readU32(bytes, at + 20, littleEndian);
    const dataAt = at + 28;
    const from = interfaceOf(interfaceId);
    if (!from || !fits(captured, bodyEnd - dataAt)) return;
    const timestampUs = from.clock(readU32(bytes, at + 12, littleEndian), readU32(bytes, at + 16, littleEndian));
    if (timestampUs === undefined) output.defect('bad_timestamp');
    output.frame({
      timestampUs: timestampUs ?? 0,
      linkType: from.linkType,
      data: bytes.subarray(dataAt, dataAt + captured),
      originalLength: readU32(bytes, at + 24, littleEndian),
      interfaceId: interfacesBefore + interfaceId,
    });
  }

  /** A simple packet has no time and is of the section's first interface; its captured length follows from the snap length. */
  function readSimplePacket(bytes: Uint8Array, at: number, bodyEnd: number): void {
    const from = interfaceOf(0);
    if (!from) return;
    const originalLength = readU32(bytes, at + 8, littleEndian);
    const captured = from.snapLength === 0 ? originalLength : Math.min(originalLength, from.snapLength);
    const dataAt = at + 12;
    if (!fits(captured, bodyEnd - dataAt)) return;
    const data = bytes.subarray(dataAt, dataAt + captured);
    output.frame({ timestampUs: 0, linkType: from.linkType, data, originalLength, interfaceId: interfacesBefore });
  }

  function interfaceOf(id: number): Interface | undefined {
    const found = interfaces[id];
    if (!found) output.defect('unknown_interface');
    return found;
  }

  function fits(captured: number, available: number): boolean {
    if (captured <= available && captured <= MAX_FRAME_BYTES) return true;
    output.defect(captured > available ? 'bad_packet_block' : 'frame_too_large');
    return false;
  }

  return {
    read(bytes, at, end) {
      if (end - at < 12) return -12;
      // The type of a section header reads the same in both byte orders; its byte-order magic settles the rest of the section.
      const isSection = readU32(bytes, at, true) === SECTION_HEADER;
      if (isSection) {
        const bigEndian = readU32(bytes, at + 8, false) === 0x1a2b3c4d;
        if (!bigEndian && readU32(bytes, at + 8, true) !== 0x1a2b3c4d) {
          return stop(sections === 0 ? 'not_a_capture_file' : 'bad_block');
        }
        littleEndian = !bigEndian;
      }
      const type = isSection ? SECTION_HEADER : readU32(bytes, at, littleEndian);
      const length = readU32(bytes, at + 4, littleEndian);
      const least = LEAST_BLOCK_BYTES.get(type) ?? 12;
      if (length < least || length % 4 !== 0) return stop('bad_block');
      if (length > MAX_BLOCK_BYTES) return stop('block_too_large');
      if (!LEAST_BLOCK_BYTES.has(type)) return length;
      if (end - at < length) return -length;
      const bodyEnd = at + length - 4;
      if (readU32(bytes, bodyEnd, littleEndian) !== length) return stop('bad_block');
      if (type === SECTION_HEADER) readSectionHeader(bytes, at);
      else if (type === INTERFACE_DESCRIPTION) readInterface(bytes, at, bodyEnd);
      else if (type === SIMPLE_PACKET) readSimplePacket(bytes, at, bodyEnd);
      else if (type === OLD_PACKET) readPacket(bytes, at, bodyEnd, readU16(bytes, at + 8, littleEndian));
      else readPacket(bytes, at, bodyEnd, readU32(bytes, at + 8, littleEndian));
      return length;
    },
  };
}

/** The blocks that are read, and their length without options and data; others are skipped. */
const LEAST_BLOCK_BYTES = new Map([
  [SECTION_HEADER, 28],
  [INTERFACE_DESCRIPTION, 20],
  [OLD_PACKET, 32],
  [SIMPLE_PACKET, 16],
  [ENHANCED_PACKET, 32],
]);

function pad4(length: number): number {
  return (length + 3) & ~3;
}

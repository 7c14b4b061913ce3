import { LinkType } from './capture-frame.ts';

const OPTION_COMMENT = 1;
const OPTION_INTERFACE_NAME = 2;
const OPTION_APPLICATION = 4;
const OPTION_TSRESOL = 9;
const RECORD_IPV4 = 1;
const RECORD_IPV6 = 2;
/** The length of an option or record has sixteen bits, and a record of a name holds an address too. */
const MAX_TEXT_BYTES = 65_500;

export interface PcapngHeaderOptions {
  /** Who writes it, e.g. `Calliope 0.1.0`. */
  application: string;
  /** A remark on the whole file. */
  comment?: string;
  /** LINKTYPE_ number of the only interface; raw IP when absent. */
  linkType?: number;
  /** Name of the interface. */
  interfaceName?: string;
}

/**
 * Section header block and the description of one interface, with times in microseconds
 * (draft-ietf-opsawg-pcapng sections 4.1 and 4.2): what begins a pcapng file.
 */
export function writePcapngHeader(options: PcapngHeaderOptions): Uint8Array {
  const section = new Uint8Array(16);
  const sectionView = new DataView(section.buffer);
  sectionView.setUint32(0, 0x1a2b3c4d, true);
  sectionView.setUint16(4, 1, true);
  sectionView.setBigInt64(8, -1n, true); // length of the section: not said
  const face = new Uint8Array(8); // snap length 0: no limit
  new DataView(face.buffer).setUint16(0, options.linkType ?? LinkType.RAW, true);
  const remark = options.comment === undefined ? [] : [option(OPTION_COMMENT, text(options.comment))];
  const name = options.interfaceName === undefined ? [] : [option(OPTION_INTERFACE_NAME, text(options.interfaceName))];
  return concatenate([
    block(0x0a0d0d0a, [section, ...remark, option(OPTION_APPLICATION, text(options.application)), END_OF_OPTIONS]),
    block(1, [face, ...name, option(OPTION_TSRESOL, Uint8Array.of(6)), END_OF_OPTIONS]),
  ]);
}

/** An enhanced packet block (section 4.3). `timestampUs` is since 1970; what is before becomes 1970. */
export function writePcapngPacket(timestampUs: number, packet: Uint8Array, comment?: string): Uint8Array {
  const head = new Uint8Array(20);
  const view = new DataView(head.buffer);
  const time = Math.max(timestampUs, 0);
  view.setUint32(4, Math.floor(time / 2 ** 32), true);
  view.setUint32(8, time % 2 ** 32, true);
  view.setUint32(12, packet.length, true);
  view.setUint32(16, packet.length, true);
  const remark = comment === undefined ? [] : [option(OPTION_COMMENT, text(comment)), END_OF_OPTIONS];
  return block(6, [head, padded(packet), ...remark]);
}

/** An address and what people call it. */
export interface PcapngName {
  ipVersion: 4 | 6;
  /** 4 or 16 bytes; for IPv4 also 16 bytes whose last 4 count. */
  address: Uint8Array;
  name: string;
}

/** A name resolution block (section 4.5), so that Wireshark shows names instead of addresses. Belongs behind the header. */
export function writePcapngNames(names: readonly PcapngName[]): Uint8Array {
  const records = names.map(({ ipVersion, address, name }) => {
    const value = concatenate([ipVersion === 4 ? address.subarray(-4) : address, text(name), Uint8Array.of(0)]);
    return option(ipVersion === 4 ? RECORD_IPV4 : RECORD_IPV6, value);
  });
  return block(4, [...records, END_OF_OPTIONS]);
}

const END_OF_OPTIONS = new Uint8Array(4);

function block(type: number, parts: Uint8Array[]): Uint8Array {
  const body = concatenate(parts);
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, bytes.length, true);
  bytes.set(body, 8);
  view.setUint32(bytes.length - 4, bytes.length, true);
  return bytes;
}

/** Options and the records of names have the same form: code, length, value padded to four bytes. */
function option(code: number, value: Uint8Array): Uint8Array {
  const head = new Uint8Array(4);
  const view = new DataView(head.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  return concatenate([head, padded(value)]);
}

/** UTF-8, cut between characters where it would be too long. */
function text(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  let end = Math.min(bytes.length, MAX_TEXT_BYTES);
  while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const whole = new Uint8Array((bytes.length + 3) & ~3);
  whole.set(bytes);
  return whole;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

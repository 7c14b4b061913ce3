import type { CaptureFrame } from '../src/index.ts';
import { concat } from './sample-frames.ts';

export interface ByteOrder {
  u16(value: number): number[];
  u32(value: number): number[];
}

export const bigEndian: ByteOrder = {
  u16: (value) => [(value >> 8) & 0xff, value & 0xff],
  u32: (value) => [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff],
};
export const littleEndian: ByteOrder = {
  u16: (value) => bigEndian.u16(value).reverse(),
  u32: (value) => bigEndian.u32(value).reverse(),
};

/** A pcap file; `fraction` gives what is written for a record's microseconds. */
export function pcapFile(
  frames: readonly CaptureFrame[],
  { order = littleEndian, magic = 0xa1b2c3d4, fraction = (us: number) => us, recordTail = 0 } = {},
): Uint8Array {
  const { u16, u32 } = order;
  const header = [
    ...u32(magic),
    ...u16(2),
    ...u16(4),
    ...u32(0),
    ...u32(0),
    ...u32(262144),
    ...u32(frames[0]?.linkType ?? 1),
  ];
  const records = frames.map(({ timestampUs, data, originalLength }) =>
    concat(
      u32(Math.floor(timestampUs / 1e6)),
      u32(fraction(timestampUs % 1e6)),
      u32(data.length),
      u32(originalLength),
      new Uint8Array(recordTail).fill(7),
      data,
    ),
  );
  return concat(header, ...records);
}

export function block(order: ByteOrder, type: number, body: Uint8Array): Uint8Array {
  const padding = new Uint8Array((4 - (body.length % 4)) % 4);
  const length = order.u32(12 + body.length + padding.length);
  return concat(order.u32(type), length, body, padding, length);
}

export function section({ u16, u32 }: ByteOrder): Uint8Array {
  const order = { u16, u32 };
  return block(order, 0x0a0d0d0a, concat(u32(0x1a2b3c4d), u16(1), u16(0), [255, 255, 255, 255, 255, 255, 255, 255]));
}

export function option({ u16 }: ByteOrder, code: number, value: number[]): Uint8Array {
  return concat(u16(code), u16(value.length), value, new Uint8Array((4 - (value.length % 4)) % 4));
}

export function face(order: ByteOrder, linkType: number, snapLength = 0, ...options: Uint8Array[]): Uint8Array {
  return block(order, 1, concat(order.u16(linkType), order.u16(0), order.u32(snapLength), ...options));
}

/** An enhanced packet block; `time` is in the interface's units. */
export function enhanced(
  order: ByteOrder,
  faceId: number,
  time: bigint,
  data: Uint8Array,
  original = data.length,
): Uint8Array {
  const { u32 } = order;
  const times = [...u32(Number(time >> 32n)), ...u32(Number(time & 0xffffffffn))];
  const padding = new Uint8Array((4 - (data.length % 4)) % 4);
  return block(order, 6, concat(u32(faceId), times, u32(data.length), u32(original), data, padding));
}

const PERCENT = 0x25;

/** Longest text that is copied byte by byte; a call to native code costs more than that. */
const SHORT_TEXT = 48;

/**
 * A growable buffer (below 2 GiB) that the values of one column are appended to as ClickHouse's Native format has them: little-endian numbers, texts after their
 * length as LEB128. Holds no text as a JavaScript string.
 */
export class ColumnBuffer {
  bytes: Buffer;
  length = 0;
  #words: Int32Array;
  #source: Uint8Array = new Uint8Array(0);
  #sourceBuffer: Buffer = Buffer.alloc(0);

  constructor(initialBytes: number) {
    this.bytes = Buffer.allocUnsafeSlow(rounded(initialBytes));
    this.#words = new Int32Array(this.bytes.buffer);
  }

  /** Makes room for so many bytes more. */
  reserve(bytes: number): void {
    if (this.length + bytes > this.bytes.length) this.#grow(bytes);
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  u16(value: number): void {
    this.reserve(2);
    const { bytes, length } = this;
    bytes[length] = value;
    bytes[length + 1] = value >>> 8;
    this.length = length + 2;
  }

  u32(value: number): void {
    this.reserve(4);
    const { bytes, length } = this;
    bytes[length] = value;
    bytes[length + 1] = value >>> 8;
    bytes[length + 2] = value >>> 16;
    bytes[length + 3] = value >>> 24;
    this.length = length + 4;
  }

  /** The same where the length is a multiple of four: in one step. */
  word(value: number): void {
    if (this.length + 4 > this.bytes.length) this.#grow(4);
    this.#words[this.length >> 2] = value;
    this.length += 4;
  }

  /** A whole number of up to 2^53 as 64 bits, where the length is a multiple of four. */
  twoWords(value: number): void {
    const high = Math.floor(value / 0x1_0000_0000);
    this.word(value - high * 0x1_0000_0000);
    this.word(high);
  }

  /** An address of 4 or 16 bytes as 16 (RFC 4291 section 2.5.5.2), where the length is a multiple of four. */
  addressWords(source: Uint8Array, at: number, ipVersion: 4 | 6): void {
    if (ipVersion === 6) {
      this.address(source, at, ipVersion);
      return;
    }
    if (this.length + 16 > this.bytes.length) this.#grow(16);
    const words = this.#words;
    const o = this.length >> 2;
    words[o] = 0;
    words[o + 1] = 0;
    words[o + 2] = 0xffff0000 | 0;
    words[o + 3] = source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16) | (source[at + 3]! << 24);
    this.length += 16;
  }

  /** A whole number of up to 2^53, or -1, as 64 bits. */
  i64(value: number): void {
    const high = Math.floor(value / 0x1_0000_0000);
    this.u32(value - high * 0x1_0000_0000);
    this.u32(high);
  }

  /** An address of 4 or 16 bytes as 16 (RFC 4291 section 2.5.5.2). */
  address(source: Uint8Array, at: number, ipVersion: 4 | 6): void {
    this.reserve(16);
    const { bytes } = this;
    let o = this.length;
    if (ipVersion === 4) {
      for (let i = 0; i < 10; i++) bytes[o++] = 0;
      bytes[o++] = 0xff;
      bytes[o++] = 0xff;
    }
    for (let i = at, end = at + (ipVersion === 4 ? 4 : 16); i < end; i++) bytes[o++] = source[i]!;
    this.length = o;
  }

  text(source: Uint8Array, start: number, end: number): void {
    const size = end - start;
    if (this.length + size + 5 > this.bytes.length) this.#grow(size + 5);
    if (size <= SHORT_TEXT) {
      const { bytes } = this;
      let o = this.length;
      bytes[o++] = size;
      for (let i = start; i < end; i++) bytes[o++] = source[i]!;
      this.length = o;
      return;
    }
    this.size(size);
    this.#copy(source, start, end);
  }

  /** The bytes alone, without their length before them. */
  raw(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    this.#copy(source, start, end);
  }

  /** A user part with its escapes resolved (RFC 3261 section 25.1, `escaped`); what is no escape stays as it is. */
  user(source: Uint8Array, start: number, end: number): void {
    for (let i = start; i < end; i++) {
      if (source[i] !== PERCENT) continue;
      const decoded = unescapeUser(source, start, end);
      this.text(decoded, 0, decoded.length);
      return;
    }
    this.text(source, start, end);
  }

  /** The length of a text as LEB128. */
  size(size: number): void {
    if (this.length + 5 > this.bytes.length) this.#grow(5);
    let rest = size;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  content(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  #grow(bytes: number): void {
    const grown = Buffer.allocUnsafeSlow(rounded(Math.max(2 * this.bytes.length, this.length + bytes)));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
    this.#words = new Int32Array(grown.buffer);
  }

  #copy(source: Uint8Array, start: number, end: number): void {
    const size = end - start;
    if (size <= SHORT_TEXT) {
      const { bytes } = this;
      let o = this.length;
      for (let i = start; i < end; i++) bytes[o++] = source[i]!;
      this.length = o;
      return;
    }
    if (source !== this.#source) {
      // A receiver hands over the same array again and again: one view of it, made once, saves an allocation a text.
      this.#source = source;
      this.#sourceBuffer = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
    }
    this.#sourceBuffer.copy(this.bytes, this.length, start, end);
    this.length += size;
  }
}

/** Whole words. */
function rounded(bytes: number): number {
  return (bytes + 3) & ~3;
}

/** The bytes of a user part with its escapes resolved; the very bytes when there are none. */
export function unescapeUser(source: Uint8Array, start: number, end: number): Uint8Array {
  const decoded = Buffer.allocUnsafe(end - start);
  let size = 0;
  for (let i = start; i < end; i++) {
    const byte = source[i]!;
    const high = byte === PERCENT && i + 2 < end ? hexDigit(source[i + 1]!) : -1;
    const low = high >= 0 ? hexDigit(source[i + 2]!) : -1;
    if (low < 0) {
      decoded[size++] = byte;
      continue;
    }
    decoded[size++] = high * 16 + low;
    i += 2;
  }
  return decoded.subarray(0, size);
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

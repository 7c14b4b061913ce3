import { formatAddress } from '@calliope/model';

/** Reads values of ClickHouse's RowBinary format one after the other. Texts become strings (UTF-8, invalid sequences replaced), payloads stay bytes. */
export class RowReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  u8(): number {
    return this.#bytes[this.#at++]!;
  }

  u16(): number {
    const value = this.#bytes.readUInt16LE(this.#at);
    this.#at += 2;
    return value;
  }

  u32(): number {
    const value = this.#bytes.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }

  u64(): bigint {
    const value = this.#bytes.readBigUInt64LE(this.#at);
    this.#at += 8;
    return value;
  }

  /** An Int64 or UInt64 that is known to be a safe integer. */
  integer(): number {
    const low = this.#bytes.readUInt32LE(this.#at);
    const high = this.#bytes.readInt32LE(this.#at + 4);
    this.#at += 8;
    return high * 0x1_0000_0000 + low;
  }

  /** An Int64, or null when it is the mark of absence. */
  integerUnless(absent: bigint): number | null {
    const value = this.#bytes.readBigInt64LE(this.#at);
    this.#at += 8;
    return value === absent ? null : Number(value);
  }

  f64(): number {
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  text(): string {
    const size = this.#size();
    const value = this.#bytes.toString('utf8', this.#at, this.#at + size);
    this.#at += size;
    return value;
  }

  /** A copy of a String's bytes, so that a small one does not keep the whole result in memory. */
  bytes(): Uint8Array {
    const size = this.#size();
    const value = Uint8Array.prototype.slice.call(this.#bytes, this.#at, this.#at + size);
    this.#at += size;
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }

  /** An IPv6 as text; without a version, what is mapped from IPv4 is IPv4. */
  address(ipVersion?: 4 | 6): string {
    const at = this.#at;
    this.#at += 16;
    return (ipVersion ?? (this.#isMapped(at) ? 4 : 6)) === 4
      ? formatAddress(this.#bytes, at + 12, 4)
      : formatAddress(this.#bytes, at, 6);
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.#size() }, read);
  }

  /** RFC 4291 section 2.5.5.2. */
  #isMapped(at: number): boolean {
    for (let i = 0; i < 10; i++) if (this.#bytes[at + i] !== 0) return false;
    return this.#bytes[at + 10] === 0xff && this.#bytes[at + 11] === 0xff;
  }

  #size(): number {
    let size = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.u8();
      size += (byte & 0x7f) * scale;
      if (byte < 0x80) return size;
    }
  }
}

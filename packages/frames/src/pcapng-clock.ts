import { readU32 } from './record-parser.ts';

/** Turns the two halves of a pcapng timestamp into microseconds since 1970; undefined when that is no safe integer. */
export type PcapngClock = (high: number, low: number) => number | undefined;

/**
 * @param resolution if_tsresol: 10 to the minus n, or with the top bit set 2 to the minus n, seconds a unit
 * (draft-ietf-opsawg-pcapng section 4.2); 6 when the option is absent.
 * @param offsetSeconds if_tsoffset, signed.
 */
export function createPcapngClock(resolution: number, offsetSeconds: bigint): PcapngClock {
  if (offsetSeconds === 0n && resolution === 6) return (high, low) => safe(high * 2 ** 32 + low);
  // 2^32 = 4294967 × 1000 + 296, so nanoseconds need no big integers.
  if (offsetSeconds === 0n && resolution === 9) {
    return (high, low) => safe(high * 4_294_967 + Math.floor((high * 296 + low) / 1000));
  }
  const exponent = BigInt(resolution & 0x7f);
  const unitsPerSecond = resolution & 0x80 ? 1n << exponent : 10n ** exponent;
  const offsetUs = offsetSeconds * 1_000_000n;
  return (high, low) => {
    const units = (BigInt(high) << 32n) | BigInt(low);
    return safe(Number((units * 1_000_000n) / unitsPerSecond + offsetUs));
  };
}

function safe(timestampUs: number): number | undefined {
  return Number.isSafeInteger(timestampUs) ? timestampUs : undefined;
}

/** A signed 64 bit integer in the byte order of the section. */
export function readI64(bytes: Uint8Array, at: number, littleEndian: boolean): bigint {
  const high = BigInt(readU32(bytes, littleEndian ? at + 4 : at, littleEndian));
  const low = BigInt(readU32(bytes, littleEndian ? at : at + 4, littleEndian));
  return BigInt.asIntN(64, (high << 32n) | low);
}

/**
 * The only place where values become SQL. ClickHouse's literals (documentation, "Syntax", section "Literals") are written so that no byte of a value can
 * be read as syntax: texts as printable ASCII and \xHH, everything else as digits. Parameters of the embedded engine are not used, because queries
 * with them are serialised for the whole process.
 */
export type Sql = string;

const HEX = Array.from({ length: 256 }, (_, byte) => `\\x${byte.toString(16).padStart(2, '0').toUpperCase()}`);

/** A String of exactly these bytes; a text is taken as UTF-8. */
export function stringLiteral(value: string | Uint8Array): Sql {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  let sql = "'";
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x27 && byte !== 0x5c;
    sql += plain ? String.fromCharCode(byte) : HEX[byte];
  }
  return `${sql}'`;
}

/** A String of the bytes of a text (UTF-8) backwards, to compare with `reverse(column)`. */
export function reversedStringLiteral(value: string): Sql {
  return stringLiteral(Buffer.from(value, 'utf8').reverse());
}

/** `(a, b, …)` for IN; at least one value. */
export function listLiteral<T>(values: readonly T[], literal: (value: T) => Sql): Sql {
  if (values.length === 0) throw new RangeError('an empty list has no literal');
  return `(${values.map(literal).join(', ')})`;
}

/** A whole number: a safe integer, or a bigint within Int64 and UInt64. */
export function integerLiteral(value: number | bigint): Sql {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new RangeError(`not a safe integer: ${value}`);
  if (value < -(2n ** 63n) || value >= 2n ** 64n) throw new RangeError(`out of 64 bits: ${value}`);
  return value < 0 ? `(${value})` : `${value}`;
}

/** A finite Float64; negative zero becomes zero, which every comparison takes for equal. */
export function floatLiteral(value: number): Sql {
  if (!Number.isFinite(value)) throw new RangeError(`not finite: ${value}`);
  return `toFloat64('${value}')`;
}

/** A DateTime64(6, 'UTC') of microseconds since 1970. */
export function timestampLiteral(timestampUs: number): Sql {
  return `fromUnixTimestamp64Micro(toInt64(${integerLiteral(timestampUs)}), 'UTC')`;
}

/** An IPv6 of 16 bytes in network order. */
export function addressLiteral(bytes: Uint8Array): Sql {
  if (bytes.length !== 16) throw new RangeError('an address has 16 bytes');
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[i]! << 8) | bytes[i + 1]!).toString(16));
  return `toIPv6('${groups.join(':')}')`;
}

/** The bytes of an address as a FixedString(16). */
export function addressBytesLiteral(bytes: Uint8Array): Sql {
  if (bytes.length !== 16) throw new RangeError('an address has 16 bytes');
  return `toFixedString(${stringLiteral(bytes)}, 16)`;
}

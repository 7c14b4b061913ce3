/** Adds the sixteen-bit words of `bytes` to a sum of ones' complement (RFC 1071); a last odd byte is the high half of a word. */
export function addWords(sum: number, bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  for (; i + 1 < end; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  if (i < end) sum += bytes[i]! << 8;
  return sum;
}

/** Folds a sum and gives its complement: the Internet checksum. Sums of up to 2^53 are exact. */
export function foldChecksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}

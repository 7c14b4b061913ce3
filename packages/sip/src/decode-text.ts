const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** Text of [start, end): UTF-8, invalid sequences replaced with U+FFFD, a byte order mark kept. Never throws. */
export function decodeText(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return end > start ? decoder.decode(bytes.subarray(start, end)) : '';
}

/** UTF-8 bytes of a text. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** A function that gives the text of any range within [from, to), decoded once when one byte is one UTF-16 unit throughout. */
export function rangeDecoder(bytes: Uint8Array, from: number, to: number): (start: number, end: number) => string {
  const text = decodeText(bytes, from, to);
  // No sequence of bytes makes more units than it has bytes, so equal lengths mean one for one.
  if (text.length === to - from) return (start, end) => text.slice(start - from, end - from);
  return (start, end) => decodeText(bytes, start, end);
}

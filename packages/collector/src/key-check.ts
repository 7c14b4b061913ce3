import type { CapturedPacket } from '@calliope/model';

/** Whether a packet shows one of the keys. */
export type KeyCheck = (packet: CapturedPacket) => boolean;

/**
 * Undefined when no key is asked for. The time taken depends on the lengths of the keys alone, not on how much of one was guessed.
 * HEP 1 and 2 carry no key, so they are refused where one is asked for.
 */
export function createKeyCheck(keys: readonly string[]): KeyCheck | undefined {
  if (keys.length === 0) return undefined;
  const expected = keys.map((key) => new TextEncoder().encode(key));
  return (packet) => {
    let matches = 0;
    for (const key of expected) matches |= equals(packet.head, packet.keyStart, packet.keyEnd, key);
    return matches === 1;
  };
}

function equals(bytes: Uint8Array, start: number, end: number, key: Uint8Array): 0 | 1 {
  const length = end - start;
  let difference = length ^ key.length;
  for (let i = 0; i < key.length; i++) difference |= (i < length ? bytes[start + i]! : 0) ^ key[i]!;
  return difference === 0 ? 1 : 0;
}

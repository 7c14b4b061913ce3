export interface HexLine {
  offset: string;
  hex: string;
  text: string;
}

/** Sixteen bytes a line, as `hexdump -C` and Wireshark show them. */
export function hexDump(bytes: Uint8Array): HexLine[] {
  const lines: HexLine[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const part = bytes.subarray(at, at + 16);
    const pairs = Array.from(part, (byte) => byte.toString(16).padStart(2, '0'));
    lines.push({
      offset: at.toString(16).padStart(6, '0'),
      hex: `${pairs.slice(0, 8).join(' ')}  ${pairs.slice(8).join(' ')}`.trimEnd(),
      text: Array.from(part, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join(''),
    });
  }
  return lines;
}

/** Bytes of base64 text. Throws when it is not base64 (atob's InvalidCharacterError). */
export function bytesOfBase64(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

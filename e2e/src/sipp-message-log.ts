/** One message as SIPp logged it (`-trace_msg`). */
export interface SippMessage {
  /** SIPp's own clock, in UTC because it is started so. */
  timestampUs: number;
  direction: 'sent' | 'received';
  transport: string;
  bytes: Uint8Array;
}

const HEADER =
  /-{47} (\d{4}-\d\d-\d\d)[ \t](\d\d:\d\d:\d\d)\.(\d{6})\r?\n(\w+) message (sent|received) [[(](\d+)[\])]? bytes[)\]]? ?:\r?\n\r?\n/y;

/** All messages of a log, byte for byte: the header of each says its length, so that whatever is in a message does not matter. */
export function parseSippMessageLog(log: Uint8Array): SippMessage[] {
  // One character a byte, so that offsets in the text are offsets in the log.
  const text = Buffer.from(log.buffer, log.byteOffset, log.byteLength).toString('latin1');
  const messages: SippMessage[] = [];
  let at = 0;
  while (at < text.length) {
    HEADER.lastIndex = at;
    const match = HEADER.exec(text);
    if (!match) {
      // Errors and warnings stand between messages.
      const next = text.indexOf('-----------------------------------------------', at + 1);
      if (next < 0) break;
      at = next;
      continue;
    }
    const [header, day, time, fraction, transport, direction, length] = match;
    const start = at + header.length;
    const end = start + Number(length);
    messages.push({
      timestampUs: Date.parse(`${day}T${time}Z`) * 1_000 + Number(fraction),
      direction: direction === 'sent' ? 'sent' : 'received',
      transport: transport!.toLowerCase(),
      bytes: log.slice(start, end),
    });
    at = end;
  }
  return messages;
}

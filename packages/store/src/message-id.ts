import { StoreError } from '@calliope/model';

/** Where a message stands in the order of everything stored: by time, then by a number that is unique among messages. */
export interface MessagePosition {
  timestampUs: number;
  id: bigint;
}

/** The public form of a position: `<time in µs>-<number>`, both in base 36. Serves as message id and as cursor. */
export function formatMessageId(timestampUs: number, id: bigint): string {
  return `${timestampUs.toString(36)}-${id.toString(36)}`;
}

/** The position that {@link formatMessageId} wrote; undefined for any other text. */
export function parseMessageId(text: string): MessagePosition | undefined {
  const match = /^([0-9a-z]{1,11})-([0-9a-z]{1,13})$/.exec(text);
  if (!match) return undefined;
  const timestampUs = Number.parseInt(match[1]!, 36);
  let id = 0n;
  for (const digit of match[2]!) id = id * 36n + BigInt(Number.parseInt(digit, 36));
  if (timestampUs > Number.MAX_SAFE_INTEGER || id > 0xffff_ffff_ffff_ffffn) return undefined;
  return { timestampUs, id };
}

/** The position a cursor stands for. Throws {@link StoreError} `query_invalid`. */
export function parseMessageCursor(cursor: string): MessagePosition {
  const position = parseMessageId(cursor);
  if (!position) throw new StoreError('query_invalid', 'The cursor is not one of ours.', { retryable: false });
  return position;
}

/** Where a call stands in the order of calls: by the time it began, then by Call-ID (as bytes). */
export interface CallPosition {
  startUs: number;
  callId: string;
}

export function formatCallCursor(position: CallPosition): string {
  return `${position.startUs.toString(36)}-${Buffer.from(position.callId).toString('base64url')}`;
}

/** The position a cursor of calls stands for. Throws {@link StoreError} `query_invalid`. */
export function parseCallCursor(cursor: string): CallPosition {
  const match = /^([0-9a-z]{1,11})-([0-9A-Za-z_-]*)$/.exec(cursor);
  const startUs = match ? Number.parseInt(match[1]!, 36) : Number.NaN;
  if (!match || !Number.isSafeInteger(startUs)) {
    throw new StoreError('query_invalid', 'The cursor is not one of ours.', { retryable: false });
  }
  return { startUs, callId: Buffer.from(match[2]!, 'base64url').toString() };
}

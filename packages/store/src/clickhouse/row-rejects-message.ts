import { defectNames, formatAddress, type Message, TRANSPORTS } from '@calliope/model';
import { formatMessageId } from '../message-id.ts';
import { ASSERTED_SAME_AS_FROM, REQUEST_SAME_AS_TO } from './batch-format.ts';
import { type SplitBlocks, storedTime } from './batch-split-blocks.ts';

/** A row of a batch as a message, for a person to look at. */
export function messageOfRow(blocks: SplitBlocks, row: number): Message {
  const text = (column: string): string => blocks.text(row, column).toString();
  const u8 = (column: string): number => blocks.fixed(row, column)[0]!;
  const u16 = (column: string): number => blocks.fixed(row, column).readUInt16LE();
  const u32 = (column: string): number => blocks.fixed(row, column).readUInt32LE();
  const timestampUs = storedTime(blocks.fixed(row, 'ts'));
  const ipVersion = u8('ip_version') === 6 ? 6 : 4;
  const address = (column: string): string =>
    formatAddress(blocks.fixed(row, column), ipVersion === 4 ? 12 : 0, ipVersion);
  const payload = new Uint8Array(blocks.text(row, 'payload'));
  return {
    id: formatMessageId(timestampUs, blocks.fixed(row, 'id').readBigUInt64LE()),
    timestampUs,
    node: text('node'),
    payloadType: u8('payload_type'),
    transport: TRANSPORTS[u8('transport')] ?? 'other',
    ipVersion,
    sourceIp: address('src_ip'),
    sourcePort: u16('src_port'),
    destinationIp: address('dst_ip'),
    destinationPort: u16('dst_port'),
    callId: text('call_id'),
    method: text('method'),
    responseCode: u16('code'),
    reasonPhrase: text('reason'),
    cseq: u32('cseq'),
    fromUser: text('from_user'),
    fromHost: text('from_host'),
    fromTag: text('from_tag'),
    toUser: text('to_user'),
    toHost: text('to_host'),
    toTag: text('to_tag'),
    requestUser: text(u8('same_users') & REQUEST_SAME_AS_TO ? 'to_user' : 'request_other'),
    requestHost: text('request_host'),
    assertedUser: text(u8('same_users') & ASSERTED_SAME_AS_FROM ? 'from_user' : 'asserted_other'),
    diversionUser: text('diversion_user'),
    userAgent: text('user_agent'),
    correlationId: text('correlation_id'),
    defects: defectNames(u32('defects')),
    size: payload.length,
    payload,
  };
}

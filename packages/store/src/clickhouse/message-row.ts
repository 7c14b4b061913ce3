import { defectNames, type Message, type MessageSummary, TRANSPORTS } from '@calliope/model';
import { formatMessageId } from '../message-id.ts';
import type { RowReader } from './row-reader.ts';
import type { Sql } from './sql-literal.ts';

/** What is read of a message, in the order of {@link readSummary}. */
export const SUMMARY_COLUMNS: Sql = [
  'ts',
  'id',
  'node',
  'payload_type',
  'transport',
  'ip_version',
  'src_ip',
  'src_port',
  'dst_ip',
  'dst_port',
  'call_id',
  'method',
  'code',
  'reason',
  'cseq',
  'from_user',
  'from_host',
  'from_tag',
  'to_user',
  'to_host',
  'to_tag',
  'request_user',
  'request_host',
  'asserted_user',
  'diversion_user',
  'user_agent',
  'correlation_id',
  'defects',
  'toUInt32(length(payload)) AS size',
].join(', ');

export const WHOLE_COLUMNS: Sql = `${SUMMARY_COLUMNS}, payload`;

/** `ts` is read as it is stored: microseconds. */
export function readSummary(row: RowReader): MessageSummary {
  const timestampUs = row.integer();
  const id = formatMessageId(timestampUs, row.u64());
  const node = row.text();
  const payloadType = row.u8();
  const transport = TRANSPORTS[row.u8()] ?? 'other';
  const ipVersion = row.u8() === 6 ? 6 : 4;
  return {
    id,
    timestampUs,
    node,
    payloadType,
    transport,
    ipVersion,
    sourceIp: row.address(ipVersion),
    sourcePort: row.u16(),
    destinationIp: row.address(ipVersion),
    destinationPort: row.u16(),
    callId: row.text(),
    method: row.text(),
    responseCode: row.u16(),
    reasonPhrase: row.text(),
    cseq: row.u32(),
    fromUser: row.text(),
    fromHost: row.text(),
    fromTag: row.text(),
    toUser: row.text(),
    toHost: row.text(),
    toTag: row.text(),
    requestUser: row.text(),
    requestHost: row.text(),
    assertedUser: row.text(),
    diversionUser: row.text(),
    userAgent: row.text(),
    correlationId: row.text(),
    defects: defectNames(row.u32()),
    size: row.u32(),
  };
}

export function readWhole(row: RowReader): Message {
  const summary = readSummary(row);
  return { ...summary, payload: row.bytes() };
}

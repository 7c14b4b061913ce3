import {
  type CapturedPacket,
  defectNames,
  Field,
  formatAddress,
  type Message,
  type MessageFields,
  type MessageTextColumn,
  PayloadType,
} from '@calliope/model';
import { formatMessageId } from '../message-id.ts';
import { storedTimestampUs } from '../search-limits.ts';
import { transportOf } from '../transport-of.ts';

/** A message with what filters compare: texts as strings of one character a byte, addresses as 16 bytes. */
export interface StoredMessage {
  message: Message;
  id: bigint;
  bytesOf: Readonly<Record<MessageTextColumn, string>>;
  source: Uint8Array;
  destination: Uint8Array;
  defects: number;
}

const NONE = new Uint8Array(0);

/** A copy of a packet and its fields. */
export function storeMessage(
  packet: CapturedPacket,
  fields: MessageFields | undefined,
  receivedNode: string,
  id: bigint,
): StoredMessage {
  const { head, ipVersion } = packet;
  const sip = packet.payloadType === PayloadType.SIP;
  const field = (slot: number): string => {
    return fields ? latin1(fields.bytes, fields.at[2 * slot]!, fields.at[2 * slot + 1]!) : '';
  };
  const user = (slot: number): string => decodePercent(field(slot));
  const correlationId = latin1(head, packet.correlationStart, packet.correlationEnd);
  const callId = sip ? field(Field.CALL_ID) : correlationId;
  const via = [fields?.at[2 * Field.VIA_TRANSPORT] ?? 0, fields?.at[2 * Field.VIA_TRANSPORT + 1] ?? 0] as const;
  const payload = Uint8Array.from(packet.payload.subarray(packet.payloadStart, packet.payloadEnd));
  const bytesOf: Record<MessageTextColumn, string> = {
    callId,
    method: field(Field.METHOD),
    reasonPhrase: field(Field.REASON_PHRASE),
    fromUser: user(Field.FROM_USER),
    fromHost: field(Field.FROM_HOST),
    fromTag: field(Field.FROM_TAG),
    toUser: user(Field.TO_USER),
    toHost: field(Field.TO_HOST),
    toTag: field(Field.TO_TAG),
    requestUser: user(Field.REQUEST_USER),
    requestHost: field(Field.REQUEST_HOST),
    assertedUser: user(Field.ASSERTED_USER),
    diversionUser: user(Field.DIVERSION_USER),
    userAgent: field(Field.USER_AGENT),
    node: nodeOf(packet, receivedNode),
    transport: transportOf(packet.protocol, fields?.bytes ?? NONE, ...via),
    correlationId: correlationId === callId ? '' : correlationId,
    payload: latin1(payload, 0, payload.length),
  };
  const { payload: _, transport: __, ...texts } = mapTexts(bytesOf, textOfBytes);
  const defects = fields ? fields.defects : sip ? 1 : 0;
  const timestampUs = storedTimestampUs(packet.timestampUs);
  const message: Message = {
    id: formatMessageId(timestampUs, id),
    timestampUs,
    payloadType: packet.payloadType,
    transport: bytesOf.transport as Message['transport'],
    ipVersion,
    sourceIp: formatAddress(head, packet.sourceAt, ipVersion),
    sourcePort: packet.sourcePort,
    destinationIp: formatAddress(head, packet.destinationAt, ipVersion),
    destinationPort: packet.destinationPort,
    responseCode: fields?.responseCode ?? 0,
    cseq: fields?.cseq ?? 0,
    defects: defectNames(defects),
    size: payload.length,
    payload,
    ...texts,
  };
  const address = (at: number): Uint8Array => sixteenBytes(head, at, ipVersion);
  return {
    message,
    id,
    bytesOf,
    source: address(packet.sourceAt),
    destination: address(packet.destinationAt),
    defects,
  };
}

function nodeOf(packet: CapturedPacket, receivedNode: string): string {
  if (packet.nodeEnd > packet.nodeStart) return latin1(packet.head, packet.nodeStart, packet.nodeEnd);
  return packet.captureId === 0 ? bytesOfText(receivedNode) : String(packet.captureId);
}

function sixteenBytes(bytes: Uint8Array, at: number, ipVersion: 4 | 6): Uint8Array {
  if (ipVersion === 6) return bytes.slice(at, at + 16);
  const mapped = new Uint8Array(16);
  mapped.fill(0xff, 10, 12);
  mapped.set(bytes.subarray(at, at + 4), 12);
  return mapped;
}

/** RFC 3261 section 25.1, `escaped`. */
function decodePercent(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', start, end);
}

/** The UTF-8 bytes of a text, one character each. */
export function bytesOfText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The text of UTF-8 bytes given one character each; invalid sequences are replaced. */
export function textOfBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function mapTexts<K extends string>(texts: Record<K, string>, map: (text: string) => string): Record<K, string> {
  return Object.fromEntries(Object.entries<string>(texts).map(([name, text]) => [name, map(text)])) as Record<
    K,
    string
  >;
}

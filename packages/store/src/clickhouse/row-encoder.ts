import {
  type CapturedPacket,
  defectBit,
  FIELD_COUNT,
  Field,
  type MessageFields,
  PayloadType,
  TRANSPORTS,
  type Transport,
} from '@calliope/model';
import { storedTimestampUs } from '../search-limits.ts';
import { transportOf } from '../transport-of.ts';
import { ASSERTED_SAME_AS_FROM, type BatchColumn, MESSAGE_COLUMNS, REQUEST_SAME_AS_TO } from './batch-format.ts';
import { ColumnBuffer } from './column-buffer.ts';
import { type NativeColumn, nativeBlock } from './native-block.ts';
import { createNodeBytes } from './node-bytes.ts';

const NONE = new Uint8Array(0);
const NO_FIELDS = new Int32Array(2 * FIELD_COUNT);
const TRANSPORT_INDEX = Object.fromEntries(TRANSPORTS.map((name, index) => [name, index])) as Record<Transport, number>;
const NOT_SIP = defectBit('not_sip');
const INITIAL_BYTES = 1 << 12;

export interface RowEncoder {
  /**
   * Appends one message. Its id is given as its two halves, and the node's name for a packet that has neither a name nor a capture id of its own.
   */
  encode(packet: CapturedPacket, fields: MessageFields | undefined, idLow: number, idHigh: number, node: string): void;
  /** The block of all rows, valid until the next {@link RowEncoder.encode}. */
  block(): Uint8Array[];
  clear(): void;
}

/** Encodes in place, column by column: no object and no string a message. */
export function createRowEncoder(): RowEncoder {
  const columns: ColumnBuffer[] = [];
  const column = (name: string): ColumnBuffer => {
    const added = new ColumnBuffer(INITIAL_BYTES);
    if (MESSAGE_COLUMNS[columns.length]?.name !== name) throw new Error(`column ${name} is out of order`);
    columns.push(added);
    return added;
  };
  const ts = column('ts');
  const id = column('id');
  const node = column('node');
  const payloadType = column('payload_type');
  const transport = column('transport');
  const ipVersion = column('ip_version');
  const sourceIp = column('src_ip');
  const sourcePort = column('src_port');
  const destinationIp = column('dst_ip');
  const destinationPort = column('dst_port');
  const callId = column('call_id');
  const method = column('method');
  const code = column('code');
  const reason = column('reason');
  const cseq = column('cseq');
  const fromUser = column('from_user');
  const fromHost = column('from_host');
  const fromTag = column('from_tag');
  const toUser = column('to_user');
  const toHost = column('to_host');
  const toTag = column('to_tag');
  const requestOther = column('request_other');
  const requestHost = column('request_host');
  const assertedOther = column('asserted_other');
  const sameUsers = column('same_users');
  const diversionUser = column('diversion_user');
  const userAgent = column('user_agent');
  const correlationId = column('correlation_id');
  const defects = column('defects');
  const payload = column('payload');

  const nodeBytes = createNodeBytes();
  let rows = 0;

  function encode(
    packet: CapturedPacket,
    fields: MessageFields | undefined,
    idLow: number,
    idHigh: number,
    receivedNode: string,
  ): void {
    const source = fields ? fields.bytes : NONE;
    const at = fields ? fields.at : NO_FIELDS;
    const { head, correlationStart, correlationEnd } = packet;
    const sip = packet.payloadType === PayloadType.SIP;

    ts.twoWords(storedTimestampUs(packet.timestampUs));
    id.word(idLow);
    id.word(idHigh);
    nodeBytes.find(packet, receivedNode);
    node.text(nodeBytes.bytes, nodeBytes.start, nodeBytes.end);
    payloadType.u8(packet.payloadType);
    const { protocol } = packet;
    transport.u8(
      TRANSPORT_INDEX[transportOf(protocol, source, at[2 * Field.VIA_TRANSPORT]!, at[2 * Field.VIA_TRANSPORT + 1]!)],
    );
    ipVersion.u8(packet.ipVersion);
    sourceIp.addressWords(head, packet.sourceAt, packet.ipVersion);
    sourcePort.u16(packet.sourcePort);
    destinationIp.addressWords(head, packet.destinationAt, packet.ipVersion);
    destinationPort.u16(packet.destinationPort);

    const callIdStart = at[2 * Field.CALL_ID]!;
    const callIdEnd = at[2 * Field.CALL_ID + 1]!;
    if (sip) callId.text(source, callIdStart, callIdEnd);
    else callId.text(head, correlationStart, correlationEnd);
    method.text(source, at[2 * Field.METHOD]!, at[2 * Field.METHOD + 1]!);
    code.u16(fields ? fields.responseCode : 0);
    reason.text(source, at[2 * Field.REASON_PHRASE]!, at[2 * Field.REASON_PHRASE + 1]!);
    cseq.word(fields ? fields.cseq : 0);

    const fromStart = at[2 * Field.FROM_USER]!;
    const fromEnd = at[2 * Field.FROM_USER + 1]!;
    fromUser.user(source, fromStart, fromEnd);
    fromHost.text(source, at[2 * Field.FROM_HOST]!, at[2 * Field.FROM_HOST + 1]!);
    fromTag.text(source, at[2 * Field.FROM_TAG]!, at[2 * Field.FROM_TAG + 1]!);
    const toStart = at[2 * Field.TO_USER]!;
    const toEnd = at[2 * Field.TO_USER + 1]!;
    toUser.user(source, toStart, toEnd);
    toHost.text(source, at[2 * Field.TO_HOST]!, at[2 * Field.TO_HOST + 1]!);
    toTag.text(source, at[2 * Field.TO_TAG]!, at[2 * Field.TO_TAG + 1]!);

    let same = 0;
    const requestStart = at[2 * Field.REQUEST_USER]!;
    const requestEnd = at[2 * Field.REQUEST_USER + 1]!;
    if (isSame(source, requestStart, requestEnd, source, toStart, toEnd)) {
      same |= REQUEST_SAME_AS_TO;
      requestOther.u8(0);
    } else requestOther.user(source, requestStart, requestEnd);
    requestHost.text(source, at[2 * Field.REQUEST_HOST]!, at[2 * Field.REQUEST_HOST + 1]!);
    const assertedStart = at[2 * Field.ASSERTED_USER]!;
    const assertedEnd = at[2 * Field.ASSERTED_USER + 1]!;
    if (isSame(source, assertedStart, assertedEnd, source, fromStart, fromEnd)) {
      same |= ASSERTED_SAME_AS_FROM;
      assertedOther.u8(0);
    } else assertedOther.user(source, assertedStart, assertedEnd);
    sameUsers.u8(same);
    diversionUser.user(source, at[2 * Field.DIVERSION_USER]!, at[2 * Field.DIVERSION_USER + 1]!);
    userAgent.text(source, at[2 * Field.USER_AGENT]!, at[2 * Field.USER_AGENT + 1]!);

    // Of another payload type the correlation id is the Call-ID already.
    if (!sip || isSame(head, correlationStart, correlationEnd, source, callIdStart, callIdEnd)) correlationId.u8(0);
    else correlationId.text(head, correlationStart, correlationEnd);
    defects.word(fields ? fields.defects : sip ? NOT_SIP : 0);
    payload.text(packet.payload, packet.payloadStart, packet.payloadEnd);
    rows++;
  }

  return {
    encode,
    block: () =>
      nativeBlock(
        rows,
        columns.map((buffer, index) => nativeColumn(MESSAGE_COLUMNS[index]!, buffer)),
      ),
    clear() {
      rows = 0;
      for (const buffer of columns) buffer.length = 0;
    },
  };
}

/** What the table keeps as LowCardinality is a plain text here: the database makes its dictionaries itself. */
function nativeColumn({ name, type }: BatchColumn, buffer: ColumnBuffer): NativeColumn {
  return { name, type, content: [buffer.content()] };
}

/** False for what is empty. */
function isSame(a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number, bEnd: number): boolean {
  const size = aEnd - aStart;
  if (size === 0 || size !== bEnd - bStart) return false;
  for (let i = 0; i < size; i++) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

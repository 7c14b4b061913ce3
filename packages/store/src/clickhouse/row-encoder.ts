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
import { ASSERTED_SAME_AS_FROM, REQUEST_SAME_AS_TO } from './batch-format.ts';
import type { RowBuffer } from './row-buffer.ts';

const NONE = new Uint8Array(0);
const NO_FIELDS = new Int32Array(2 * FIELD_COUNT);
const TRANSPORT_INDEX = Object.fromEntries(TRANSPORTS.map((name, index) => [name, index])) as Record<Transport, number>;
const NOT_SIP = defectBit('not_sip');

/** More than the numbers and the lengths of all texts of a row take. */
const ROW_OVERHEAD = 256;

export interface RowEncoder {
  /**
   * Appends one row of version 1 (see `batch-format.ts`). The message's id is given as its two halves, and the node's name for a packet
   * that has neither a name nor a capture id of its own.
   */
  encode(packet: CapturedPacket, fields: MessageFields | undefined, idLow: number, idHigh: number, node: string): void;
}

/** Encodes in place into `out`: no object and no string a message. */
export function createRowEncoder(out: RowBuffer): RowEncoder {
  let receivedNode = '';
  let receivedNodeBytes: Uint8Array = NONE;
  let captureId = 0;
  let captureIdBytes: Uint8Array = Buffer.from('0');

  function encodeNode(packet: CapturedPacket, node: string): void {
    if (packet.nodeEnd > packet.nodeStart) {
      out.text(packet.head, packet.nodeStart, packet.nodeEnd);
    } else if (packet.captureId !== 0) {
      if (packet.captureId !== captureId) {
        captureId = packet.captureId;
        captureIdBytes = Buffer.from(String(captureId));
      }
      out.text(captureIdBytes, 0, captureIdBytes.length);
    } else {
      if (node !== receivedNode) {
        receivedNode = node;
        receivedNodeBytes = Buffer.from(node);
      }
      out.text(receivedNodeBytes, 0, receivedNodeBytes.length);
    }
  }

  /** Writes a user, or '' when it is the same as the one written at `other`; says which. */
  function encodeUserUnlessSame(bytes: Uint8Array, start: number, end: number, other: number): boolean {
    const at = out.length;
    out.user(bytes, start, end);
    if (end === start || !out.sameText(at, other)) return false;
    out.length = at;
    out.u8(0);
    return true;
  }

  function encode(
    packet: CapturedPacket,
    fields: MessageFields | undefined,
    idLow: number,
    idHigh: number,
    node: string,
  ): void {
    const bytes = fields ? fields.bytes : NONE;
    const at = fields ? fields.at : NO_FIELDS;
    const { head, payload, payloadStart, payloadEnd, correlationStart, correlationEnd } = packet;
    const correlationLength = correlationEnd - correlationStart;
    let room = ROW_OVERHEAD + payloadEnd - payloadStart + 2 * correlationLength + packet.nodeEnd - packet.nodeStart;
    for (let slot = 0; slot < 2 * Field.VIA_BRANCH; slot += 2) room += at[slot + 1]! - at[slot]!;
    out.reserve(room + 4 * node.length);

    out.u64(storedTimestampUs(packet.timestampUs));
    out.u32(idLow);
    out.u32(idHigh);
    encodeNode(packet, node);
    out.u8(packet.payloadType);
    const transport = transportOf(
      packet.protocol,
      bytes,
      at[2 * Field.VIA_TRANSPORT]!,
      at[2 * Field.VIA_TRANSPORT + 1]!,
    );
    out.u8(TRANSPORT_INDEX[transport]);
    out.u8(packet.ipVersion);
    out.address(head, packet.sourceAt, packet.ipVersion);
    out.u16(packet.sourcePort);
    out.address(head, packet.destinationAt, packet.ipVersion);
    out.u16(packet.destinationPort);

    const sip = packet.payloadType === PayloadType.SIP;
    const callIdAt = out.length;
    if (sip) out.text(bytes, at[2 * Field.CALL_ID]!, at[2 * Field.CALL_ID + 1]!);
    else out.text(head, correlationStart, correlationEnd);
    out.text(bytes, at[2 * Field.METHOD]!, at[2 * Field.METHOD + 1]!);
    out.u16(fields ? fields.responseCode : 0);
    out.text(bytes, at[2 * Field.REASON_PHRASE]!, at[2 * Field.REASON_PHRASE + 1]!);
    out.u32(fields ? fields.cseq : 0);

    const fromAt = out.length;
    out.user(bytes, at[2 * Field.FROM_USER]!, at[2 * Field.FROM_USER + 1]!);
    out.text(bytes, at[2 * Field.FROM_HOST]!, at[2 * Field.FROM_HOST + 1]!);
    out.text(bytes, at[2 * Field.FROM_TAG]!, at[2 * Field.FROM_TAG + 1]!);
    const toAt = out.length;
    out.user(bytes, at[2 * Field.TO_USER]!, at[2 * Field.TO_USER + 1]!);
    out.text(bytes, at[2 * Field.TO_HOST]!, at[2 * Field.TO_HOST + 1]!);
    out.text(bytes, at[2 * Field.TO_TAG]!, at[2 * Field.TO_TAG + 1]!);

    let same = 0;
    const { REQUEST_USER, ASSERTED_USER } = Field;
    if (encodeUserUnlessSame(bytes, at[2 * REQUEST_USER]!, at[2 * REQUEST_USER + 1]!, toAt)) same |= REQUEST_SAME_AS_TO;
    out.text(bytes, at[2 * Field.REQUEST_HOST]!, at[2 * Field.REQUEST_HOST + 1]!);
    if (encodeUserUnlessSame(bytes, at[2 * ASSERTED_USER]!, at[2 * ASSERTED_USER + 1]!, fromAt)) {
      same |= ASSERTED_SAME_AS_FROM;
    }
    out.u8(same);
    out.user(bytes, at[2 * Field.DIVERSION_USER]!, at[2 * Field.DIVERSION_USER + 1]!);
    out.text(bytes, at[2 * Field.USER_AGENT]!, at[2 * Field.USER_AGENT + 1]!);

    const correlationAt = out.length;
    out.text(head, correlationStart, correlationEnd);
    if (out.sameText(correlationAt, callIdAt)) {
      out.length = correlationAt;
      out.u8(0);
    }
    out.u32(fields ? fields.defects : sip ? NOT_SIP : 0);
    out.text(payload, payloadStart, payloadEnd);
  }

  return { encode };
}

import { type CapturedPacket, Field, type MessageFields, PayloadType } from '@calliope/model';
import { storedTimestampUs } from '../search-limits.ts';
import { ColumnBuffer } from './column-buffer.ts';
import { nativeBlock } from './native-block.ts';
import type { NodeBytes } from './node-bytes.ts';
import { OBSERVATION_COLUMNS } from './observations-table.ts';

export interface ObservationEncoder {
  /** Another copy of the message that is stored with the time `keptUs`, seen by `node`, from the address in the sixteen bytes of `sender`. */
  encode(
    packet: CapturedPacket,
    fields: MessageFields | undefined,
    keptUs: number,
    node: NodeBytes,
    sender: Uint8Array,
  ): void;
  readonly rows: number;
  /** The block of all rows, valid until the next {@link ObservationEncoder.encode}. */
  block(): Uint8Array[];
  clear(): void;
}

const INITIAL_BYTES = 1 << 10;

/** Encodes in place, column by column: no object and no string a row. */
export function createObservationEncoder(): ObservationEncoder {
  const columns = OBSERVATION_COLUMNS.map(() => new ColumnBuffer(INITIAL_BYTES));
  const column = (name: string): ColumnBuffer => columns[OBSERVATION_COLUMNS.findIndex((of) => of.name === name)]!;
  const ts = column('ts');
  const callId = column('call_id');
  const sourceIp = column('src_ip');
  const sourcePort = column('src_port');
  const destinationIp = column('dst_ip');
  const destinationPort = column('dst_port');
  const size = column('size');
  const nodeName = column('node');
  const senderIp = column('sender');
  const seen = column('seen');
  let rows = 0;

  return {
    encode(packet, fields, keptUs, node, sender) {
      const { head, ipVersion } = packet;
      ts.i64(storedTimestampUs(keptUs));
      // As in the table of messages.
      if (packet.payloadType !== PayloadType.SIP) callId.text(head, packet.correlationStart, packet.correlationEnd);
      else if (fields) callId.text(fields.bytes, fields.at[2 * Field.CALL_ID]!, fields.at[2 * Field.CALL_ID + 1]!);
      else callId.u8(0);
      sourceIp.address(head, packet.sourceAt, ipVersion);
      sourcePort.u16(packet.sourcePort);
      destinationIp.address(head, packet.destinationAt, ipVersion);
      destinationPort.u16(packet.destinationPort);
      size.u32(packet.payloadEnd - packet.payloadStart);
      nodeName.text(node.bytes, node.start, node.end);
      senderIp.raw(sender, 0, 16);
      seen.i64(storedTimestampUs(packet.timestampUs));
      rows++;
    },
    get rows() {
      return rows;
    },
    block: () =>
      nativeBlock(
        rows,
        OBSERVATION_COLUMNS.map(({ name, type }, index) => ({ name, type, content: [columns[index]!.content()] })),
      ),
    clear() {
      rows = 0;
      for (const buffer of columns) buffer.length = 0;
    },
  };
}

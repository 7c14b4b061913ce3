import { emptyFields, emptyPacket, Field, type MessageFields, PayloadType, TRANSPORTS } from '@calliope/model';
import { MAX_TIMESTAMP_US } from '../search-limits.ts';
import { ASSERTED_SAME_AS_FROM, REQUEST_SAME_AS_TO } from './batch-format.ts';
import type { SplitColumn, SplitColumns } from './batch-split-columns.ts';
import { columnOf } from './batch-split-salvage.ts';
import { createCallFragments } from './call-fragments.ts';
import { ColumnBuffer } from './column-buffer.ts';
import { nativeBlock } from './native-block.ts';

/** Makes blocks of some of a batch's rows. */
export interface SplitBlocks {
  messages(rows: readonly number[]): Uint8Array[];
  /** The fragments of calls that these rows make. */
  calls(rows: readonly number[]): Uint8Array[];
  /** A text of a row, '' where it cannot be believed. */
  text(row: number, column: string): Buffer;
  /** The bytes of a number, least first. */
  fixed(row: number, column: string): Buffer;
  /** When it is stored under, microseconds. */
  time(row: number): number;
}

export interface SplitBlocksOptions {
  split: SplitColumns;
  /** From which row on a column's texts are taken for ''. */
  doubtfulFrom: ReadonlyMap<string, number>;
  /** Id of the batch's first message. */
  firstId: bigint;
}

const NOTHING = Buffer.alloc(0);
const OTHER_TRANSPORT = TRANSPORTS.indexOf('other');
const PERCENT = 0x25;

export function createSplitBlocks({ split, doubtfulFrom, firstId }: SplitBlocksOptions): SplitBlocks {
  const byName = new Map(split.columns.map((column) => [column.name, column]));
  const named = (name: string): SplitColumn => byName.get(name) ?? columnOf(split, name);

  function valueAt(row: number, column: SplitColumn): Buffer {
    if (column.width === 0 && row >= (doubtfulFrom.get(column.name) ?? split.rows)) return NOTHING;
    return split.bytes.subarray(column.starts[row]!, column.ends[row]!);
  }
  const text = (row: number, name: string): Buffer => valueAt(row, named(name));
  const fixed = text;

  /** What a damaged number may not be is put right: its batch would not go in. */
  function append(out: ColumnBuffer, row: number, column: SplitColumn): void {
    const value = valueAt(row, column);
    if (column.width === 0) out.text(value, 0, value.length);
    else if (column.name === 'ts') out.i64(storedTime(value));
    else if (column.name === 'id') out.raw(idBytes(firstId + BigInt(row)), 0, 8);
    else if (column.name === 'transport') out.u8(Math.min(value[0]!, OTHER_TRANSPORT));
    else out.raw(value, 0, value.length);
  }

  function messages(rows: readonly number[]): Uint8Array[] {
    return nativeBlock(
      rows.length,
      split.columns.map((column) => {
        const out = new ColumnBuffer(1024);
        for (const row of rows) append(out, row, column);
        return { name: column.name, type: column.type, content: [out.content()] };
      }),
    );
  }

  function calls(rows: readonly number[]): Uint8Array[] {
    const fragments = createCallFragments();
    const packet = emptyPacket();
    const fields = emptyFields();
    const node = { bytes: NOTHING as Uint8Array, start: 0, end: 0, find: () => {} };
    packet.head = split.bytes;
    packet.payloadType = PayloadType.SIP;
    for (const row of rows) {
      if (fixed(row, 'payload_type')[0] !== PayloadType.SIP) continue;
      packet.timestampUs = storedTime(fixed(row, 'ts'));
      packet.ipVersion = fixed(row, 'ip_version')[0] === 6 ? 6 : 4;
      // IPv4 stands at the end of the sixteen bytes (RFC 4291 section 2.5.5.2).
      const offset = packet.ipVersion === 4 ? 12 : 0;
      packet.sourceAt = named('src_ip').starts[row]! + offset;
      packet.destinationAt = named('dst_ip').starts[row]! + offset;
      fillFields(fields, row);
      node.bytes = text(row, 'node');
      node.end = node.bytes.length;
      fragments.fold(packet, fields, node);
    }
    return fragments.block();
  }

  function fillFields(fields: MessageFields, row: number): void {
    const same = fixed(row, 'same_users')[0]!;
    const requestUser = text(row, same & REQUEST_SAME_AS_TO ? 'to_user' : 'request_other');
    const assertedUser = text(row, same & ASSERTED_SAME_AS_FROM ? 'from_user' : 'asserted_other');
    const texts: [slot: number, value: Buffer][] = [
      [Field.CALL_ID, text(row, 'call_id')],
      [Field.METHOD, text(row, 'method')],
      [Field.REASON_PHRASE, text(row, 'reason')],
      [Field.FROM_USER, escaped(text(row, 'from_user'))],
      [Field.FROM_HOST, text(row, 'from_host')],
      [Field.FROM_TAG, text(row, 'from_tag')],
      [Field.TO_USER, escaped(text(row, 'to_user'))],
      [Field.TO_HOST, text(row, 'to_host')],
      [Field.TO_TAG, text(row, 'to_tag')],
      [Field.REQUEST_USER, escaped(requestUser)],
      [Field.ASSERTED_USER, escaped(assertedUser)],
      [Field.USER_AGENT, text(row, 'user_agent')],
    ];
    fields.at.fill(0);
    let end = 0;
    for (const [slot, value] of texts) {
      fields.at[2 * slot] = end;
      end += value.length;
      fields.at[2 * slot + 1] = end;
    }
    fields.bytes = Buffer.concat(texts.map(([, value]) => value));
    fields.responseCode = fixed(row, 'code').readUInt16LE();
  }

  return { messages, calls, text, fixed, time: (row) => storedTime(fixed(row, 'ts')) };
}

/** Microseconds, as a writer would have stored them. */
export function storedTime(value: Buffer): number {
  const us = Number(value.readBigInt64LE());
  return us < 0 ? 0 : Math.min(us, MAX_TIMESTAMP_US);
}

/** Users are stored with their escapes resolved, and are resolved again when they are folded. */
function escaped(user: Buffer): Buffer {
  if (!user.includes(PERCENT)) return user;
  return Buffer.from(user.toString('latin1').replaceAll('%', '%25'), 'latin1');
}

function idBytes(id: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(id);
  return bytes;
}

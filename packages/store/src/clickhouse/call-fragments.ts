import { type CapturedPacket, Field, type MessageFields } from '@calliope/model';
import { FOLDED_METHODS } from '../call-methods.ts';
import { storedTimestampUs } from '../search-limits.ts';
import { createByteTable } from './byte-table.ts';
import { CALL_FRAGMENT_COLUMNS } from './calls-table.ts';
import { ColumnBuffer, unescapeUser } from './column-buffer.ts';
import { grown } from './grown.ts';
import { SLOT_US } from './messages-table.ts';
import { nativeBlock } from './native-block.ts';
import type { NodeBytes } from './node-bytes.ts';
import { createPackedTexts } from './packed-texts.ts';
import { createSeenTexts } from './seen-texts.ts';

/** Times of a fragment. Of those before `LAST` the least counts, from it on the greatest. */
const Time = {
  FIRST: 0,
  INVITE: 1,
  TRYING: 2,
  RINGING: 3,
  ACK: 4,
  CANCEL: 5,
  BYE: 6,
  FIRST_FAILURE: 7,
  LAST: 8,
  LAST_INVITE: 9,
} as const;
const TIMES = 10;
const NEVER_LOW = 0xffffffff;
const NEVER_HIGH = 0x7fffffff;

/** Packed texts of a fragment. */
const Packed = { ANSWER: 0, FAILURE: 1, CHALLENGE: 2, IDENTITY: 3, ASSERTED: 4 } as const;
const PACKED = 5;

const METHODS = FOLDED_METHODS.map((name) => Buffer.from(name));
const INVITE = FOLDED_METHODS.indexOf('INVITE');
const ACK = FOLDED_METHODS.indexOf('ACK');
const CANCEL = FOLDED_METHODS.indexOf('CANCEL');
const BYE = FOLDED_METHODS.indexOf('BYE');

const FIRST_CAPACITY = 1 << 10;

/** Folds the messages of a batch into fragments of calls: what the batch says of one Call-ID within one slot of time. */
export interface CallFragments {
  /** A SIP message; `node` holds the name of its node. Messages without Call-ID and of methods that make no call are passed over. */
  fold(packet: CapturedPacket, fields: MessageFields, node: NodeBytes): void;
  /** A copy of a SIP message that is stored with the time `keptUs`, which may be in another batch: the call was seen at that node too. */
  foldCopy(fields: MessageFields, keptUs: number, node: NodeBytes): void;
  readonly count: number;
  /** All fragments as one block, valid until the next {@link CallFragments.fold}. */
  block(): Uint8Array[];
  clear(): void;
}

/**
 * Rules at `RawCallRecord` in `@calliope/calls`, columns in `calls-table.ts`. Without an object or a string a message: a fragment is a place in typed arrays.
 * Done here and not by the database, for which it was the largest part of an insert (`docs/decisions/0007-batches-in-columns.md`).
 */
export function createCallFragments(): CallFragments {
  const callIds = createByteTable();
  const seen = createSeenTexts();
  const packed = createPackedTexts(PACKED);
  const { texts } = packed;
  let capacity = FIRST_CAPACITY;
  let count = 0;
  /** By the number of the Call-ID: its newest fragment + 1; further fragments (other slots) by `nextOfCall`. */
  let firstOfCall = new Int32Array(capacity);
  let nextOfCall = new Int32Array(capacity);
  let callOf = new Int32Array(capacity);
  let slots = new Uint32Array(capacity);
  let times = new Float64Array(capacity * TIMES);
  let methods = new Uint16Array(capacity);
  let messages = new Uint32Array(capacity);

  function grow(): void {
    capacity *= 2;
    firstOfCall = grown(firstOfCall, new Int32Array(capacity));
    nextOfCall = grown(nextOfCall, new Int32Array(capacity));
    callOf = grown(callOf, new Int32Array(capacity));
    slots = grown(slots, new Uint32Array(capacity));
    times = grown(times, new Float64Array(capacity * TIMES));
    methods = grown(methods, new Uint16Array(capacity));
    messages = grown(messages, new Uint32Array(capacity));
  }

  function fragmentOf(call: number, isNewCall: boolean, slot: number): number {
    if (!isNewCall) {
      for (let index = firstOfCall[call]! - 1; index >= 0; index = nextOfCall[index]! - 1)
        if (slots[index] === slot) return index;
    }
    if (count === capacity) grow();
    const index = count++;
    nextOfCall[index] = isNewCall ? 0 : firstOfCall[call]!;
    firstOfCall[call] = index + 1;
    callOf[index] = call;
    slots[index] = slot;
    const base = index * TIMES;
    for (let time = 0; time < Time.LAST; time++) times[base + time] = Number.POSITIVE_INFINITY;
    times[base + Time.LAST] = times[base + Time.LAST_INVITE] = -1;
    methods[index] = 0;
    messages[index] = 0;
    seen.open(index);
    packed.open(index);
    return index;
  }

  function earliest(at: number, us: number): void {
    if (us < times[at]!) times[at] = us;
  }

  function latest(at: number, us: number): void {
    if (us > times[at]!) times[at] = us;
  }

  function foldInvite(fragment: number, us: number, fields: MessageFields): void {
    const base = fragment * TIMES;
    const { at, bytes, responseCode } = fields;
    if (responseCode === 0) {
      if (at[2 * Field.TO_TAG + 1]! > at[2 * Field.TO_TAG]!) return;
      earliest(base + Time.INVITE, us);
      latest(base + Time.LAST_INVITE, us);
      const start = at[2 * Field.ASSERTED_USER]!;
      const end = at[2 * Field.ASSERTED_USER + 1]!;
      if (end > start && us <= packed.us(fragment, Packed.ASSERTED)) {
        const at = texts.length;
        timeBytes(texts, us);
        rawUser(texts, bytes, start, end);
        packed.least(fragment, Packed.ASSERTED, us, at);
      }
      return;
    }
    if (responseCode === 100) earliest(base + Time.TRYING, us);
    else if (responseCode >= 180 && responseCode <= 199) earliest(base + Time.RINGING, us);
    if (responseCode < 200 || responseCode > 699) return;
    const candidate = texts.length;
    timeBytes(texts, us);
    texts.u8(responseCode >>> 8);
    texts.u8(responseCode);
    texts.raw(bytes, at[2 * Field.REASON_PHRASE]!, at[2 * Field.REASON_PHRASE + 1]!);
    if (responseCode < 300) packed.least(fragment, Packed.ANSWER, us, candidate);
    else if (responseCode === 401 || responseCode === 407) packed.greatest(fragment, Packed.CHALLENGE, us, candidate);
    else {
      earliest(base + Time.FIRST_FAILURE, us);
      packed.greatest(fragment, Packed.FAILURE, us, candidate);
    }
  }

  function foldIdentity(
    fragment: number,
    us: number,
    isInitial: boolean,
    packet: CapturedPacket,
    fields: MessageFields,
  ): void {
    // Ordered by rank, then time: an initial INVITE is before everything else.
    const order = isInitial ? us - 2 ** 53 : us;
    if (order > packed.us(fragment, Packed.IDENTITY)) return;
    const { at, bytes, responseCode } = fields;
    const { head, ipVersion, sourceAt, destinationAt } = packet;
    const candidate = texts.length;
    texts.u8(isInitial ? 0x30 : 0x31);
    timeBytes(texts, us);
    texts.address(head, responseCode !== 0 ? destinationAt : sourceAt, ipVersion);
    texts.address(head, responseCode !== 0 ? sourceAt : destinationAt, ipVersion);
    const lengthsAt = texts.length;
    for (let i = 0; i < 4; i++) texts.u32(0);
    rawUser(texts, bytes, at[2 * Field.FROM_USER]!, at[2 * Field.FROM_USER + 1]!);
    const fromUserEnd = texts.length;
    texts.raw(bytes, at[2 * Field.FROM_HOST]!, at[2 * Field.FROM_HOST + 1]!);
    const fromHostEnd = texts.length;
    rawUser(texts, bytes, at[2 * Field.TO_USER]!, at[2 * Field.TO_USER + 1]!);
    const toUserEnd = texts.length;
    texts.raw(bytes, at[2 * Field.TO_HOST]!, at[2 * Field.TO_HOST + 1]!);
    const toHostEnd = texts.length;
    bigEndian(texts.bytes, lengthsAt, fromUserEnd - lengthsAt - 16);
    bigEndian(texts.bytes, lengthsAt + 4, fromHostEnd - fromUserEnd);
    bigEndian(texts.bytes, lengthsAt + 8, toUserEnd - fromHostEnd);
    bigEndian(texts.bytes, lengthsAt + 12, toHostEnd - toUserEnd);
    if (responseCode === 0) rawUser(texts, bytes, at[2 * Field.REQUEST_USER]!, at[2 * Field.REQUEST_USER + 1]!);
    packed.least(fragment, Packed.IDENTITY, order, candidate);
  }

  function fold(packet: CapturedPacket, fields: MessageFields, node: NodeBytes): void {
    const { at, bytes, responseCode } = fields;
    const callIdStart = at[2 * Field.CALL_ID]!;
    const callIdEnd = at[2 * Field.CALL_ID + 1]!;
    if (callIdEnd === callIdStart) return;
    const method = methodOf(bytes, at[2 * Field.METHOD]!, at[2 * Field.METHOD + 1]!);
    if (method < 0) return;
    const us = storedTimestampUs(packet.timestampUs);
    const known = callIds.count;
    const call = callIds.intern(0, bytes, callIdStart, callIdEnd);
    const fragment = fragmentOf(call, call === known, slotOf(us));
    const base = fragment * TIMES;
    messages[fragment]!++;
    methods[fragment]! |= 1 << method;
    earliest(base + Time.FIRST, us);
    latest(base + Time.LAST, us);
    if (method === INVITE) foldInvite(fragment, us, fields);
    else if (responseCode === 0) {
      if (method === ACK) earliest(base + Time.ACK, us);
      else if (method === CANCEL) earliest(base + Time.CANCEL, us);
      else if (method === BYE) earliest(base + Time.BYE, us);
    }
    const isInitial = method === INVITE && responseCode === 0 && at[2 * Field.TO_TAG] === at[2 * Field.TO_TAG + 1];
    foldIdentity(fragment, us, isInitial, packet, fields);
    const { head, ipVersion } = packet;
    seen.host(fragment, head, packet.sourceAt, ipVersion);
    seen.host(fragment, head, packet.destinationAt, ipVersion);
    seen.name(fragment, 'userAgent', bytes, at[2 * Field.USER_AGENT]!, at[2 * Field.USER_AGENT + 1]!);
    seen.name(fragment, 'node', node.bytes, node.start, node.end);
  }

  function foldCopy({ at, bytes }: MessageFields, keptUs: number, node: NodeBytes): void {
    const start = at[2 * Field.CALL_ID]!;
    const end = at[2 * Field.CALL_ID + 1]!;
    if (end === start || node.end === node.start) return;
    if (methodOf(bytes, at[2 * Field.METHOD]!, at[2 * Field.METHOD + 1]!) < 0) return;
    const known = callIds.count;
    const call = callIds.intern(0, bytes, start, end);
    const fragment = fragmentOf(call, call === known, slotOf(storedTimestampUs(keptUs)));
    seen.name(fragment, 'node', node.bytes, node.start, node.end);
  }

  function timeColumn(time: number): Uint8Array[] {
    const halves = new Uint32Array(2 * count);
    for (let index = 0, at = time, o = 0; index < count; index++, at += TIMES) {
      const us = times[at]!;
      if (us === Number.POSITIVE_INFINITY) {
        halves[o++] = NEVER_LOW;
        halves[o++] = NEVER_HIGH;
      } else {
        const high = Math.floor(us / 0x1_0000_0000);
        halves[o++] = us - high * 0x1_0000_0000;
        halves[o++] = high;
      }
    }
    return [bytesOf(halves)];
  }

  function callIdColumn(): Uint8Array[] {
    const column = new ColumnBuffer(48 * count);
    for (let index = 0; index < count; index++) {
      const call = callOf[index]!;
      column.text(callIds.bytes, callIds.starts[call]! + 1, callIds.starts[call + 1]!);
    }
    return [column.content()];
  }

  function messageCountColumn(): Uint8Array[] {
    const halves = new Uint32Array(2 * count);
    for (let index = 0; index < count; index++) halves[2 * index] = messages[index]!;
    return [bytesOf(halves)];
  }

  const contentOf: Record<string, () => Uint8Array[]> = {
    slot: () => [new Uint8Array(slots.buffer, 0, 4 * count)],
    call_id: callIdColumn,
    first_us: () => timeColumn(Time.FIRST),
    last_us: () => timeColumn(Time.LAST),
    invite_us: () => timeColumn(Time.INVITE),
    last_invite_us: () => timeColumn(Time.LAST_INVITE),
    trying_us: () => timeColumn(Time.TRYING),
    ringing_us: () => timeColumn(Time.RINGING),
    ack_us: () => timeColumn(Time.ACK),
    cancel_us: () => timeColumn(Time.CANCEL),
    bye_us: () => timeColumn(Time.BYE),
    first_failure_us: () => timeColumn(Time.FIRST_FAILURE),
    answer: () => packed.column(Packed.ANSWER, count, 0xff),
    failure: () => packed.column(Packed.FAILURE, count, undefined),
    challenge: () => packed.column(Packed.CHALLENGE, count, undefined),
    identity: () => packed.column(Packed.IDENTITY, count, 0xff),
    asserted: () => packed.column(Packed.ASSERTED, count, 0xff),
    seen: () => seen.column(count),
    methods: () => [new Uint8Array(methods.buffer, 0, 2 * count)],
    message_count: messageCountColumn,
  };

  return {
    fold,
    foldCopy,
    get count() {
      return count;
    },
    block: () =>
      nativeBlock(
        count,
        CALL_FRAGMENT_COLUMNS.map(({ name, type }) => ({ name, type, content: contentOf[name]!() })),
      ),
    clear() {
      count = 0;
      callIds.clear();
      seen.clear();
      packed.clear();
    },
  };
}

/** Beginning of the slot, in seconds. */
function slotOf(us: number): number {
  return Math.floor(us / SLOT_US) * (SLOT_US / 1_000_000);
}

function bytesOf(values: Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, 0, values.byteLength);
}

/** Index in {@link FOLDED_METHODS}, or -1. */
function methodOf(bytes: Uint8Array, start: number, end: number): number {
  const size = end - start;
  for (let method = 0; method < METHODS.length; method++) {
    const name = METHODS[method]!;
    if (name.length !== size || name[0] !== bytes[start]) continue;
    let i = 1;
    while (i < size && name[i] === bytes[start + i]) i++;
    if (i === size) return method;
  }
  return -1;
}

/** Big-endian, so that the order of the bytes is that of the numbers. */
function timeBytes(out: ColumnBuffer, us: number): void {
  out.reserve(8);
  const high = Math.floor(us / 0x1_0000_0000);
  bigEndian(out.bytes, out.length, high);
  bigEndian(out.bytes, out.length + 4, us - high * 0x1_0000_0000);
  out.length += 8;
}

function bigEndian(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

function rawUser(out: ColumnBuffer, bytes: Uint8Array, start: number, end: number): void {
  for (let i = start; i < end; i++) {
    if (bytes[i] !== 0x25) continue;
    const decoded = unescapeUser(bytes, start, end);
    out.raw(decoded, 0, decoded.length);
    return;
  }
  out.raw(bytes, start, end);
}

import { CALL_METHODS, CALL_SET_LIMIT } from '@calliope/calls';
import { FOLDED_METHODS } from '../call-methods.ts';
import type { BatchColumn } from './batch-format.ts';
import { integerLiteral, type Sql, stringLiteral } from './sql-literal.ts';
import { tableSettings } from './table-settings.ts';

/** Time of what did not happen, where the least time counts. */
export const NEVER = '9223372036854775807';
/** Time of what did not happen, where the greatest time counts. */
export const BEFORE_ALL = '-1';

/**
 * Aggregates of a call's messages, one column each, by the table at `RawCallRecord` in `@calliope/calls`: how the column is merged,
 * and its type.
 *
 * What is a group of values there is one text here, packed so that the order of bytes is the order of the values: merging tuples and several arrays took
 * three times as long (`docs/decisions/0003-storage-layout.md`).
 */
interface CallAggregate {
  name: string;
  merge: 'min' | 'max' | 'sum' | 'groupBitOr' | `groupUniqArrayArray(${number})`;
  type: string;
}

/** Kinds of members of the column `seen`, by their first character. */
export const SEEN = { host: 'h', node: 'n', userAgent: 'u' } as const;

/** Most members of `seen` that one fragment holds. */
export const MOST_SEEN = 3 * CALL_SET_LIMIT;

/** Filled by `call-fragments.ts`. */
export const CALL_AGGREGATES: readonly CallAggregate[] = [
  { name: 'first_us', merge: 'min', type: 'Int64' },
  { name: 'last_us', merge: 'max', type: 'Int64' },
  { name: 'invite_us', merge: 'min', type: 'Int64' },
  { name: 'last_invite_us', merge: 'max', type: 'Int64' },
  { name: 'trying_us', merge: 'min', type: 'Int64' },
  { name: 'ringing_us', merge: 'min', type: 'Int64' },
  { name: 'ack_us', merge: 'min', type: 'Int64' },
  { name: 'cancel_us', merge: 'min', type: 'Int64' },
  { name: 'bye_us', merge: 'min', type: 'Int64' },
  { name: 'first_failure_us', merge: 'min', type: 'Int64' },
  { name: 'answer', merge: 'min', type: 'String' },
  { name: 'failure', merge: 'max', type: 'String' },
  { name: 'challenge', merge: 'max', type: 'String' },
  { name: 'identity', merge: 'min', type: 'String' },
  { name: 'asserted', merge: 'min', type: 'String' },
  { name: 'seen', merge: `groupUniqArrayArray(${MOST_SEEN})`, type: 'Array(String)' },
  { name: 'methods', merge: 'groupBitOr', type: 'UInt16' },
  { name: 'message_count', merge: 'sum', type: 'UInt64' },
];

/** The columns of a fragment as a batch has them. */
export const CALL_FRAGMENT_COLUMNS: readonly BatchColumn[] = [
  { name: 'slot', type: 'UInt32' },
  { name: 'call_id', type: 'String' },
  ...CALL_AGGREGATES.map(({ name, type }) => ({ name, type })),
];

/** Whether a final response's packed text holds one, and its parts. */
export const finalParts = (packed: Sql): { present: Sql; us: Sql; code: Sql; reason: Sql } => ({
  present: `(length(${packed}) >= 10)`,
  us: `toInt64(byteSwap(reinterpretAsUInt64(substring(${packed}, 1, 8))))`,
  code: `byteSwap(reinterpretAsUInt16(substring(${packed}, 9, 2)))`,
  reason: `substring(${packed}, 11)`,
});

/** A packed identity's addresses (FixedString(16), in network order) and texts. */
export function identityParts(
  packed: Sql,
): Record<'srcIp' | 'dstIp' | 'fromUser' | 'fromHost' | 'toUser' | 'toHost' | 'requestUser', Sql> {
  const length = (index: number): Sql => `byteSwap(reinterpretAsUInt32(substring(${packed}, ${42 + 4 * index}, 4)))`;
  const from = (index: number): Sql => {
    return ['58', ...Array.from({ length: index }, (_, before) => length(before))].join(' + ');
  };
  const address = (at: number): Sql => `toFixedString(substring(${packed}, ${at}, 16), 16)`;
  return {
    srcIp: address(10),
    dstIp: address(26),
    fromUser: `substring(${packed}, ${from(0)}, ${length(0)})`,
    fromHost: `substring(${packed}, ${from(1)}, ${length(1)})`,
    toUser: `substring(${packed}, ${from(2)}, ${length(2)})`,
    toHost: `substring(${packed}, ${from(3)}, ${length(3)})`,
    requestUser: `substring(${packed}, ${from(4)})`,
  };
}

/** '' when absent. */
export const assertedUser = (packed: Sql): Sql => `substring(${packed}, 9)`;

/** Members of a kind of `seen`, without those that are ''. */
export function seenMembers(seen: Sql, kind: keyof typeof SEEN): Sql {
  const texts = `arrayFilter(text -> text != '', arrayMap(text -> substring(text, 2), arrayFilter(text -> startsWith(text, '${SEEN[kind]}'), ${seen})))`;
  return kind === 'host' ? `arrayMap(text -> toFixedString(text, 16), ${texts})` : texts;
}

/** Names of the set bits of `methods`. */
export const methodNames = (mask: Sql): Sql =>
  `arrayFilter((name, bit) -> bitTest(${mask}, bit), [${FOLDED_METHODS.map(stringLiteral).join(', ')}],
    [${FOLDED_METHODS.map((_, bit) => integerLiteral(bit)).join(', ')}])`;

const CALL_MASK = FOLDED_METHODS.reduce(
  (mask, method, bit) => mask | (CALL_METHODS.includes(method) ? 1 << bit : 0),
  0,
);

/** Whether a mask of methods makes a call (`isCall` in `@calliope/calls`). */
export const isCallMask = (mask: Sql): Sql => `(bitAnd(${mask}, ${CALL_MASK}) != 0)`;

/**
 * Fragments of calls: what one batch said of one Call-ID within one slot of time, merged in the background with the others of the same slot.
 * The slot is the table's partition, so that calls are dropped together with their messages; a reader merges the rest.
 */
export const CALLS_TABLE = `
CREATE TABLE IF NOT EXISTS calliope.calls (
  slot DateTime('UTC'),
  call_id String,
  ${CALL_AGGREGATES.map(({ name, merge, type }) => `${name} SimpleAggregateFunction(${merge}, ${type})`).join(',\n  ')}
)
ENGINE = AggregatingMergeTree
PARTITION BY slot
ORDER BY call_id
SETTINGS
  ${tableSettings('calls')}`;

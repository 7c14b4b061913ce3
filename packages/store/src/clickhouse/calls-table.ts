import { CALL_METHODS, CALL_SET_LIMIT } from '@calliope/calls';
import { PayloadType } from '@calliope/model';
import { FOLDED_METHODS } from '../call-methods.ts';
import { DEDUPLICATION_WINDOW, SLOT_INTERVAL } from './messages-table.ts';
import { integerLiteral, listLiteral, type Sql, stringLiteral } from './sql-literal.ts';

/** Time of what did not happen, where the least time counts. */
export const NEVER = '9223372036854775807';
/** Time of what did not happen, where the greatest time counts. */
export const BEFORE_ALL = '-1';
/** A packed value that is absent, where the least counts; where the greatest counts it is ''. */
const NO_LEAST: Sql = "'\\xFF'";

/**
 * Aggregates of a call's messages, one column each, by the table at `RawCallRecord` in `@calliope/calls`: how the column is merged,
 * its type, and the aggregate over messages that it begins as.
 *
 * What is a group of values there is one text here, packed so that the order of bytes is the order of the values: merging tuples and several arrays took
 * three times as long (`docs/decisions/0003-storage-layout.md`).
 */
interface CallAggregate {
  name: string;
  merge: 'min' | 'max' | 'sum' | 'groupBitOr' | `groupUniqArrayArray(${number})`;
  type: string;
  of: Sql;
}

const initialInvite = "(method = 'INVITE' AND code = 0 AND to_tag = '')";
const answer = "(method = 'INVITE' AND code BETWEEN 200 AND 299)";
const failure = "(method = 'INVITE' AND code BETWEEN 300 AND 699 AND code NOT IN (401, 407))";
const challenge = "(method = 'INVITE' AND code IN (401, 407))";

/** Big-endian, so that the order of the bytes is that of the numbers. Only `reinterpretAsFixedString` keeps zero bytes at the end. */
const timeBytes: Sql = 'reinterpretAsFixedString(byteSwap(toUInt64(us)))';
const codeBytes: Sql = 'reinterpretAsFixedString(byteSwap(code))';
const lengthBytes = (text: Sql): Sql => `reinterpretAsFixedString(byteSwap(toUInt32(length(${text}))))`;

const finalResponse: Sql = `concat(${timeBytes}, ${codeBytes}, reason)`;
const identity: Sql = `concat(
      if(${initialInvite}, '0', '1'), ${timeBytes},
      reinterpretAsFixedString(if(code != 0, dst_ip, src_ip)), reinterpretAsFixedString(if(code != 0, src_ip, dst_ip)),
      ${lengthBytes('from_user')}, ${lengthBytes('from_host')}, ${lengthBytes('to_user')}, ${lengthBytes('to_host')},
      from_user, from_host, to_user, to_host, if(code != 0, '', request_user))`;

const least = (condition: Sql): Sql => `min(if(${condition}, us, ${NEVER}))`;
const leastPacked = (condition: Sql, packed: Sql): Sql => `min(if(${condition}, ${packed}, ${NO_LEAST}))`;
const greatestPacked = (condition: Sql, packed: Sql): Sql => `max(if(${condition}, ${packed}, ''))`;

/** Bit of a method in the column `methods`. */
const methodBit: Sql = `transform(toString(method), [${FOLDED_METHODS.map(stringLiteral).join(', ')}],
      [${FOLDED_METHODS.map((_, bit) => `toUInt16(${1 << bit})`).join(', ')}], toUInt16(0))`;

/** Kinds of members of the column `seen`, by their first character. */
export const SEEN = { host: 'h', node: 'n', userAgent: 'u' } as const;

export const CALL_AGGREGATES: readonly CallAggregate[] = [
  { name: 'first_us', merge: 'min', type: 'Int64', of: 'min(us)' },
  { name: 'last_us', merge: 'max', type: 'Int64', of: 'max(us)' },
  { name: 'invite_us', merge: 'min', type: 'Int64', of: least(initialInvite) },
  { name: 'last_invite_us', merge: 'max', type: 'Int64', of: `max(if(${initialInvite}, us, ${BEFORE_ALL}))` },
  { name: 'trying_us', merge: 'min', type: 'Int64', of: least("method = 'INVITE' AND code = 100") },
  { name: 'ringing_us', merge: 'min', type: 'Int64', of: least("method = 'INVITE' AND code BETWEEN 180 AND 199") },
  { name: 'ack_us', merge: 'min', type: 'Int64', of: least("method = 'ACK' AND code = 0") },
  { name: 'cancel_us', merge: 'min', type: 'Int64', of: least("method = 'CANCEL' AND code = 0") },
  { name: 'bye_us', merge: 'min', type: 'Int64', of: least("method = 'BYE' AND code = 0") },
  { name: 'first_failure_us', merge: 'min', type: 'Int64', of: least(failure) },
  { name: 'answer', merge: 'min', type: 'String', of: leastPacked(answer, finalResponse) },
  { name: 'failure', merge: 'max', type: 'String', of: greatestPacked(failure, finalResponse) },
  { name: 'challenge', merge: 'max', type: 'String', of: greatestPacked(challenge, finalResponse) },
  { name: 'identity', merge: 'min', type: 'String', of: `min(${identity})` },
  {
    name: 'asserted',
    merge: 'min',
    type: 'String',
    of: leastPacked(`${initialInvite} AND asserted_user != ''`, `concat(${timeBytes}, asserted_user)`),
  },
  {
    name: 'seen',
    merge: `groupUniqArrayArray(${3 * CALL_SET_LIMIT})`,
    type: 'Array(String)',
    of: `groupUniqArrayArray(${3 * CALL_SET_LIMIT})([
      concat('${SEEN.host}', reinterpretAsFixedString(src_ip)), concat('${SEEN.host}', reinterpretAsFixedString(dst_ip)),
      concat('${SEEN.userAgent}', user_agent), concat('${SEEN.node}', node)])`,
  },
  { name: 'methods', merge: 'groupBitOr', type: 'UInt16', of: `groupBitOr(${methodBit})` },
  { name: 'message_count', merge: 'sum', type: 'UInt64', of: 'count()' },
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
 * Fragments of calls: what one insert said of one Call-ID within one slot of time, merged in the background with the others of the same slot.
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
  non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW},
  default_compression_codec = 'ZSTD(1)',
  auto_statistics_types = '',
  min_parts_to_merge_at_once = 10,
  old_parts_lifetime = 120`;

/** Feeds the fragments from each insert into the table of messages. */
export const CALLS_FEED = `
CREATE MATERIALIZED VIEW IF NOT EXISTS calliope.calls_feed TO calliope.calls AS
SELECT
  slot,
  call_id,
  ${CALL_AGGREGATES.map(({ name, of }) => `${of} AS ${name}`).join(',\n  ')}
FROM (
  SELECT
    toStartOfInterval(ts, ${SLOT_INTERVAL}) AS slot, toUnixTimestamp64Micro(ts) AS us, call_id, method, code, toString(reason) AS reason,
    src_ip, dst_ip, from_user, toString(from_host) AS from_host, to_user, toString(to_host) AS to_host, to_tag,
    request_user, asserted_user, toString(user_agent) AS user_agent, toString(node) AS node
  FROM calliope.messages
  WHERE payload_type = ${PayloadType.SIP} AND call_id != '' AND method IN ${listLiteral(FOLDED_METHODS, stringLiteral)}
)
GROUP BY slot, call_id`;

import { CALL_METHODS, CALL_SET_LIMIT } from '@calliope/calls';
import { PayloadType } from '@calliope/model';
import { FOLDED_METHODS } from '../call-methods.ts';
import { DEDUPLICATION_WINDOW, SLOT_INTERVAL } from './messages-table.ts';
import { listLiteral, stringLiteral } from './sql-literal.ts';

/** Time of what did not happen, where the least time counts. */
export const NEVER = '9223372036854775807';
/** Time of what did not happen, where the greatest time counts. */
export const BEFORE_ALL = '-1';

const FINAL = 'Tuple(us Int64, code UInt16, reason String)';
const IDENTITY =
  'Tuple(rank UInt8, us Int64, src_ip IPv6, dst_ip IPv6, from_user String, from_host String, to_user String, to_host String, request_user String)';

/**
 * Aggregates of a call's messages, one column each, by the table at `RawCallRecord` in `@calliope/calls`: how the column is merged,
 * its type, and the aggregate over messages that it begins as.
 */
interface CallAggregate {
  name: string;
  merge: 'min' | 'max' | 'sum' | `groupUniqArrayArray(${number})`;
  type: string;
  of: string;
}

const initialInvite = "(method = 'INVITE' AND code = 0 AND to_tag = '')";
const answer = "(method = 'INVITE' AND code BETWEEN 200 AND 299)";
const failure = "(method = 'INVITE' AND code BETWEEN 300 AND 699 AND code NOT IN (401, 407))";
const challenge = "(method = 'INVITE' AND code IN (401, 407))";
const response = '(code != 0)';

const least = (condition: string): string => `min(if(${condition}, us, ${NEVER}))`;
const final = (condition: string): string => `maxIf((us, code, toString(reason)), ${condition})`;
const union = `groupUniqArrayArray(${CALL_SET_LIMIT})` as const;

export const CALL_AGGREGATES: readonly CallAggregate[] = [
  { name: 'is_call', merge: 'max', type: 'UInt8', of: `max(method IN ${listLiteral(CALL_METHODS, stringLiteral)})` },
  { name: 'first_us', merge: 'min', type: 'Int64', of: 'min(us)' },
  { name: 'last_us', merge: 'max', type: 'Int64', of: 'max(us)' },
  { name: 'invite_us', merge: 'min', type: 'Int64', of: least(initialInvite) },
  { name: 'last_invite_us', merge: 'max', type: 'Int64', of: `max(if(${initialInvite}, us, ${BEFORE_ALL}))` },
  { name: 'trying_us', merge: 'min', type: 'Int64', of: least("method = 'INVITE' AND code = 100") },
  { name: 'ringing_us', merge: 'min', type: 'Int64', of: least("method = 'INVITE' AND code BETWEEN 180 AND 199") },
  { name: 'ack_us', merge: 'min', type: 'Int64', of: least("method = 'ACK' AND code = 0") },
  { name: 'cancel_us', merge: 'min', type: 'Int64', of: least("method = 'CANCEL' AND code = 0") },
  { name: 'bye_us', merge: 'min', type: 'Int64', of: least("method = 'BYE' AND code = 0") },
  {
    name: 'answer',
    merge: 'min',
    type: FINAL,
    of: `if(countIf(${answer}) = 0, (toInt64(${NEVER}), toUInt16(0), ''), minIf((us, code, toString(reason)), ${answer}))`,
  },
  { name: 'failure', merge: 'max', type: FINAL, of: final(failure) },
  { name: 'first_failure_us', merge: 'min', type: 'Int64', of: least(failure) },
  { name: 'challenge', merge: 'max', type: FINAL, of: final(challenge) },
  {
    name: 'identity',
    merge: 'min',
    type: IDENTITY,
    of: `min((toUInt8(NOT ${initialInvite}), us, if(${response}, dst_ip, src_ip), if(${response}, src_ip, dst_ip),
      from_user, toString(from_host), to_user, toString(to_host), if(${response}, '', request_user)))`,
  },
  {
    name: 'asserted',
    merge: 'min',
    type: 'Tuple(us Int64, asserted_user String)',
    of: `if(countIf(${initialInvite} AND asserted_user != '') = 0, (toInt64(${NEVER}), ''),
      minIf((us, asserted_user), ${initialInvite} AND asserted_user != ''))`,
  },
  { name: 'hosts', merge: union, type: 'Array(IPv6)', of: `${union}([src_ip, dst_ip])` },
  {
    name: 'user_agents',
    merge: union,
    type: 'Array(String)',
    of: `groupUniqArrayIf(${CALL_SET_LIMIT})(toString(user_agent), user_agent != '')`,
  },
  {
    name: 'nodes',
    merge: union,
    type: 'Array(String)',
    of: `groupUniqArrayIf(${CALL_SET_LIMIT})(toString(node), node != '')`,
  },
  { name: 'methods', merge: union, type: 'Array(String)', of: `groupUniqArray(${CALL_SET_LIMIT})(toString(method))` },
  { name: 'message_count', merge: 'sum', type: 'UInt64', of: 'count()' },
];

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
    toStartOfInterval(ts, ${SLOT_INTERVAL}) AS slot, toUnixTimestamp64Micro(ts) AS us, call_id, method, code, reason,
    src_ip, dst_ip, from_user, from_host, to_user, to_host, to_tag, request_user, asserted_user, user_agent, node
  FROM calliope.messages
  WHERE payload_type = ${PayloadType.SIP} AND call_id != '' AND method IN ${listLiteral(FOLDED_METHODS, stringLiteral)}
)
GROUP BY slot, call_id`;

import { TRANSPORTS } from '@calliope/model';
import { ASSERTED_SAME_AS_FROM, REQUEST_SAME_AS_TO } from './batch-format.ts';
import { tableSettings } from './table-settings.ts';

/** Length of the pieces of time that are dropped whole when space or age says so (ClickHouse partitions). */
export const SLOT_US = 6 * 3_600_000_000;
export const SLOT_INTERVAL = 'INTERVAL 6 HOUR';

/** Keys of the projections that find a number by its last digits. Filters must write these very expressions for the index to be used. */
export const REVERSED = { from: 'reverse(from_user)', to: 'reverse(to_user)' } as const;

/** How many bytes of their end the users that few messages have are indexed by. */
export const RARE_SUFFIX_BYTES = 7;

/** Ends of the users that are only in few messages, or only there different from From and To. Filters must write this very expression. */
export const RARE_SUFFIXES = `[${['request_other', 'asserted_other', 'diversion_user']
  .map((user) => `right(${user}, ${RARE_SUFFIX_BYTES})`)
  .join(', ')}]`;

/**
 * The table of messages. Why it looks so, with measurements, is in `docs/decisions/0003-storage-layout.md`.
 * `request_other` and `asserted_other` are '' when the user is that of To or From, which a bit in `same_users` says: most messages then cost
 * nothing there, and a small filter a granule is index enough for the rest.
 */
export const MESSAGES_TABLE = `
CREATE TABLE IF NOT EXISTS calliope.messages (
  ts DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  id UInt64,
  node LowCardinality(String),
  payload_type UInt8,
  transport Enum8(${TRANSPORTS.map((name, index) => `'${name}' = ${index}`).join(', ')}),
  ip_version UInt8,
  src_ip IPv6,
  src_port UInt16,
  dst_ip IPv6,
  dst_port UInt16,
  call_id String,
  method LowCardinality(String),
  code UInt16,
  reason LowCardinality(String),
  cseq UInt32,
  from_user String,
  from_host LowCardinality(String),
  from_tag String,
  to_user String,
  to_host LowCardinality(String),
  to_tag String,
  request_other String,
  request_host LowCardinality(String),
  asserted_other String,
  same_users UInt8,
  diversion_user String,
  user_agent LowCardinality(String),
  correlation_id String,
  defects UInt32,
  payload String,
  request_user String ALIAS if(bitAnd(same_users, ${REQUEST_SAME_AS_TO}) != 0, to_user, request_other),
  asserted_user String ALIAS if(bitAnd(same_users, ${ASSERTED_SAME_AS_FROM}) != 0, from_user, asserted_other),
  PROJECTION by_from (SELECT _part_offset ORDER BY ${REVERSED.from}),
  PROJECTION by_to (SELECT _part_offset ORDER BY ${REVERSED.to}),
  INDEX call_ids call_id TYPE bloom_filter(0.001) GRANULARITY 1,
  INDEX rare_suffixes ${RARE_SUFFIXES} TYPE bloom_filter(0.005) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toStartOfInterval(ts, ${SLOT_INTERVAL})
ORDER BY (toStartOfHour(ts), call_id, ts)
SETTINGS
  index_granularity = 2048,
  ${tableSettings('messages')}`;

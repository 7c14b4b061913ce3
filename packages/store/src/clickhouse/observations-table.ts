import type { BatchColumn } from './batch-format.ts';
import { SLOT_INTERVAL } from './messages-table.ts';
import { tableSettings } from './table-settings.ts';

/** The columns of an observation in a batch, in order: the message that it is of (see {@link OBSERVED}), who saw it, and when by his own clock. */
export const OBSERVATION_COLUMNS: readonly BatchColumn[] = [
  { name: 'ts', type: "DateTime64(6, 'UTC')" },
  { name: 'call_id', type: 'String' },
  { name: 'src_ip', type: 'IPv6' },
  { name: 'src_port', type: 'UInt16' },
  { name: 'dst_ip', type: 'IPv6' },
  { name: 'dst_port', type: 'UInt16' },
  { name: 'size', type: 'UInt32' },
  { name: 'node', type: 'String' },
  { name: 'sender', type: 'IPv6' },
  { name: 'seen', type: "DateTime64(6, 'UTC')" },
];

/**
 * Who else saw a message. An observation is written by another thread than its message, maybe before it, so it does not know its id but what
 * makes it one message: its time, Call-ID, addresses, ports and length. (Messages that are the same in all this, by an agent whose times are of
 * whole seconds, share their observations.) In order and partitions like the messages.
 */
export const OBSERVATIONS_TABLE = `
CREATE TABLE IF NOT EXISTS calliope.observations (
  ts DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  call_id String,
  src_ip IPv6,
  src_port UInt16,
  dst_ip IPv6,
  dst_port UInt16,
  size UInt32,
  node LowCardinality(String),
  sender IPv6,
  seen DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  INDEX call_ids call_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toStartOfInterval(ts, ${SLOT_INTERVAL})
ORDER BY (toStartOfHour(ts), call_id, ts)
SETTINGS
  index_granularity = 2048,
  ${tableSettings('observations')}`;

import { integerLiteral, type Sql, stringLiteral } from './sql-literal.ts';

/** Inserts that are remembered: a batch repeated within so many later ones adds nothing. */
const DEDUPLICATION_WINDOW = 10_000;

/**
 * Parts of fewer bytes (uncompressed) have all columns in one file: what one insert brings. A file a column costs an insert more than its compression.
 */
export const COMPACT_BYTES = 256 << 20;

/** How many parts a merge takes at least. */
export const PARTS_OF_A_MERGE = { messages: 6, calls: 10, observations: 10 } as const;

/** Compression of what is kept. */
export const CODEC = 'ZSTD(1)';

/** What all tables of batches are made with. */
export function tableSettings(table: keyof typeof PARTS_OF_A_MERGE): Sql {
  return `non_replicated_deduplication_window = ${integerLiteral(DEDUPLICATION_WINDOW)},
  default_compression_codec = ${stringLiteral(CODEC)},
  min_bytes_for_wide_part = ${integerLiteral(COMPACT_BYTES)},
  auto_statistics_types = '',
  min_parts_to_merge_at_once = ${integerLiteral(PARTS_OF_A_MERGE[table])},
  old_parts_lifetime = 120`;
}

import type { BatchInserter, SpoolBatch } from '@calliope/model';
import { BATCH_VERSIONS, parseBatchId } from './batch-format.ts';
import type { DatabaseSession } from './database-session.ts';
import { integerLiteral, stringLiteral } from './sql-literal.ts';

/**
 * Moves spooled batches into the table of messages, exactly once by id, and the fragments of calls with them: the view has its own
 * memory of what it took, so that an insert which was cut off between the two is completed by its repetition.
 *
 * Throws {@link import('@calliope/model').StoreError} `batch_corrupt` (not retryable) for a file that is not as it was written or is of an unknown
 * version, and `unavailable` (retryable) for everything else.
 */
export function createBatchInserter(database: DatabaseSession): BatchInserter {
  return {
    async insert(batch: SpoolBatch): Promise<void> {
      const { version, bytes, crc32 } = parseBatchId(batch.id);
      await database.insertFile({ path: batch.path, sql: insertStatement(batch, version), bytes, crc32 });
    },
  };
}

function insertStatement(batch: SpoolBatch, version: number): string {
  const columns = BATCH_VERSIONS[version]!;
  const names = columns.map(({ name }) => name).join(', ');
  const structure = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
  return `INSERT INTO calliope.messages (${names})
SELECT * FROM file(${stringLiteral(batch.path)}, 'RowBinary', ${stringLiteral(structure)})
SETTINGS
  insert_deduplication_token = ${stringLiteral(batch.id)},
  insert_deduplicate = 1,
  deduplicate_blocks_in_dependent_materialized_views = 1,
  async_insert = 0,
  optimize_on_insert = 0,
  max_threads = 1, max_insert_threads = 1,
  max_insert_block_size = ${integerLiteral(Math.max(1, batch.messages))},
  max_block_size = ${integerLiteral(Math.max(1, batch.messages))},
  min_insert_block_size_rows = ${integerLiteral(Math.max(1, batch.messages))}, min_insert_block_size_bytes = 0,
  max_partitions_per_insert_block = 0,
  materialized_views_ignore_errors = 0,
  input_format_allow_errors_num = 0, input_format_allow_errors_ratio = 0`;
}

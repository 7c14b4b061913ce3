import { join } from 'node:path';
import type { BatchInserter, SpoolBatch, SpoolGroup } from '@calliope/model';
import { type BatchColumn, MESSAGE_COLUMNS, parseBatchId, SECTIONS } from './batch-format.ts';
import { CALL_FRAGMENT_COLUMNS } from './calls-table.ts';
import type { DatabaseSession } from './database-session.ts';
import { createMergePace } from './merge-pace.ts';
import { integerLiteral, type Sql, stringLiteral } from './sql-literal.ts';

/**
 * Moves spooled batches into the tables of messages and of calls, exactly once by the group's id: each table remembers by itself what it took, so that
 * an insert which was cut off between the two is completed by its repetition.
 *
 * Throws {@link import('@calliope/model').StoreError} `batch_corrupt` (not retryable) for a batch that is not as it was written or is of an unknown
 * version, and `unavailable` (retryable) for everything else.
 */
export function createBatchInserter(database: DatabaseSession): BatchInserter {
  const pace = createMergePace(database);

  async function insertGroup(group: SpoolGroup): Promise<void> {
    const batches = group.batches.map((batch) => {
      const { bytes, crc32 } = parseBatchId(batch.id);
      return {
        files: Object.values(SECTIONS).map((name) => join(batch.path, name)),
        bytes,
        crc32,
        isFresh: batch.isFresh === true,
      };
    });
    await database.insertBatches({
      batches,
      statements: [
        // The messages last: when they are refused for good, what is repeated in another group is only the fragments, which merge.
        insertStatement(group, 'calliope.calls', CALL_FRAGMENT_COLUMNS, SECTIONS.calls),
        insertStatement(group, 'calliope.messages', MESSAGE_COLUMNS, SECTIONS.messages),
      ],
    });
    pace.inserted(totalMessages(group.batches));
  }

  return { insert: (batch) => insertGroup({ id: batch.id, batches: [batch] }), insertGroup };
}

function insertStatement(group: SpoolGroup, table: Sql, columns: readonly BatchColumn[], section: string): Sql {
  const names = columns.map(({ name }) => name).join(', ');
  const structure = stringLiteral(columns.map(({ name, type }) => `${name} ${type}`).join(', '));
  const rows = integerLiteral(Math.max(1, totalMessages(group.batches)));
  const selects = group.batches.map(
    ({ path }) => `SELECT * FROM file(${stringLiteral(join(path, section))}, 'Native', ${structure})`,
  );
  return `INSERT INTO ${table} (${names})
${selects.join('\nUNION ALL\n')}
SETTINGS
  insert_deduplication_token = ${stringLiteral(group.id)},
  insert_deduplicate = 1,
  async_insert = 0,
  optimize_on_insert = 0,
  max_threads = 1, max_insert_threads = 1,
  max_insert_block_size = ${rows},
  max_block_size = ${rows},
  min_insert_block_size_rows = ${rows}, min_insert_block_size_bytes = 0,
  max_partitions_per_insert_block = 0`;
}

function totalMessages(batches: readonly SpoolBatch[]): number {
  return batches.reduce((sum, { messages }) => sum + messages, 0);
}

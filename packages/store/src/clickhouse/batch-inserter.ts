import { join } from 'node:path';
import type { BatchInserter, SpoolGroup } from '@calliope/model';
import { batchFiles, parseBatchId } from './batch-format.ts';
import { insertRowsOf } from './batch-split.ts';
import { type InsertOfFiles, insertStatement } from './batch-statement.ts';
import type { DatabaseSession } from './database-session.ts';
import { createMergePace } from './merge-pace.ts';

/**
 * Moves spooled batches into the tables of messages, of calls and of observations, exactly once by the group's id: each table remembers by itself what it took, so that
 * an insert which was cut off between two is completed by its repetition.
 *
 * Throws {@link import('@calliope/model').StoreError}, see `insertError`: `batch_corrupt` (not retryable) for a batch that is not as it was written, is of an
 * unknown version, or has a row that the database refuses; all else is retryable.
 */
export function createBatchInserter(database: DatabaseSession): BatchInserter {
  const pace = createMergePace(database);

  async function insertGroup(group: SpoolGroup): Promise<void> {
    const observed: InsertOfFiles & { paths: string[] } = { token: group.id, paths: [], rows: 0 };
    const batches = group.batches.map((batch) => {
      const parts = parseBatchId(batch.id);
      const { bytes, crc32, observations } = parts;
      if (observations > 0) observed.paths.push(batch.path);
      observed.rows += observations;
      return {
        files: batchFiles(parts).map((name) => join(batch.path, name)),
        bytes,
        crc32,
        isFresh: batch.isFresh === true,
      };
    });
    const files = {
      token: group.id,
      paths: group.batches.map(({ path }) => path),
      rows: group.batches.reduce((sum, { messages }) => sum + messages, 0),
    };
    const began = performance.now();
    await database.insertBatches({
      batches,
      // The messages first: when they are refused, no fragment of them was counted. Which messages are in can be asked for, which fragments not.
      statements: [
        insertStatement('messages', files),
        insertStatement('calls', { ...files, rows: files.rows + observed.rows }),
        ...(observed.rows > 0 ? [insertStatement('observations', observed)] : []),
      ],
    });
    pace.inserted(performance.now() - began);
  }

  return {
    insert: (batch) => insertGroup({ id: batch.id, batches: [batch] }),
    insertGroup,
    insertRows: (batch, options) => insertRowsOf(database, batch, options),
  };
}

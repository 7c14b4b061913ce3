import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BatchInserter, Clock, MessageReader, StoreStatistics } from '@calliope/model';
import { systemClock } from '@calliope/model';
import { createBatchInserter } from './clickhouse/batch-inserter.ts';
import { createEngine, type EngineOptions, type EngineState } from './clickhouse/engine.ts';
import { createMessageReader, type MessageReaderOptions } from './clickhouse/message-reader.ts';
import { enforceRetention, type RetentionBounds, type RetentionReport } from './clickhouse/retention.ts';
import { migrateSchema } from './clickhouse/schema.ts';

export interface EmbeddedStoreOptions
  extends Omit<EngineOptions, 'directory' | 'prepare' | 'startWithoutAfterMs'>,
    MessageReaderOptions {
  /** Everything is below it: batches in `spool`, the database in `engine`. */
  dataDirectory: string;
  /** Where a database has served before, resolve also when it does not come up now: batches wait in the spool until it does. */
  mayStartWithout?: boolean;
  clock?: Clock;
}

export interface EmbeddedStore {
  reader: MessageReader;
  inserter: BatchInserter;
  /** Where batch writers put their files. */
  spoolDirectory: string;
  statistics(): Promise<StoreStatistics>;
  enforceRetention(bounds: RetentionBounds): Promise<RetentionReport>;
  state(): EngineState;
  /** Of the engine's process that runs now. */
  readonly enginePid: number | undefined;
  stop(): Promise<void>;
}

/** Longer than a start waits for another process to let go of the directory, which must be told apart from a database that does not come up. */
const START_WITHOUT_AFTER_MS = 15_000;

/**
 * The store with the embedded database: starts its process, creates or upgrades the schema.
 * Throws {@link import('@calliope/model').StoreError}: `data_directory_in_use` naming the pid of the other live server, `unavailable`, or `internal` for data of a newer
 * version.
 */
export async function createEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const { dataDirectory, mayStartWithout, clock = systemClock, countLimit, ...engineOptions } = options;
  const directory = join(dataDirectory, 'engine');
  const hasServed = existsSync(join(directory, 'data'));
  const engine = await createEngine({
    ...engineOptions,
    directory,
    // Also after a restart: should the database have been lost, what comes in is stored in a new one.
    prepare: migrateSchema,
    ...(mayStartWithout && hasServed ? { startWithoutAfterMs: START_WITHOUT_AFTER_MS } : {}),
  });
  const reader = createMessageReader(engine, countLimit === undefined ? {} : { countLimit });
  return {
    reader,
    inserter: createBatchInserter(engine),
    spoolDirectory: join(dataDirectory, 'spool'),
    statistics: reader.statistics,
    enforceRetention: (bounds) => enforceRetention(engine, bounds, clock.nowUs()),
    state: engine.state,
    get enginePid() {
      return engine.pid;
    },
    stop: engine.stop,
  };
}

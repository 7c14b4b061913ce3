/** Bounds of one query; what is left out has a default. Beyond a bound the query fails with a coded error. */
export interface QueryBounds {
  timeoutMs?: number;
  memoryBytes?: number;
}

/**
 * A ClickHouse that speaks SQL, wherever it runs: the embedded engine's process, or a server. Everything else in this folder
 * knows only this. Throws {@link import('@calliope/model').StoreError}.
 */
export interface DatabaseSession {
  /** Rows of a SELECT in the RowBinary format. May run beside other reads. */
  read(sql: string, bounds?: QueryBounds): Promise<Buffer>;
  /** Runs a statement without result: definitions and maintenance. */
  execute(sql: string, bounds?: QueryBounds): Promise<void>;
  /** Inserts spooled batches; runs beside reads, never waits for one. */
  insertBatches(insert: BatchesInsert): Promise<void>;
}

export interface BatchesInsert {
  batches: readonly BatchFiles[];
  /** Run one after the other. */
  statements: readonly string[];
}

/** What a batch must be like; else `batch_corrupt` is thrown before anything is inserted. */
export interface BatchFiles {
  /** In the order in which the checksum was made. */
  files: readonly string[];
  /** Of all files. */
  bytes: number;
  crc32: number;
  /** Written by this very process, so that its length tells enough. */
  isFresh: boolean;
}

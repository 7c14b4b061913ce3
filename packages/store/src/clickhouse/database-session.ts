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
  /** Inserts a spooled file; runs beside reads, never waits for one. */
  insertFile(file: InsertFile): Promise<void>;
}

export interface InsertFile {
  path: string;
  sql: string;
  /** What the file must be like; else `batch_corrupt` is thrown before anything is inserted. */
  bytes: number;
  crc32: number;
}

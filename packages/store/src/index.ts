export {
  BATCH_VERSION,
  batchFileName,
  MAX_BATCH_MESSAGES,
  MAX_WORKERS,
  parseBatchFileName,
} from './clickhouse/batch-format.ts';
export { type BatchWriterOptions, createBatchWriter } from './clickhouse/batch-writer.ts';
export type { EngineState } from './clickhouse/engine.ts';
export type { RetentionBounds, RetentionReport } from './clickhouse/retention.ts';
export { createEmbeddedStore, type EmbeddedStore, type EmbeddedStoreOptions } from './embedded-store.ts';
export { createMemoryStore, type MemoryStore, type MemoryStoreOptions } from './memory/memory-store.ts';

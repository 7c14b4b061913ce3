import { availableParallelism } from 'node:os';

export interface EngineSettings {
  /** Most memory of the whole engine in bytes, default 1 GiB. Queries and merges beyond it fail or wait. */
  memoryBytes?: number;
  /** Threads of one query, default the number of processors, at most 4. */
  queryThreads?: number;
  /** Threads that merge in the background, default 2. */
  mergeThreads?: number;
}

export const DEFAULT_MEMORY_BYTES = 1 << 30;

/** Arguments that the embedded engine is opened with: server settings, and defaults of every query. */
export function connectionArguments(settings: EngineSettings): string[] {
  const memoryBytes = settings.memoryBytes ?? DEFAULT_MEMORY_BYTES;
  const values: Record<string, number> = {
    max_server_memory_usage: memoryBytes,
    // Caches are sized for a machine that does nothing else; marks of a few hundred parts fit in this.
    mark_cache_size: Math.floor(memoryBytes / 16),
    index_mark_cache_size: Math.floor(memoryBytes / 64),
    uncompressed_cache_size: 0,
    index_uncompressed_cache_size: 0,
    mmap_cache_size: 100,
    compiled_expression_cache_size: 8 << 20,
    background_pool_size: settings.mergeThreads ?? 2,
    background_merges_mutations_concurrency_ratio: 1,
    background_common_pool_size: 2,
    background_move_pool_size: 1,
    background_fetches_pool_size: 1,
    // Tables must be there when the first query comes.
    async_load_databases: 0,
    max_threads: settings.queryThreads ?? Math.min(4, availableParallelism()),
    max_query_size: 16 << 20,
    max_ast_elements: 200_000,
    max_expanded_ast_elements: 500_000,
    // The numbers' projections are indexes to rows: searches that count on them say so (see `plan-search.ts`), however small the table is.
    optimize_use_projection_filtering: 0,
    min_table_rows_to_use_projection_index: 0,
    // Payloads are read only for the rows that are shown.
    query_plan_optimize_lazy_materialization: 1,
    // One more than the longest page, so that all messages of a call are read in this way too.
    query_plan_max_limit_for_lazy_materialization: 10_001,
    log_queries: 0,
    log_profile_events: 0,
  };
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

/** Most memory of one query: a third of the engine's, so that two searches and the inserts fit beside each other. */
export function queryMemoryBytes(settings: EngineSettings): number {
  return Math.floor((settings.memoryBytes ?? DEFAULT_MEMORY_BYTES) / 3);
}

import type { BatchFiles } from './database-session.ts';

/** What the engine's process is started with (JSON in its first argument). */
export interface EngineStart {
  /** Everything of the engine is in here: its lock, and the database under `data`. */
  directory: string;
  /** How long to wait for another process to let go of the directory. */
  lockWaitMs: number;
  /** How many queries may run at a time. One more session answers pings. */
  sessions: number;
  /** In the form of `clickhouse local`'s command line. */
  connectionArguments: readonly string[];
}

/** From the collector's process to the engine's. Each is answered by one {@link EngineReply} of the same `call`. */
export type EngineRequest =
  | { kind: 'query'; call: number; session: number; sql: string }
  | { kind: 'check-batches'; call: number; batches: readonly BatchFiles[] }
  | { kind: 'ping'; call: number }
  | { kind: 'stop'; call: number };

/** Which error of ClickHouse it was (0 when it was none) and what it said. */
export interface EngineFault {
  clickhouseCode: number;
  message: string;
  /** The file to insert is not the one that was written. */
  corrupt?: boolean;
}

export type EngineReply =
  | { kind: 'done'; call: number; bytes: Uint8Array }
  | { kind: 'fault'; call: number; fault: EngineFault }
  | { kind: 'ready' }
  /** The process ends after this: the directory is another live process's, or the database did not open. */
  | { kind: 'failed'; inUse: boolean; message: string };

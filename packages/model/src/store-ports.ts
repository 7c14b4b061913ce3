import type { CallRecord } from './call-record.ts';
import type { CapturedPacket } from './captured-packet.ts';
import type { Filter } from './filter.ts';
import type { Message, MessageSummary, Observation } from './message.ts';
import type { MessageFields } from './message-fields.ts';

/** Half-open range of time in microseconds since 1970: `fromUs <= t < toUs`. */
export interface TimeRange {
  fromUs: number;
  toUs: number;
}

/**
 * A search, newest first. `limit` 1..10,000. `cursor` is what the previous page returned, for the same range and filter.
 * Bounds: the store gives up after `timeoutMs` with a {@link StoreError} of code `query_timeout`.
 */
export interface SearchRequest extends TimeRange {
  filter: Filter;
  limit: number;
  cursor?: string;
  timeoutMs?: number;
  /** Oldest first instead. */
  ascending?: boolean;
}

export interface Page<T> {
  items: T[];
  /** Present when there is more. */
  cursor?: string;
}

/** A true total, or `exact: false` when counting was given up at `count` ("more than"). */
export interface Total {
  count: number;
  exact: boolean;
}

export interface HistogramBucket {
  startUs: number;
  /** Count by group: of calls by {@link Outcome}; of messages by method for requests and by class ("4xx") for responses. */
  counts: Record<string, number>;
}

export interface FacetValue {
  value: string;
  count: number;
}

/** Reads what is stored. Every method may throw {@link StoreError}. Data appended and flushed is visible within a second. */
export interface MessageReader {
  searchMessages(request: SearchRequest): Promise<Page<MessageSummary>>;
  /** The same, payloads included: for export. */
  searchMessagesWhole(request: SearchRequest): Promise<Page<Message>>;
  countMessages(request: SearchRequest): Promise<Total>;
  searchCalls(request: SearchRequest): Promise<Page<CallRecord>>;
  countCalls(request: SearchRequest): Promise<Total>;
  message(id: string): Promise<Message | undefined>;
  /** Who else saw these messages, by their ids; those that nobody else saw are left out. In the order in which they saw them, by their own clocks. */
  observations(messages: readonly MessageSummary[]): Promise<ReadonlyMap<string, Observation[]>>;
  /**
   * All messages of the given Call-IDs (and what other payload types say of them by correlation id), oldest first, payloads included.
   * Without `near`, all of stored time is looked at. At most `limit`; more is said by `cursor`.
   */
  messagesOfCalls(
    callIds: readonly string[],
    options?: { near?: TimeRange; limit?: number; cursor?: string },
  ): Promise<Page<Message>>;
  call(callId: string, near?: TimeRange): Promise<CallRecord | undefined>;
  /** `bucketUs` chosen by the caller; at most 1,000 buckets; empty buckets are left out. */
  histogram(request: SearchRequest & { of: 'messages' | 'calls'; bucketUs: number }): Promise<HistogramBucket[]>;
  /** The most frequent values of a column among the matches, most frequent first. */
  facet(request: SearchRequest & { of: 'messages' | 'calls'; column: string }): Promise<FacetValue[]>;
  statistics(): Promise<StoreStatistics>;
}

export interface StoreStatistics {
  messages: number;
  /** May be up to a minute old while messages come in, where counting takes long. */
  calls: number;
  /** Bytes on disk (or in memory) of everything, indexes included. */
  bytes: number;
  oldestUs: number | null;
  newestUs: number | null;
}

/**
 * Takes messages one at a time, in place; used in a receiver's thread. `append` copies what it keeps and never throws for content.
 * A batch is closed by {@link flush}, by size, or by age (the owner calls `flush` on a timer).
 */
export interface MessageSink {
  /** `fields` is undefined when the payload is not SIP. `receivedNode` names the node when the packet names none. */
  append(packet: CapturedPacket, fields: MessageFields | undefined, receivedNode: string): void;
  /**
   * Keeps who else saw a message: `packet` is a copy of one that was appended (here or to another sink of the same store) with the time `keptUs`, and
   * `sender` are the sixteen bytes of the address that sent it here. Absent where this is not kept.
   */
  appendCopy?(
    packet: CapturedPacket,
    fields: MessageFields | undefined,
    receivedNode: string,
    keptUs: number,
    sender: Uint8Array,
  ): void;
  /** Messages and copies in the open batch. */
  readonly pending: number;
  /** Closes the open batch, if any, and returns once it is durable in the spool (or stored, for stores without one), or could not be made so. */
  flush(): void;
}

/** A closed batch waiting in the spool. */
export interface SpoolBatch {
  /** Unique for ever: the deduplication token. */
  id: string;
  /** Absolute path of the file, or of the directory that the batch is. */
  path: string;
  messages: number;
  bytes: number;
  /** Written by this process since it started: a quick look tells whether it is whole. */
  isFresh?: boolean;
}

/** Batches that go in together. */
export interface SpoolGroup {
  /** Unique for ever: the deduplication token of all of them. A group of one has its batch's id. */
  id: string;
  /** At least one. */
  batches: readonly SpoolBatch[];
}

/** Moves spooled batches into the database, exactly once by `id`: a repeated call with the same batch or group adds nothing. */
export interface BatchInserter {
  insert(batch: SpoolBatch): Promise<void>;
  /**
   * Several at once, which costs less than one by one. A batch that was in a group is only ever repeated in the same group.
   * Absent where it would bring nothing.
   */
  insertGroup?(group: SpoolGroup): Promise<void>;
  /**
   * For a batch that could not go in whole: all rows but those that the database does not take one by one, or that cannot be read any more, which are
   * handed to `onRejected`. What of the batch is in already, by whatever insert, is not repeated. Throws as `insert` does; `batch_corrupt` when nothing of it
   * can be read.
   */
  insertRows?(batch: SpoolBatch, options: InsertRowsOptions): Promise<InsertedRows>;
}

export interface InsertRowsOptions {
  onRejected: (row: RejectedRow) => void;
  /** Other batches go in, so that an error which is not known to be of the world is taken to lie in the rows. */
  isWorldWell: boolean;
}

export interface InsertedRows {
  /** Rows of the batch that are in the database now. */
  stored: number;
  rejected: number;
}

/** A message that the database does not take. */
export interface RejectedRow {
  /** Place in its batch, from 0. */
  row: number;
  reason: string;
  /** Undefined when it cannot be read. */
  message: Message | undefined;
}

export type StoreErrorCode =
  | 'query_timeout'
  | 'query_memory'
  | 'query_invalid'
  | 'unavailable'
  | 'batch_corrupt'
  | 'data_directory_in_use'
  | 'internal';

/** Trouble in the world of the database. `retryable`: the same call may succeed later. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly retryable: boolean;

  constructor(code: StoreErrorCode, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'StoreError';
    this.code = code;
    this.retryable = options.retryable;
  }
}

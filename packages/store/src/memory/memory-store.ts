import type { CapturedPacket, MessageFields, MessageReader, MessageSink } from '@calliope/model';
import { createMessageReader } from './message-reader.ts';
import { type StoredMessage, storeMessage } from './stored-message.ts';
import { type StoredObservation, storeObservation } from './stored-observation.ts';

export interface MemoryStoreOptions {
  /** The oldest in the order of arrival go when there are more; so do the observations of who else saw them. Default 100,000. */
  maxMessages?: number;
}

export interface MemoryStore {
  sink: MessageSink;
  reader: MessageReader;
  /** Messages that went because there were too many. */
  evicted(): number;
}

/** The reference: a store in plain code, for tests, demonstrations and looking into one file. Messages are there as soon as they are appended. */
export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const maxMessages = options.maxMessages ?? 100_000;
  const stored: StoredMessage[] = [];
  const observations: StoredObservation[] = [];
  let nextId = 1n;
  let evicted = 0;

  function append(packet: CapturedPacket, fields: MessageFields | undefined, receivedNode: string): void {
    stored.push(storeMessage(packet, fields, receivedNode, nextId++));
    if (stored.length > maxMessages) {
      stored.shift();
      evicted++;
    }
  }

  const appendCopy: NonNullable<MessageSink['appendCopy']> = (...copy) => {
    observations.push(storeObservation(...copy));
    if (observations.length > maxMessages) observations.shift();
  };

  return {
    sink: { append, appendCopy, pending: 0, flush: () => {} },
    reader: createMessageReader(
      () => stored,
      () => observations,
    ),
    evicted: () => evicted,
  };
}

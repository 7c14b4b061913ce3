import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writevSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  type CapturedPacket,
  type MessageFields,
  type MessageSink,
  PayloadType,
  type SpoolBatch,
} from '@calliope/model';
import {
  BATCH_VERSION,
  batchFileName,
  formatBatchId,
  MAX_BATCH_MESSAGES,
  MAX_WORKERS,
  SECTIONS,
} from './batch-format.ts';
import { createCallFragments } from './call-fragments.ts';
import { createNodeBytes } from './node-bytes.ts';
import { createObservationEncoder } from './observation-encoder.ts';
import { createRowEncoder } from './row-encoder.ts';

export interface BatchWriterOptions {
  /** The spool. Made when absent. */
  directory: string;
  /** Name of this capture node, for packets that name none and whose receiver gives none. */
  nodeName: string;
  /** 0..63, different for each writer of the same store that runs at the same time. */
  worker: number;
  /** Called when a batch is in the spool under its final name. */
  onBatch: (batch: SpoolBatch) => void;
  /** Called when a batch could not be written, with how many messages were lost: a full disk must not stop the receiver. */
  onLost?: (messages: number, error: Error) => void;
  /**
   * When given: a batch that cannot be written is kept open for some seconds, as long as it is not large, and tried again with what comes at the next flush: a disk
   * that is full for a moment, or a process without a free descriptor, costs no message. Called at each such try.
   */
  onDelayed?: (error: Error) => void;
  /** A batch is closed at this many messages, default 65,536 (and at most 131,072) … */
  maxMessages?: number;
  /** … or bytes of messages, default 48 MiB. */
  maxBytes?: number;
}

/** 2020-01-01: 41 bits of milliseconds last until 2089. */
const BATCH_EPOCH_MS = 1_577_836_800_000;
/** More than what a row takes beside its payload, most often. */
const ROW_OVERHEAD = 400;
/** About what an observation takes. */
const OBSERVATION_BYTES = 160;

/** How long a batch that cannot be written is kept. */
const KEEP_MS = 5_000;

/**
 * Sink that writes batches for the database into a spool directory: `<name>.tmp`, renamed to `<name>.batch` when it is complete.
 * Memory: buffers that grow to `maxBytes` and one message more.
 */
export function createBatchWriter(options: BatchWriterOptions): MessageSink {
  const { directory, nodeName, worker, onBatch, onLost, onDelayed } = options;
  const maxMessages = Math.min(options.maxMessages ?? 65_536, MAX_BATCH_MESSAGES);
  const maxBytes = options.maxBytes ?? 48 << 20;
  if (!Number.isInteger(worker) || worker < 0 || worker >= MAX_WORKERS) {
    throw new RangeError(`worker must be 0..${MAX_WORKERS - 1}, not ${worker}`);
  }
  mkdirSync(directory, { recursive: true });

  const encoder = createRowEncoder();
  const calls = createCallFragments();
  const observations = createObservationEncoder();
  const node = createNodeBytes();
  const nonce = randomBytes(6).readUIntBE(0, 6).toString(36);
  let pending = 0;
  /** An estimate that is never below the payloads: columns are not summed for each message. */
  let pendingBytes = 0;
  /** Since when the open batch cannot be written; undefined when nobody tried. */
  let failingSinceMs: number | undefined;
  let batchNumber = 0;
  let idLowBase = 0;
  let idHigh = 0;

  /** A batch's number has 41 bits of time and 6 of the worker; with 17 of the row they make a message's 64-bit id. */
  function openBatch(): void {
    batchNumber = Math.max((Date.now() - BATCH_EPOCH_MS) * MAX_WORKERS + worker, batchNumber + MAX_WORKERS);
    idHigh = Math.floor(batchNumber / 0x8000);
    idLowBase = (batchNumber % 0x8000) * MAX_BATCH_MESSAGES;
  }

  function append(packet: CapturedPacket, fields: MessageFields | undefined, receivedNode: string): void {
    if (pending === 0 && observations.rows === 0) openBatch();
    const nodeOf = receivedNode || nodeName;
    encoder.encode(packet, fields, idLowBase + pending, idHigh, nodeOf);
    if (fields && packet.payloadType === PayloadType.SIP) {
      node.find(packet, nodeOf);
      calls.fold(packet, fields, node);
    }
    pending++;
    pendingBytes += packet.payloadEnd - packet.payloadStart + ROW_OVERHEAD;
    if (pending >= maxMessages || pendingBytes >= maxBytes) flush();
  }

  function appendCopy(
    packet: CapturedPacket,
    fields: MessageFields | undefined,
    receivedNode: string,
    keptUs: number,
    sender: Uint8Array,
  ): void {
    if (pending === 0 && observations.rows === 0) openBatch();
    node.find(packet, receivedNode || nodeName);
    observations.encode(packet, fields, keptUs, node, sender);
    if (fields && packet.payloadType === PayloadType.SIP) calls.foldCopy(fields, keptUs, node);
    pendingBytes += OBSERVATION_BYTES;
    if (observations.rows >= maxMessages || pendingBytes >= maxBytes) flush();
  }

  function flush(): void {
    if (pending === 0 && observations.rows === 0) return;
    const messages = pending;
    const sections: Section[] = [
      { name: SECTIONS.messages, pieces: encoder.block() },
      { name: SECTIONS.calls, pieces: calls.block() },
    ];
    if (observations.rows > 0) sections.push({ name: SECTIONS.observations, pieces: observations.block() });
    let bytes = 0;
    let checksum = 0;
    for (const { pieces } of sections) {
      for (const piece of pieces) {
        bytes += piece.length;
        checksum = crc32(piece, checksum);
      }
    }
    const id = formatBatchId({
      version: BATCH_VERSION,
      number: batchNumber,
      nonce,
      bytes,
      crc32: checksum,
      observations: observations.rows,
    });
    const path = join(directory, batchFileName({ id, messages }));
    const temporary = path.replace(/batch$/, 'tmp');
    let failure: Error | undefined;
    try {
      // What another try of the very same batch left.
      if (failingSinceMs !== undefined) rmSync(temporary, { recursive: true, force: true });
      mkdirSync(temporary, { mode: 0o750 });
      for (const { name, pieces } of sections) writeWhole(join(temporary, name), pieces);
      renameSync(temporary, path);
    } catch (error) {
      failure = error as Error;
      removeIfPossible(temporary);
      if (keeps()) {
        onDelayed?.(failure);
        return;
      }
    }
    failingSinceMs = undefined;
    pending = 0;
    pendingBytes = 0;
    encoder.clear();
    calls.clear();
    observations.clear();
    if (failure) onLost?.(messages, failure);
    else onBatch({ id, path, messages, bytes, isFresh: true });
  }

  function keeps(): boolean {
    if (!onDelayed) return false;
    failingSinceMs ??= performance.now();
    const isSmall = 2 * pending < maxMessages && 2 * pendingBytes < maxBytes;
    return isSmall && performance.now() - failingSinceMs < KEEP_MS;
  }

  return {
    append,
    appendCopy,
    flush,
    get pending() {
      return pending + observations.rows;
    },
  };
}

interface Section {
  name: string;
  pieces: Uint8Array[];
}

/** What is left is removed at the next start. */
function removeIfPossible(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Without a free descriptor it cannot be looked into either.
  }
}

function writeWhole(path: string, pieces: readonly Uint8Array[]): void {
  const file = openSync(path, 'w', 0o640);
  try {
    let rest = pieces.filter(({ length }) => length > 0);
    while (rest.length > 0) {
      let written = writevSync(file, rest);
      let whole = 0;
      while (whole < rest.length && written >= rest[whole]!.length) written -= rest[whole++]!.length;
      rest = rest.slice(whole);
      if (written > 0) rest[0] = rest[0]!.subarray(written);
    }
  } finally {
    closeSync(file);
  }
}

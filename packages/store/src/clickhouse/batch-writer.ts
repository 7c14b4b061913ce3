import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { CapturedPacket, MessageFields, MessageSink, SpoolBatch } from '@calliope/model';
import { BATCH_VERSION, batchFileName, formatBatchId, MAX_BATCH_MESSAGES, MAX_WORKERS } from './batch-format.ts';
import { RowBuffer } from './row-buffer.ts';
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
  /** A batch is closed at this many messages, default 65,536 (and at most 131,072) … */
  maxMessages?: number;
  /** … or bytes, default 48 MiB. */
  maxBytes?: number;
}

const INITIAL_BYTES = 1 << 20;

/** 2020-01-01: 41 bits of milliseconds last until 2089. */
const BATCH_EPOCH_MS = 1_577_836_800_000;

/**
 * Sink that writes batches for the database into a spool directory: `<name>.tmp`, renamed to `<name>.batch` when it is complete.
 * Memory: one buffer that grows to `maxBytes` and one message more.
 */
export function createBatchWriter(options: BatchWriterOptions): MessageSink {
  const { directory, nodeName, worker, onBatch, onLost } = options;
  const maxMessages = Math.min(options.maxMessages ?? 65_536, MAX_BATCH_MESSAGES);
  const maxBytes = options.maxBytes ?? 48 << 20;
  if (!Number.isInteger(worker) || worker < 0 || worker >= MAX_WORKERS) {
    throw new RangeError(`worker must be 0..${MAX_WORKERS - 1}, not ${worker}`);
  }
  mkdirSync(directory, { recursive: true });

  const rows = new RowBuffer(Math.min(INITIAL_BYTES, maxBytes));
  const encoder = createRowEncoder(rows);
  const nonce = randomBytes(6).readUIntBE(0, 6).toString(36);
  let pending = 0;
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
    if (pending === 0) openBatch();
    encoder.encode(packet, fields, idLowBase + pending, idHigh, receivedNode || nodeName);
    pending++;
    if (pending >= maxMessages || rows.length >= maxBytes) flush();
  }

  function flush(): void {
    if (pending === 0) return;
    const messages = pending;
    const content = rows.bytes.subarray(0, rows.length);
    pending = 0;
    rows.length = 0;
    const id = formatBatchId({
      version: BATCH_VERSION,
      number: batchNumber,
      nonce,
      bytes: content.length,
      crc32: crc32(content),
    });
    const path = join(directory, batchFileName({ id, messages }));
    try {
      writeWhole(path.replace(/batch$/, 'tmp'), content);
      renameSync(path.replace(/batch$/, 'tmp'), path);
    } catch (error) {
      rmSync(path.replace(/batch$/, 'tmp'), { force: true });
      onLost?.(messages, error as Error);
      return;
    }
    onBatch({ id, path, messages, bytes: content.length });
  }

  return {
    append,
    flush,
    get pending() {
      return pending;
    },
  };
}

function writeWhole(path: string, content: Uint8Array): void {
  const file = openSync(path, 'w', 0o640);
  try {
    for (let written = 0; written < content.length; ) {
      written += writeSync(file, content, written, content.length - written);
    }
  } finally {
    closeSync(file);
  }
}

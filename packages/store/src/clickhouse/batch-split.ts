import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type InsertedRows, type InsertRowsOptions, type SpoolBatch, StoreError } from '@calliope/model';
import { MAX_BATCH_MESSAGES, parseBatchId, SECTIONS } from './batch-format.ts';
import { createSplitBlocks, type SplitBlocks } from './batch-split-blocks.ts';
import { splitColumns } from './batch-split-columns.ts';
import { type SalvagedRows, salvageRows } from './batch-split-salvage.ts';
import { halveUntilIn } from './batch-split-search.ts';
import { insertStatement, type Section } from './batch-statement.ts';
import type { DatabaseSession } from './database-session.ts';
import { messageOfRow } from './row-rejects-message.ts';
import { integerLiteral, timestampLiteral } from './sql-literal.ts';

/** Where a part of a batch is written for the database to read, within the batch. */
const PIECE = 'piece';

interface ReadBatch {
  messages: Buffer;
  /** All files are as they were written. */
  isWhole: boolean;
}

/**
 * Inserts a batch that could not go in whole, row by row as far as need be (`BatchInserter.insertRows` of the model). Each part has a token made of the batch's id
 * and its rows, and what is in already is asked for by the messages' ids, so that neither a crash nor another attempt repeats a row.
 */
export async function insertRowsOf(
  database: DatabaseSession,
  batch: SpoolBatch,
  { onRejected, isWorldWell }: InsertRowsOptions,
): Promise<InsertedRows> {
  const { number, observations } = parseBatchId(batch.id);
  const firstId = BigInt(number) * BigInt(MAX_BATCH_MESSAGES);
  const { messages, isWhole } = await readBatch(batch);
  const split = splitColumns(messages, batch.messages);
  const all = Array.from({ length: batch.messages }, (_, row) => row);
  const salvaged: SalvagedRows = isWhole ? { rows: all, doubtfulFrom: new Map() } : salvageRows(split);
  if (salvaged.rows.length === 0 && !(isWhole && observations > 0))
    throw corrupt(`Nothing of ${batch.path} can be read.`);
  const blocks = createSplitBlocks({ split, doubtfulFrom: salvaged.doubtfulFrom, firstId });
  const presence = (rows: readonly number[]): Promise<Set<number>> =>
    presentRows(database, firstId, isWhole ? rows.map((row) => blocks.time(row)) : []);

  const present = await presence(salvaged.rows);
  const rejected = new Set<number>();
  const readable = new Set(salvaged.rows);
  for (const row of all) {
    if (readable.has(row) || present.has(row)) continue;
    rejected.add(row);
    onRejected({ row, reason: 'The batch was damaged in the spool: this row cannot be read.', message: undefined });
  }

  await halveUntilIn({
    rows: salvaged.rows.filter((row) => !present.has(row)),
    // When others of its rows are in, the table is as it should be.
    isWorldWell: isWorldWell || present.size > 0,
    insert: (rows) =>
      isWhole && rows.length === all.length
        ? insertSection(database, batch.path, 'messages', rows.length, batch.id)
        : insertPiece(database, batch, 'messages', rows, blocks),
    without: async (rows) => {
      const found = await presence(rows);
      return rows.filter((row) => !found.has(row));
    },
    onRefused: (row, reason) => {
      rejected.add(row);
      onRejected({ row, reason, message: messageOfRow(blocks, row) });
    },
  });
  await insertCalls(database, batch, { blocks, rows: salvaged.rows, isWhole, isWorldWell });
  if (isWhole && observations > 0)
    await insertObservations(database, batch, observations, isWorldWell || batch.messages > 0);
  return { stored: batch.messages - rejected.size, rejected: rejected.size };
}

interface CallsOfRows {
  blocks: SplitBlocks;
  rows: readonly number[];
  isWhole: boolean;
  isWorldWell: boolean;
}

/** A message that no fragment can be made of is stored all the same; it is missing in its call's record. */
async function insertCalls(database: DatabaseSession, batch: SpoolBatch, of: CallsOfRows): Promise<void> {
  const { blocks, rows, isWhole, isWorldWell } = of;
  const { observations } = parseBatchId(batch.id);
  await halveUntilIn({
    rows,
    isWorldWell,
    insert: (piece) =>
      isWhole && piece.length === batch.messages
        ? insertSection(database, batch.path, 'calls', piece.length + observations, batch.id)
        : insertPiece(database, batch, 'calls', piece, blocks),
    without: async (piece) => piece,
    onRefused: () => {},
  });
}

/** Of what is damaged they are not read: they are the least of a batch. Those that the database refuses are left out. */
async function insertObservations(
  database: DatabaseSession,
  batch: SpoolBatch,
  rows: number,
  isWorldWell: boolean,
): Promise<void> {
  await halveUntilIn({
    rows: [0],
    isWorldWell,
    insert: () => insertSection(database, batch.path, 'observations', rows, batch.id),
    without: async (piece) => piece,
    onRefused: () => {},
  });
}

async function readBatch({ path, id }: SpoolBatch): Promise<ReadBatch> {
  const { bytes, crc32: expected } = parseBatchId(id);
  const read = async (name: string): Promise<Buffer | undefined> => {
    try {
      return await readFile(join(path, name));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw unavailable(message);
    }
  };
  const messages = await read(SECTIONS.messages);
  if (!messages) throw corrupt(`${path} has no file of messages.`);
  let found = 0;
  let checksum = 0;
  for (const name of Object.values(SECTIONS)) {
    const content = (await read(name)) ?? Buffer.alloc(0);
    found += content.length;
    checksum = crc32(content, checksum);
  }
  const isWhole = found === bytes && checksum === expected;
  return { messages, isWhole };
}

async function insertPiece(
  database: DatabaseSession,
  batch: SpoolBatch,
  section: Exclude<Section, 'observations'>,
  rows: readonly number[],
  blocks: SplitBlocks,
): Promise<void> {
  const directory = join(batch.path, PIECE);
  const token = `${batch.id}_${section}_${createHash('sha256').update(rows.join()).digest('hex').slice(0, 24)}`;
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, SECTIONS[section]), Buffer.concat(blocks[section](rows)));
  } catch (error) {
    // A full disk above all.
    throw unavailable((error as Error).message);
  }
  await insertSection(database, directory, section, rows.length, token);
  await rm(directory, { recursive: true, force: true });
}

async function insertSection(
  database: DatabaseSession,
  path: string,
  section: Section,
  rows: number,
  token: string,
): Promise<void> {
  // What is inserted was looked at, or made, just now.
  await database.insertBatches({ batches: [], statements: [insertStatement(section, { token, paths: [path], rows })] });
}

/** Rows of a batch that are stored already; `timesUs` of the rows narrow the search, when they can be believed. */
async function presentRows(
  database: DatabaseSession,
  firstId: bigint,
  timesUs: readonly number[],
): Promise<Set<number>> {
  const ids = `id >= ${integerLiteral(firstId)} AND id < ${integerLiteral(firstId + BigInt(MAX_BATCH_MESSAGES))}`;
  const times = timesUs.length > 0 ? ` AND ${timeCondition(timesUs)}` : '';
  const found = await database.read(`SELECT id FROM calliope.messages WHERE ${ids}${times}`, {
    timeoutMs: PRESENCE_TIMEOUT_MS,
  });
  const rows = new Set<number>();
  for (let at = 0; at < found.length; at += 8) rows.add(Number(found.readBigUInt64LE(at) - firstId));
  return rows;
}

const PRESENCE_TIMEOUT_MS = 120_000;

function timeCondition(timesUs: readonly number[]): string {
  let first = timesUs[0]!;
  let last = first;
  for (const us of timesUs) {
    if (us < first) first = us;
    if (us > last) last = us;
  }
  return `ts >= ${timestampLiteral(first)} AND ts <= ${timestampLiteral(last)}`;
}

function corrupt(message: string): StoreError {
  return new StoreError('batch_corrupt', message, { retryable: false });
}

function unavailable(message: string): StoreError {
  return new StoreError('unavailable', message, { retryable: true });
}

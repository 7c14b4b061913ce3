import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { RejectedRow, SpoolBatch } from '@calliope/model';

/**
 * What the database does not take, set aside for a person to look at, in the folder `rejected` of the spool:
 * `<batch id>.rows.jsonl` has a line of JSON for each row: when and why it was set aside, and the message with its payload as text, or in
 * base64 when it is no UTF-8. A batch that could not be read at all is moved there as it is, with a `.reason.txt` beside it.
 */
export interface SpoolRejects {
  /** Rows of one batch. Called again for the same batch, it begins anew. */
  openRows(batch: SpoolBatch): RejectedRows;
  /** Moves a batch there. */
  keepBatch(batch: SpoolBatch, reason: string): Promise<void>;
}

export interface RejectedRows {
  add(row: RejectedRow): void;
  /** Writes them, when there are any. */
  close(): Promise<void>;
}

const FOLDER = 'rejected';
const REASON = '.reason.txt';
/** Bounds of what is kept: of many bad rows the first tell as much as all. Oldest files go first. */
const MAX_FILES = 100;
const MAX_BYTES = 256 << 20;
const MAX_ROWS_OF_BATCH = 1000;
const MAX_BYTES_OF_BATCH = 8 << 20;

const strictText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function createSpoolRejects(spoolDirectory: string): SpoolRejects {
  const directory = join(spoolDirectory, FOLDER);

  async function trim(): Promise<void> {
    const kept: { path: string; bytes: number; writtenMs: number }[] = [];
    for (const name of await readdir(directory)) {
      if (name.endsWith(REASON)) continue;
      const path = join(directory, name);
      kept.push({ path, ...(await sizeOf(path)) });
    }
    kept.sort((a, b) => b.writtenMs - a.writtenMs);
    let bytes = 0;
    for (const [index, file] of kept.entries()) {
      bytes += file.bytes;
      // The newest stays, however large it is.
      if (index === 0 || (index < MAX_FILES && bytes <= MAX_BYTES)) continue;
      await rm(file.path, { recursive: true, force: true });
      await rm(file.path + REASON, { force: true });
    }
  }

  return {
    openRows(batch) {
      const lines: string[] = [];
      let rows = 0;
      let bytes = 0;
      return {
        add(row) {
          rows++;
          if (lines.length >= MAX_ROWS_OF_BATCH || bytes >= MAX_BYTES_OF_BATCH) return;
          const line = JSON.stringify(describeRow(batch, row));
          lines.push(line);
          bytes += line.length;
        },
        async close() {
          if (rows === 0) return;
          if (rows > lines.length) lines.push(JSON.stringify({ batch: batch.id, furtherRows: rows - lines.length }));
          await mkdir(directory, { recursive: true, mode: 0o750 });
          await writeFile(join(directory, `${batch.id}.rows.jsonl`), `${lines.join('\n')}\n`, { mode: 0o640 });
          await trim();
        },
      };
    },
    async keepBatch(batch, reason) {
      await mkdir(directory, { recursive: true, mode: 0o750 });
      const path = join(directory, basename(batch.path).replace(/\.\w+$/, '.batch'));
      await writeFile(path + REASON, `${new Date().toISOString()} ${reason}\n`, { mode: 0o640 });
      await rm(path, { recursive: true, force: true });
      await rename(batch.path, path);
      await trim();
    },
  };
}

function describeRow(batch: SpoolBatch, { row, reason, message }: RejectedRow): Record<string, unknown> {
  const described = { time: new Date().toISOString(), reason, batch: batch.id, row };
  if (!message) return described;
  const { payload, timestampUs, ...summary } = message;
  return { ...described, capturedAt: instant(timestampUs), ...summary, timestampUs, ...payloadText(payload) };
}

function instant(timestampUs: number): string | null {
  const date = new Date(timestampUs / 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function payloadText(payload: Uint8Array): { text: string } | { payloadBase64: string } {
  try {
    return { text: strictText.decode(payload) };
  } catch {
    return { payloadBase64: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('base64') };
  }
}

async function sizeOf(path: string): Promise<{ bytes: number; writtenMs: number }> {
  const found = await stat(path);
  if (!found.isDirectory()) return { bytes: found.size, writtenMs: found.mtimeMs };
  let bytes = 0;
  for (const name of await readdir(path)) bytes += (await stat(join(path, name))).size;
  return { bytes, writtenMs: found.mtimeMs };
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SpoolBatch } from '@calliope/model';
import { createBatchWriter, createEmbeddedStore, type EmbeddedStore, type EmbeddedStoreOptions } from '@calliope/store';
import type { TestedStore } from './conformance.ts';
import type { Append, AppendCopy } from './generated-messages.ts';

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'calliope-store-'));
}

/** An embedded store in a directory of its own, with a writer whose batches are inserted by `settle` in the order they were closed. */
export async function createSpooledStore(
  options: Partial<EmbeddedStoreOptions> = {},
): Promise<
  TestedStore & { store: EmbeddedStore; append: Append; appendCopy: AppendCopy; batches: SpoolBatch[]; flush(): void }
> {
  const dataDirectory = options.dataDirectory ?? temporaryDirectory();
  const store = await createEmbeddedStore({ memoryBytes: 1 << 29, ...options, dataDirectory });
  const batches: SpoolBatch[] = [];
  const writer = createBatchWriter({
    directory: store.spoolDirectory,
    nodeName: 'receiver',
    worker: 3,
    onBatch: (batch) => batches.push(batch),
  });
  return {
    store,
    batches,
    append: writer.append,
    appendCopy: writer.appendCopy!,
    flush: writer.flush,
    reader: store.reader,
    settle: async () => {
      writer.flush();
      for (const batch of batches.splice(0)) {
        await store.inserter.insert(batch);
        rmSync(batch.path, { recursive: true });
      }
    },
    stop: async () => {
      await store.stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

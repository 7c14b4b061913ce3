import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MATCH_ALL, type SearchRequest, StoreError, type StoreErrorCode } from '@calliope/model';
import { createEmbeddedStore, createMemoryStore, type EmbeddedStore } from '@calliope/store';
import { testStore } from './conformance.ts';
import { appendTo, BASE_US, END_US, generateMessages, plainMessage } from './generated-messages.ts';
import { createSpooledStore, temporaryDirectory } from './spooled-store.ts';

testStore('embedded ClickHouse', () => createSpooledStore());

const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
const ALL: SearchRequest = { fromUs: 0, toUs: END_US + 100 * DAY_US, filter: MATCH_ALL, limit: 10_000 };

const failsWith =
  (code: StoreErrorCode, retryable: boolean) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof StoreError, String(error));
    assert.deepEqual([error.code, error.retryable], [code, retryable], error.message);
    return true;
  };

/** Again and again while the database says that trying again may help. */
async function persistently<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof StoreError && error.retryable) || attempt > 100) throw error;
      await delay(100);
    }
  }
}

describe('an embedded store in trouble', () => {
  const directories: string[] = [];
  const newDirectory = (): string => {
    const directory = temporaryDirectory();
    directories.push(directory);
    return directory;
  };
  after(() => {
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  });

  test('loses nothing and stores nothing twice when its process is killed in the middle of inserts', async () => {
    const spooled = await createSpooledStore();
    const reference = createMemoryStore();
    try {
      const messages = generateMessages(7, 300);
      for (const [index, message] of messages.entries()) {
        appendTo(spooled.append, message);
        appendTo(reference.sink.append, message);
        if (index % 25 === 24) spooled.flush();
      }
      const batches = spooled.batches.splice(0);
      assert.equal(batches.length, 12);
      const inserting = Promise.all(batches.map((batch) => persistently(() => spooled.store.inserter.insert(batch))));
      for (const pauseMs of [30, 60]) {
        await delay(pauseMs);
        await persistently(async () => {
          if (spooled.store.enginePid === undefined)
            throw new StoreError('unavailable', 'not yet', { retryable: true });
        });
        process.kill(spooled.store.enginePid!, 'SIGKILL');
      }
      await inserting;
      // As after a crash of the whole server: what is left in the spool is inserted once more.
      for (const batch of batches) await persistently(() => spooled.store.inserter.insert(batch));
      assert.equal((await spooled.store.statistics()).messages, messages.length);
      const calls = await spooled.reader.searchCalls(ALL);
      assert.deepEqual(calls, await reference.reader.searchCalls(ALL));
      assert.ok(spooled.store.state().restarts >= 1);
    } finally {
      await spooled.stop();
    }
  });

  test('starts its process again when that hangs, and says meanwhile that it is not available', async () => {
    const spooled = await createSpooledStore({ hangTimeoutMs: 1_000 });
    try {
      process.kill(spooled.store.enginePid!, 'SIGSTOP');
      await assert.rejects(spooled.store.statistics(), failsWith('unavailable', true));
      assert.equal((await persistently(() => spooled.store.statistics())).messages, 0);
      const { state, restarts, lastError } = spooled.store.state();
      assert.deepEqual([state, restarts], ['running', 1]);
      assert.match(lastError!, /answered no ping/);
    } finally {
      await spooled.stop();
    }
    assert.equal(spooled.store.state().state, 'stopped');
    await assert.rejects(spooled.store.statistics(), failsWith('unavailable', true));
  });

  test('names the server that has its directory', async () => {
    const dataDirectory = newDirectory();
    const first = await createEmbeddedStore({ dataDirectory });
    await assert.rejects(createEmbeddedStore({ dataDirectory, lockWaitMs: 200 }), (error: StoreError) => {
      assert.match(error.message, new RegExp(`pid ${process.pid}\\b`));
      return failsWith('data_directory_in_use', false)(error);
    });
    await first.stop();
    const second = await createEmbeddedStore({ dataDirectory, lockWaitMs: 200 });
    await second.stop();
  });

  test('takes over the directory of a server that was killed, with all that was stored', async () => {
    const dataDirectory = newDirectory();
    const entry = fileURLToPath(new URL('./store-server.ts', import.meta.url));
    const server: ChildProcess = spawn(process.execPath, [entry, dataDirectory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(server.stdout!, 'data')) as [Buffer];
    assert.equal(String(line).trim(), 'stored 50');
    server.kill('SIGKILL');
    const store = await createEmbeddedStore({ dataDirectory });
    assert.equal((await store.statistics()).messages, 50);
    await store.stop();
  });

  test('refuses a batch that is not as it was written, and takes what comes after', async () => {
    const spooled = await createSpooledStore();
    try {
      for (const index of [0, 1, 2]) {
        appendTo(spooled.append, plainMessage({ timestampUs: BASE_US + index }));
        spooled.flush();
      }
      const [cut, changed, good] = spooled.batches.splice(0);
      const cutFile = join(cut!.path, 'messages.native');
      truncateSync(cutFile, readFileSync(cutFile).length - 1);
      const changedFile = join(changed!.path, 'messages.native');
      const bytes = readFileSync(changedFile);
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(changedFile, bytes);
      const { insert } = spooled.store.inserter;
      await assert.rejects(insert(cut!), failsWith('batch_corrupt', false));
      // As the next start would find it.
      await assert.rejects(insert({ ...changed!, isFresh: false }), failsWith('batch_corrupt', false));
      await assert.rejects(insert({ ...good!, path: `${good!.path}.gone` }), failsWith('batch_corrupt', false));
      await assert.rejects(insert({ ...good!, id: '99_x_y_1_1' }), (error: StoreError) => {
        assert.match(error.message, /format 99/);
        return failsWith('batch_corrupt', false)(error);
      });
      await assert.rejects(
        insert({ ...good!, id: "'; DROP TABLE calliope.messages" }),
        failsWith('batch_corrupt', false),
      );
      await insert(good!);
      assert.equal((await spooled.store.statistics()).messages, 1);
    } finally {
      await spooled.stop();
    }
  });

  test('inserts a batch once, whatever it is called and however often it comes', async () => {
    const spooled = await createSpooledStore();
    try {
      appendTo(spooled.append, plainMessage({}));
      spooled.flush();
      const [batch] = spooled.batches.splice(0);
      const path = join(spooled.store.spoolDirectory, "it's 100% \\ {a,b} *?.batch");
      cpSync(batch!.path, path, { recursive: true });
      for (let times = 0; times < 3; times++) await spooled.store.inserter.insert({ ...batch!, path });
      await spooled.store.inserter.insert(batch!);
      assert.equal((await spooled.store.statistics()).messages, 1);
      assert.equal((await spooled.reader.call('plain'))!.messageCount, 1);
    } finally {
      await spooled.stop();
    }
  });
});

describe('a group of batches', () => {
  test('goes in once, however often it comes', async () => {
    const spooled = await createSpooledStore();
    try {
      const messages = generateMessages(11, 60);
      const reference = createMemoryStore();
      for (const [index, message] of messages.entries()) {
        appendTo(spooled.append, message);
        appendTo(reference.sink.append, message);
        if (index % 20 === 19) spooled.flush();
      }
      const group = { id: 'group_of_three', batches: spooled.batches.splice(0) };
      for (let times = 0; times < 3; times++) await spooled.store.inserter.insertGroup!(group);
      assert.equal((await spooled.store.statistics()).messages, messages.length);
      assert.deepEqual(await spooled.reader.searchCalls(ALL), await reference.reader.searchCalls(ALL));
    } finally {
      await spooled.stop();
    }
  });

  test('goes in not at all when one of them is not as it was written', async () => {
    const spooled = await createSpooledStore();
    try {
      for (const index of [0, 1]) {
        appendTo(spooled.append, plainMessage({ timestampUs: BASE_US + index }));
        spooled.flush();
      }
      const batches = spooled.batches.splice(0);
      truncateSync(join(batches[1]!.path, 'calls.native'), 5);
      await assert.rejects(
        spooled.store.inserter.insertGroup!({ id: 'bad', batches }),
        failsWith('batch_corrupt', false),
      );
      assert.equal((await spooled.store.statistics()).messages, 0);
      await spooled.store.inserter.insert(batches[0]!);
      assert.equal((await spooled.store.statistics()).messages, 1);
    } finally {
      await spooled.stop();
    }
  });
});

describe('retention of an embedded store', () => {
  const slotCount = 6;
  async function storeOfSlots(nowUs: number): Promise<Awaited<ReturnType<typeof createSpooledStore>>> {
    const spooled = await createSpooledStore({ clock: { nowUs: () => nowUs } });
    for (let slot = 0; slot < slotCount; slot++) {
      const texts = { CALL_ID: Buffer.from(`call in slot ${slot}`), METHOD: Buffer.from('INVITE') };
      for (let index = 0; index < 3; index++) {
        appendTo(spooled.append, plainMessage({ timestampUs: BASE_US + slot * 6 * HOUR_US + index, texts }));
      }
    }
    await spooled.settle();
    return spooled;
  }
  /** Counted by searches: the number of calls in the statistics may be a little old. */
  const left = async ({ reader }: EmbeddedStore): Promise<[number, number]> => {
    const [messages, calls] = [await reader.countMessages(ALL), await reader.countCalls(ALL)];
    return [messages.count, calls.count];
  };

  test('drops what is older than it may be, messages and calls together', async () => {
    const spooled = await storeOfSlots(BASE_US + DAY_US + 13 * HOUR_US);
    try {
      const report = await spooled.store.enforceRetention({ maxAgeDays: 1 });
      assert.deepEqual([report.droppedSlots, report.droppedMessages], [2, 6]);
      assert.ok(report.freedBytes > 0 && report.keptBytes > 0);
      assert.deepEqual(await left(spooled.store), [12, 4]);
      assert.equal(await spooled.reader.call('call in slot 1'), undefined);
      assert.equal((await spooled.store.enforceRetention({ maxAgeDays: 1 })).droppedSlots, 0);
    } finally {
      await spooled.stop();
    }
  });

  test('drops the oldest until the rest fits, but never the newest', async () => {
    const spooled = await storeOfSlots(BASE_US);
    try {
      const { bytes } = await spooled.store.statistics();
      const report = await spooled.store.enforceRetention({ maxBytes: Math.round(bytes * 0.6) });
      assert.equal(report.droppedSlots, 3);
      assert.deepEqual(await left(spooled.store), [9, 3]);
      await spooled.store.enforceRetention({ maxBytes: 1, maxAgeDays: 0 });
      assert.deepEqual(await left(spooled.store), [3, 1]);
    } finally {
      await spooled.stop();
    }
  });
});

test('a total that is too large to count says that it is more', async () => {
  const spooled = await createSpooledStore({ countLimit: 5 });
  try {
    for (let hour = 0; hour < 60; hour++)
      appendTo(spooled.append, plainMessage({ timestampUs: BASE_US + hour * HOUR_US }));
    await spooled.settle();
    const total = await spooled.reader.countMessages(ALL);
    assert.equal(total.exact, false);
    assert.ok(total.count > 5 && total.count < 60);
    assert.deepEqual(await spooled.reader.countMessages({ ...ALL, toUs: BASE_US + 4 * HOUR_US }), {
      count: 4,
      exact: true,
    });
  } finally {
    await spooled.stop();
  }
});

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreError } from '@calliope/model';
import { createEmbeddedStore, type EmbeddedStore } from '@calliope/store';
import { createEngine } from '../src/clickhouse/engine.ts';
import { temporaryDirectory } from './spooled-store.ts';

const root = temporaryDirectory();
after(() => rmSync(root, { recursive: true, force: true }));
let directories = 0;
const newDirectory = (): string => {
  const directory = join(root, String(directories++));
  mkdirSync(directory);
  return directory;
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let round = 0; !condition(); round++) {
    if (round > 600) throw new Error(`never came: ${what}`);
    await delay(50);
  }
}

const isRunning = (store: Pick<EmbeddedStore, 'state'>) => () => store.state().state === 'running';

test('whoever asks a silent engine gets an answer in time, and it goes on as if nothing had been', async () => {
  const engine = await createEngine({ directory: newDirectory(), memoryBytes: 1 << 29 });
  try {
    const { pid } = engine;
    process.kill(pid!, 'SIGSTOP');
    await assert.rejects(engine.read('SELECT 1', { timeoutMs: 100 }), { code: 'query_timeout', retryable: true });
    // Owed a ping for long, nobody is let wait.
    for (;;) {
      const error = await engine.read('SELECT 1', { timeoutMs: 1 }).catch((thrown: StoreError) => thrown);
      assert.ok(error instanceof StoreError && error.retryable);
      if (/has not answered for \d+ s/.test(error.message)) break;
      await delay(100);
    }
    process.kill(pid!, 'SIGCONT');
    await engine.read('SELECT 1').catch(() => delay(3_000));
    assert.deepEqual([...(await engine.read('SELECT toUInt8(7)'))], [7]);
    assert.deepEqual([engine.pid, engine.state().restarts], [pid, 0]);
  } finally {
    await engine.stop();
  }
});

test('a stop while it is started again leaves no process', async () => {
  const engine = await createEngine({ directory: newDirectory(), memoryBytes: 1 << 29 });
  const first = engine.pid!;
  process.kill(first, 'SIGKILL');
  await until(() => engine.state().state === 'restarting', 'the restart');
  await delay(300);
  await engine.stop();
  assert.deepEqual([engine.state().state, engine.pid, isAlive(first)], ['stopped', undefined, false]);
});

test('a database that does not open at the start is waited for, when one has served there before', async () => {
  const dataDirectory = newDirectory();
  await assert.rejects(
    async () => {
      writeFileSync(join(dataDirectory, 'engine'), 'no directory');
      await createEmbeddedStore({ dataDirectory, mayStartWithout: true });
    },
    { code: 'unavailable' },
  );
  rmSync(join(dataDirectory, 'engine'));
  await (await createEmbeddedStore({ dataDirectory })).stop();
  const database = join(dataDirectory, 'engine', 'data');
  renameSync(database, `${database}.away`);
  writeFileSync(database, 'no directory');
  await assert.rejects(createEmbeddedStore({ dataDirectory }), { code: 'unavailable' });

  const store = await createEmbeddedStore({ dataDirectory, mayStartWithout: true });
  try {
    assert.equal(store.state().state, 'restarting');
    assert.match(store.state().lastError!, /did not open/);
    await assert.rejects(store.statistics(), { code: 'unavailable', retryable: true });
    rmSync(database);
    renameSync(`${database}.away`, database);
    await until(isRunning(store), 'the database');
    assert.equal((await store.statistics()).messages, 0);
  } finally {
    await store.stop();
  }
});

test('a database that was lost is made anew with the next process', async () => {
  const dataDirectory = newDirectory();
  const store = await createEmbeddedStore({ dataDirectory });
  try {
    const database = join(dataDirectory, 'engine', 'data');
    process.kill(store.enginePid!, 'SIGKILL');
    rmSync(database, { recursive: true, force: true, maxRetries: 3 });
    await until(() => store.state().restarts === 1, 'the end of the process');
    await until(isRunning(store), 'the database');
    assert.ok(existsSync(database));
    assert.equal((await store.statistics()).messages, 0);
  } finally {
    await store.stop();
  }
});

test('a directory in use is said at the start, also where the database may be waited for', async () => {
  const dataDirectory = newDirectory();
  const store = await createEmbeddedStore({ dataDirectory });
  try {
    await assert.rejects(createEmbeddedStore({ dataDirectory, lockWaitMs: 100, mayStartWithout: true }), {
      code: 'data_directory_in_use',
    });
  } finally {
    await store.stop();
  }
});

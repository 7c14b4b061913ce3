import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { type SpoolBatch, type SpoolGroup, StoreError } from '@calliope/model';
import { type BatchOutcome, createSpoolDrainer, type SpoolDrainer, type SpoolDrainerOptions } from '../src/index.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'calliope-spool-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const passing = () => new StoreError('unavailable', 'the engine restarts', { retryable: true });
const corrupt = () => new StoreError('batch_corrupt', 'row 3 does not parse', { retryable: false });

function writeBatch(id: string, messages: number, bytes = 100): SpoolBatch {
  const path = join(directory, `${id}.${messages}.batch`);
  writeFileSync(path, 'x'.repeat(bytes));
  return { id, path, messages, bytes };
}

/** An inserter that fails as it is told, once for each error, and remembers what it was given and what it took. */
function fakeInserter(failures: Record<string, Error[]> = {}) {
  const calls: string[] = [];
  const stored = new Map<string, number>();
  let running = 0;
  return {
    calls,
    stored,
    async insert(batch: SpoolBatch) {
      assert.equal(++running, 1, 'one insert at a time');
      calls.push(batch.id);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      const failure = failures[batch.id]?.shift();
      if (failure) throw failure;
      assert.ok(existsSync(batch.path), 'the file is there while it is inserted');
      // As the database does: the same id again adds nothing.
      stored.set(batch.id, batch.messages);
    },
  };
}

function drainer(options: Partial<SpoolDrainerOptions> & Pick<SpoolDrainerOptions, 'inserter'>): SpoolDrainer {
  return createSpoolDrainer({
    directory,
    limitBytes: 1e9,
    policy: 'drop-oldest',
    retryAfterMs: 1,
    retryAtMostMs: 4,
    ...options,
  });
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let round = 0; !condition(); round++) {
    if (round > 2000) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const rejectedFiles = (): string[] => readdirSync(join(directory, 'rejected')).sort();
const readRejected = (name: string): string => readFileSync(join(directory, 'rejected', name), 'utf8');

/** An inserter that waits until it is let go. */
function heldInserter() {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const inserter = fakeInserter();
  const insert = inserter.insert.bind(inserter);
  inserter.insert = async (batch) => {
    await released;
    await insert(batch);
  };
  return { inserter, release };
}

test('inserts in order, one at a time, and removes what is in', async () => {
  const inserter = fakeInserter();
  const spool = drainer({ inserter });
  await spool.start();
  const outcomes: [string, BatchOutcome][] = [];
  for (const id of ['a', 'b', 'c']) spool.add(writeBatch(id, 5), (outcome) => outcomes.push([id, outcome]));
  assert.equal(spool.report().spool.batches, 3);
  assert.equal(spool.report().spool.bytes, 300);
  await spool.idle();
  await spool.stop();
  assert.deepEqual(inserter.calls, ['a', 'b', 'c']);
  assert.deepEqual(outcomes, [
    ['a', 'stored'],
    ['b', 'stored'],
    ['c', 'stored'],
  ]);
  assert.deepEqual(readdirSync(directory), []);
  const { spool: left, insertedMessages } = spool.report();
  assert.deepEqual(left, { batches: 0, bytes: 0, limitBytes: 1e9, droppedMessages: 0, oldestUs: null });
  assert.equal(insertedMessages, 15);
});

test('finds what a crash left, oldest first, and removes what was half written', async () => {
  for (const [id, seconds] of [
    ['young', 3000],
    ['old', 1000],
    ['middle', 2000],
  ] as const) {
    utimesSync(writeBatch(id, 7).path, seconds, seconds);
  }
  writeFileSync(join(directory, 'half.3.tmp'), 'x');
  writeFileSync(join(directory, 'README'), 'of no concern');
  const inserter = fakeInserter();
  const spool = drainer({ inserter });
  await spool.start();
  assert.equal(spool.report().spool.oldestUs, 1000e6);
  await spool.idle();
  await spool.stop();
  assert.deepEqual(inserter.calls, ['old', 'middle', 'young']);
  assert.deepEqual(readdirSync(directory), ['README']);
  assert.equal(spool.report().recoveredBatches, 3);
  assert.equal(spool.report().recoveredMessages, 21);
});

test('makes the directory', async () => {
  const spool = createSpoolDrainer({
    directory: join(directory, 'a/b'),
    inserter: fakeInserter(),
    limitBytes: 1,
    policy: 'drop-oldest',
  });
  await spool.start();
  await spool.stop();
  assert.ok(existsSync(join(directory, 'a/b')));
});

test('repeats an insert that failed for the moment, before any other, and says what is wrong meanwhile', async () => {
  const inserter = fakeInserter({ a: [passing(), passing(), new Error('of no known kind')] });
  const spool = drainer({ inserter, retryAfterMs: 50, retryAtMostMs: 50 });
  await spool.start();
  spool.add(writeBatch('a', 1));
  spool.add(writeBatch('b', 1));
  await until(() => spool.report().lastError === 'the engine restarts', 'the error');
  await spool.idle();
  await spool.stop();
  assert.deepEqual(inserter.calls, ['a', 'a', 'a', 'a', 'b']);
  assert.equal(spool.report().lastError, undefined);
  assert.equal(spool.report().insertedBatches, 2);
});

test('a batch inserted before a crash is inserted again with the same id, which adds nothing', async () => {
  const inserter = fakeInserter();
  const batch = writeBatch('a', 4);
  await inserter.insert(batch);
  const spool = drainer({ inserter });
  await spool.start();
  await spool.idle();
  await spool.stop();
  assert.deepEqual(inserter.calls, ['a', 'a']);
  assert.deepEqual([...inserter.stored], [['a', 4]]);
});

test('sets a corrupt batch aside with the reason, and goes on with the others', async () => {
  const inserter = fakeInserter({ bad: [corrupt()] });
  const spool = drainer({ inserter });
  await spool.start();
  const outcomes: string[] = [];
  for (const id of ['bad', 'good']) spool.add(writeBatch(id, 3), (outcome) => outcomes.push(`${id} ${outcome}`));
  await spool.idle();
  await spool.stop();
  assert.deepEqual(outcomes, ['bad rejected', 'good stored']);
  assert.deepEqual(readdirSync(directory), ['rejected']);
  assert.deepEqual(rejectedFiles(), ['bad.3.batch', 'bad.3.batch.reason.txt']);
  assert.match(readRejected('bad.3.batch.reason.txt'), /row 3 does not parse/);
  assert.equal(spool.report().rejectedMessages, 3);
  assert.equal(spool.report().spool.bytes, 0);
  // Nor does it come back at the next start.
  const next = drainer({ inserter });
  await next.start();
  await next.stop();
  assert.equal(next.report().recoveredBatches, 0);
});

test('a batch that fails for no known reason is set aside in the end', async () => {
  const failures = Array.from({ length: 100 }, () => new TypeError('a fault of the program'));
  const inserter = fakeInserter({ odd: failures });
  const spool = drainer({ inserter });
  await spool.start();
  spool.add(writeBatch('odd', 1));
  spool.add(writeBatch('good', 1));
  await spool.idle();
  await spool.stop();
  assert.equal(inserter.calls.at(-1), 'good');
  assert.equal(spool.report().rejectedBatches, 1);
});

test('keeps few of the rejected batches', async () => {
  const names = Array.from({ length: 104 }, (_, i) => `bad${i}`);
  const inserter = fakeInserter(Object.fromEntries(names.map((name) => [name, [corrupt()]])));
  const spool = drainer({ inserter });
  await spool.start();
  for (const name of names) spool.add(writeBatch(name, 1));
  await spool.idle();
  await spool.stop();
  assert.equal(rejectedFiles().filter((name) => name.endsWith('.batch')).length, 100);
  assert.equal(rejectedFiles().length, 200);
});

test('drops the oldest batches past the bound, exactly counted, but not the one that is being inserted', async () => {
  const { inserter, release } = heldInserter();
  const spool = drainer({ inserter, limitBytes: 350 });
  await spool.start();
  const outcomes: Record<string, BatchOutcome> = {};
  for (const [i, id] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    spool.add(writeBatch(id, 10 ** i), (outcome) => {
      outcomes[id] = outcome;
    });
    assert.ok(spool.report().spool.bytes <= 350);
  }
  assert.equal(spool.isNearlyFull, true);
  release();
  await spool.idle();
  await spool.stop();
  assert.deepEqual(outcomes, { a: 'stored', b: 'dropped', c: 'dropped', d: 'stored', e: 'stored' });
  assert.equal(spool.report().spool.droppedMessages, 110);
  assert.equal(spool.report().insertedMessages, 11_001);
  assert.equal(spool.isNearlyFull, false);
  assert.deepEqual(readdirSync(directory), []);
});

test('drops the newest batches when told to', async () => {
  const { inserter, release } = heldInserter();
  const spool = drainer({ inserter, limitBytes: 350, policy: 'drop-newest' });
  await spool.start();
  for (const [i, id] of ['a', 'b', 'c', 'd', 'e'].entries()) spool.add(writeBatch(id, 10 ** i));
  release();
  await spool.idle();
  await spool.stop();
  assert.deepEqual(inserter.calls, ['a', 'b', 'c']);
  assert.equal(spool.report().spool.droppedMessages, 11_000);
});

test('another bound and policy count from the moment they are set', async () => {
  const { inserter, release } = heldInserter();
  const spool = drainer({ inserter, limitBytes: 1000 });
  await spool.start();
  for (const [i, id] of ['a', 'b', 'c', 'd'].entries()) spool.add(writeBatch(id, 10 ** i));
  spool.reconfigure({ limitBytes: 350, policy: 'drop-newest' });
  assert.equal(spool.report().spool.limitBytes, 350);
  assert.equal(spool.isNearlyFull, true);
  release();
  await spool.idle();
  await spool.stop();
  assert.deepEqual(inserter.calls, ['a', 'b', 'c']);
  assert.equal(spool.report().spool.droppedMessages, 1000);
});

test('what is left over past the bound is dropped at the start, and counted', async () => {
  for (const [i, id] of ['a', 'b', 'c'].entries()) utimesSync(writeBatch(id, 10 ** i).path, 1000 + i, 1000 + i);
  const inserter = fakeInserter();
  const spool = drainer({ inserter, limitBytes: 250 });
  await spool.start();
  await spool.idle();
  await spool.stop();
  assert.deepEqual(inserter.calls, ['b', 'c']);
  assert.equal(spool.report().spool.droppedMessages, 1);
  assert.deepEqual(spool.report().spool.earlier, { found: 111, stored: 110, dropped: 1, rejected: 0 });
});

test('a stop while the database is away leaves what waits for the next start', async () => {
  const inserter = fakeInserter({ a: Array.from({ length: 1000 }, passing) });
  const spool = drainer({ inserter, retryAfterMs: 60_000, retryAtMostMs: 60_000 });
  await spool.start();
  spool.add(writeBatch('a', 1));
  spool.add(writeBatch('b', 1));
  await until(() => inserter.calls.length === 1, 'the insert');
  await spool.stop();
  assert.deepEqual(inserter.calls, ['a']);
  // What was tried alone is only ever repeated alone.
  assert.deepEqual(readdirSync(directory).sort(), ['a.1.single', 'b.1.batch']);
  const next = fakeInserter();
  const restarted = drainer({ inserter: next });
  await restarted.start();
  await restarted.idle();
  await restarted.stop();
  assert.deepEqual(next.calls.sort(), ['a', 'b']);
});

test('a directory that cannot be used is said at the start', async () => {
  const file = join(directory, 'file');
  writeFileSync(file, '');
  const spool = createSpoolDrainer({
    directory: join(file, 'x'),
    inserter: fakeInserter(),
    limitBytes: 1,
    policy: 'drop-oldest',
  });
  await assert.rejects(spool.start(), /ENOTDIR|EEXIST/);
});

/** An inserter that takes groups, and refuses those with a batch that it is told is bad. */
function groupInserter(bad = '') {
  const groups: { id: string; names: string[] }[] = [];
  const single = fakeInserter(bad === '' ? {} : { [bad]: [corrupt()] });
  return {
    groups,
    single,
    inserter: {
      insert: single.insert.bind(single),
      async insertGroup({ id, batches }: SpoolGroup) {
        groups.push({ id, names: batches.map((batch) => batch.id) });
        assert.ok(existsSync(join(directory, `${id}.group`)), 'which go in together is written down before');
        for (const batch of batches) assert.ok(existsSync(batch.path));
        await new Promise((resolve) => setImmediate(resolve));
        if (batches.some((batch) => batch.id === bad)) throw corrupt();
        for (const batch of batches) single.stored.set(batch.id, batch.messages);
      },
    },
  };
}

test('several that wait go in together, and nothing of them is left', async () => {
  const { inserter, groups, single } = groupInserter();
  for (const id of ['a', 'b', 'c']) writeBatch(id, 5);
  const spool = drainer({ inserter });
  await spool.start();
  await spool.idle();
  await spool.stop();
  assert.deepEqual(
    groups.map(({ names }) => names),
    [['a', 'b', 'c']],
  );
  assert.deepEqual([...single.stored.keys()], ['a', 'b', 'c']);
  assert.deepEqual(readdirSync(directory), []);
  assert.equal(spool.report().insertedMessages, 15);
});

test('a bad one among several does not take the others with it', async () => {
  const { inserter, single } = groupInserter('b');
  for (const id of ['a', 'b', 'c']) writeBatch(id, 5);
  const spool = drainer({ inserter });
  await spool.start();
  await spool.idle();
  await spool.stop();
  assert.deepEqual([...single.stored.keys()].sort(), ['a', 'c']);
  assert.equal(spool.report().rejectedMessages, 5);
});

test('a group that a crash left is repeated as it was; one that was being removed is removed', async () => {
  const { inserter, groups, single } = groupInserter();
  for (const id of ['a', 'b', 'c', 'd', 'e']) writeBatch(id, 5);
  writeFileSync(join(directory, 'group_1.group'), JSON.stringify(['b.5.batch', 'd.5.batch']));
  writeFileSync(join(directory, 'group_2.group'), JSON.stringify(['gone.5.batch', 'e.5.batch']));
  const spool = drainer({ inserter });
  await spool.start();
  await spool.idle();
  await spool.stop();
  assert.deepEqual(groups[0], { id: 'group_1', names: ['b', 'd'] });
  assert.deepEqual(groups[1]!.names, ['a', 'c']);
  assert.deepEqual([...single.stored.keys()].sort(), ['a', 'b', 'c', 'd']);
  assert.deepEqual(readdirSync(directory), []);
});

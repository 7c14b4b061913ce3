// The disk is full: what cannot be written into the spool is counted, what is in it waits, and all goes on when there is room again.
import assert from 'node:assert/strict';
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReport } from '@calliope/model';
import {
  assertAccounted,
  enginePid,
  mountSkipReason,
  mountSmallDisk,
  poll,
  readAccounts,
  startCalliope,
  startNumberedTraffic,
  withTemporaryDirectory,
} from '../src/index.ts';

/** Takes all that is free. Returns how to give it back. */
function fillDisk(directory: string): () => void {
  const path = join(directory, 'filler');
  const file = openSync(path, 'w');
  try {
    for (const size of [1 << 20, 1 << 12]) {
      const bytes = Buffer.alloc(size, 'x');
      try {
        while (writeSync(file, bytes) === size);
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
      }
    }
  } finally {
    closeSync(file);
  }
  return () => rmSync(path);
}

const freeBytes = (directory: string): number => {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
};

test(
  'spool and database on one disk that runs full: loss is counted, nothing ends, and all goes on with room',
  { skip: mountSkipReason() },
  () =>
    withTemporaryDirectory(async (directory) => {
      await using disk = await mountSmallDisk(directory, 192);
      await using node = await startCalliope({ directory: disk.directory });
      const run = { prefix: 'full-', padding: 300 };
      await using traffic = await startNumberedTraffic({ ...run, port: node.hepPort, perSecond: 1000 });
      await delay(1500);
      const giveBack = fillDisk(disk.directory);
      assert.ok(freeBytes(disk.directory) < 100_000);
      await poll(
        () => readAccounts(node),
        ({ dropped }) => (dropped.spool ?? 0) > 1500,
        30_000,
      );
      const full = await node.get<HealthReport>('health');
      assert.equal(full.status, 'degraded');
      assert.match(full.problems.join('\n'), /a batch could not be written: ENOSPC/);
      assert.match(full.problems.join('\n'), /Only 0\.0 GB are free on the disk/);
      // The database is killed too: it must find its way back on the full disk, or wait for room.
      process.kill(await enginePid(node), 'SIGKILL');
      await delay(2000);
      giveBack();
      await poll(
        () => node.get<HealthReport>('health'),
        ({ engine, spool }) => engine.state === 'running' && spool.batches <= 2,
        60_000,
      );
      const lostWhenFull = (await readAccounts(node)).dropped.spool!;
      await delay(1000);
      const { accounts, health } = await assertAccounted(node, { ...run, sent: await traffic.stop() });
      assert.deepEqual(Object.keys(accounts.dropped), ['spool']);
      // Nothing more once there is room, and nothing of what was in the spool was set aside.
      assert.ok(accounts.dropped.spool! - lostWhenFull < 1000, `${lostWhenFull} lost, then ${accounts.dropped.spool}`);
      assert.ok(!health.problems.some((problem) => /set aside/.test(problem)));
    }),
);

test('a database that finds no room waits, while the spool has its own reserve', { skip: mountSkipReason() }, () =>
  withTemporaryDirectory(async (directory) => {
    await using disk = await mountSmallDisk(directory, 192);
    // The spool is on another disk than the database, as operators may have it.
    const spoolDisk = await mountSmallDisk(directory, 64, join(disk.directory, 'data', 'spool'));
    await using _ = spoolDisk;
    await using node = await startCalliope({ directory: disk.directory });
    const run = { prefix: 'waits-', padding: 300 };
    await using traffic = await startNumberedTraffic({ ...run, port: node.hepPort, perSecond: 1000 });
    await delay(1500);
    const giveBack = fillDisk(disk.directory);
    // What the database says of it differs from insert to insert; once it must have been this.
    const saysWhy = (problem: string): boolean =>
      /^Storing fails and is repeated: .*(not enough space|No space left)/.test(problem);
    await poll(
      () => node.get<HealthReport>('health'),
      ({ spool, problems }) => spool.batches > 10 && problems.some(saysWhy),
      30_000,
    );
    assert.deepEqual((await readAccounts(node)).dropped, {});
    giveBack();
    const { accounts } = await assertAccounted(node, { ...run, sent: await traffic.stop() });
    assert.deepEqual(accounts.dropped, {});
  }),
);

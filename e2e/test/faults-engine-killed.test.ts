// The database's process is killed again and again while messages come: each is stored, and each once.
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReport } from '@calliope/model';
import {
  assertAccounted,
  enginePid,
  poll,
  startCalliope,
  startNumberedTraffic,
  withTemporaryDirectory,
} from '../src/index.ts';

const KILLS = 5;

test('a database killed at random moments costs no message and stores none twice', () =>
  withTemporaryDirectory(async (directory) => {
    await using node = await startCalliope({ directory });
    const prefix = 'killed-';
    await using traffic = await startNumberedTraffic({ port: node.hepPort, prefix, perSecond: 1500 });
    for (let kill = 0; kill < KILLS; kill++) {
      // From before it serves (killed while it opens) to the middle of inserts, of which several run each second.
      await delay(200 + Math.random() * 1800);
      process.kill(await enginePid(node), 'SIGKILL');
    }
    await delay(1000);
    const sent = await traffic.stop();
    const { accounts, health } = await assertAccounted(node, { prefix, sent });
    assert.deepEqual(accounts.dropped, {});
    assert.ok(health.engine.restarts >= KILLS - 1, `${health.engine.restarts} restarts`);
    assert.match(health.engine.lastError!, /SIGKILL/);
  }));

test('a database killed in the very middle of an insert has all of it once afterwards', () =>
  withTemporaryDirectory(async (directory) => {
    await using node = await startCalliope({ directory });
    const prefix = 'cut-';
    await using traffic = await startNumberedTraffic({ port: node.hepPort, prefix, perSecond: 4000, padding: 500 });
    for (let kill = 0; kill < 3; kill++) {
      await delay(500);
      const pid = await enginePid(node);
      // While it stands still the spool fills, so that what it does when it goes on is inserting.
      process.kill(pid, 'SIGSTOP');
      await delay(1500);
      process.kill(pid, 'SIGCONT');
      await delay(15 * (kill + 1));
      process.kill(pid, 'SIGKILL');
      await poll(
        () => node.get<HealthReport>('health'),
        ({ engine }) => engine.state === 'running' && engine.restarts > kill,
        40_000,
      );
    }
    const sent = await traffic.stop();
    const { accounts } = await assertAccounted(node, { prefix, sent, padding: 500 });
    assert.deepEqual(accounts.dropped, {});
  }));

// The database cannot be started for a long time: capture goes on into the spool, and afterwards all of it is stored in order.
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReport, MessagesResponse } from '@calliope/model';
import {
  assertAccounted,
  assertStoredOnce,
  type CalliopeNode,
  numberedCallId,
  poll,
  readAccounts,
  readMetrics,
  startCalliope,
  startNumberedTraffic,
  takeDatabaseAway,
  withTemporaryDirectory,
} from '../src/index.ts';

/** Ten minutes are no different, only longer: `DATABASE_AWAY_SECONDS=600 npm test -- faults-database-away --timeout 1000`. */
const AWAY_SECONDS = Number(process.env.DATABASE_AWAY_SECONDS ?? 11);
const PER_SECOND = AWAY_SECONDS > 60 ? 200 : 800;

test('while the database cannot be started the spool grows, and drains in order when it can', () =>
  withTemporaryDirectory(async (directory) => {
    await using node = await startCalliope({ directory });
    const prefix = 'away-';
    await using traffic = await startNumberedTraffic({ port: node.hepPort, prefix, perSecond: PER_SECOND });
    await delay(1500);
    const bringBack = await takeDatabaseAway(node);
    const before = await readAccounts(node);

    const samples: HealthReport[] = [];
    for (let second = 0; second < AWAY_SECONDS; second += 3) {
      await delay(3000);
      samples.push(await node.get<HealthReport>('health'));
    }
    for (const [index, health] of samples.entries()) {
      assert.equal(health.status, 'degraded');
      assert.match(health.problems.join('\n'), /messages wait in the spool, searches do not work/);
      if (index > 0) assert.ok(health.spool.bytes > samples[index - 1]!.spool.bytes, 'the spool grows');
    }
    const last = samples.at(-1)!;
    assert.match(last.engine.lastError!, /did not open/);
    const waiting = await readMetrics(node);
    assert.equal(waiting.get('calliope_engine_up'), 0);
    assert.ok(waiting.get('calliope_spool_bytes')! > 0);
    assert.equal((await readAccounts(node)).stored, before.stored);
    assert.ok((await readAccounts(node)).received >= before.received + 0.5 * AWAY_SECONDS * PER_SECOND);

    const sentBefore = traffic.sent;
    bringBack();
    // As long as batches are ever tried again, which is not at once after a long absence.
    await poll(
      () => readAccounts(node),
      ({ stored }) => stored > before.stored,
      60_000,
    );
    // In order: whatever is there, all that was sent well before it is there too.
    for (let look = 0; look < 5; look++) {
      const stored = await newestStored(node, prefix, sentBefore);
      if (stored > 2000) assert.equal(await isStored(node, prefix, stored - 2000), true, `number ${stored - 2000}`);
      await delay(200);
    }
    const { accounts } = await assertAccounted(node, { prefix, sent: await traffic.stop(), timeoutMs: 120_000 });
    assert.deepEqual(accounts.dropped, {});
  }));

test('a server that is started while its database does not open captures all the same', () =>
  withTemporaryDirectory(async (directory) => {
    const prefix = 'without-';
    let bringBack: () => void;
    {
      await using first = await startCalliope({ directory });
      bringBack = await takeDatabaseAway(first);
    }
    await using node = await startCalliope({ directory });
    assert.match(node.program.output, /database does not come up .*waits in the spool/);
    await using traffic = await startNumberedTraffic({ port: node.hepPort, prefix, perSecond: 500 });
    await delay(2500);
    assert.equal((await readAccounts(node)).stored, 0);
    bringBack();
    const { accounts } = await assertAccounted(node, { prefix, sent: await traffic.stop() });
    assert.deepEqual(accounts.dropped, {});
  }));

test('what waits when the server is stopped and started again is stored once', () =>
  withTemporaryDirectory(async (directory) => {
    const prefix = 'stopped-';
    let sent = 0;
    let bringBack: () => void;
    {
      await using first = await startCalliope({ directory });
      await using traffic = await startNumberedTraffic({ port: first.hepPort, prefix, perSecond: 1000 });
      await delay(1000);
      bringBack = await takeDatabaseAway(first);
      await delay(2000);
      sent = await traffic.stop();
      await poll(
        () => readAccounts(first),
        ({ received }) => received >= sent,
        10_000,
      );
      await first.program.stop('SIGTERM', 20_000);
      assert.match(first.program.output, /Stopped\.$/m);
    }
    bringBack();
    await using node = await startCalliope({ directory });
    await poll(
      () => node.get<HealthReport>('health'),
      ({ spool }) => spool.batches === 0,
      60_000,
    );
    await assertStoredOnce(node, { prefix, sent, stored: sent });
  }));

async function newestStored(node: CalliopeNode, prefix: string, below: number): Promise<number> {
  const { items } = await node.get<MessagesResponse>('messages', { q: `call_id = ${prefix}*`, limit: '1' });
  return Math.min(below, Number(items[0]?.callId.slice(prefix.length) ?? 0));
}

async function isStored(node: CalliopeNode, prefix: string, number: number): Promise<boolean> {
  const q = `call_id == "${numberedCallId(prefix, number)}"`;
  return (await node.get<MessagesResponse>('messages', { q })).items.length === 1;
}

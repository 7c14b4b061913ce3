// What the database does not take, and what the disk gave back damaged: the rest of the batch is stored, what is not is kept to be looked at, and counted.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReport } from '@calliope/model';
import {
  assertStoredOnce,
  type CalliopeNode,
  poll,
  readAccounts,
  readMetrics,
  startCalliope,
  startNumberedTraffic,
  takeDatabaseAway,
  withTemporaryDirectory,
} from '../src/index.ts';

/** Leaves some batches in a spool, without an orderly stop. Returns how many messages were sent. */
async function leaveBatches(directory: string, prefix: string): Promise<{ sent: number; bringBack: () => void }> {
  await using first = await startCalliope({ directory });
  const bringBack = await takeDatabaseAway(first);
  await using traffic = await startNumberedTraffic({ port: first.hepPort, prefix, perSecond: 500, tcpShare: 0 });
  await delay(2500);
  const sent = await traffic.stop();
  await poll(
    () => readAccounts(first),
    ({ received }) => received >= sent,
    10_000,
  );
  await delay(500);
  process.kill(first.serverPid, 'SIGKILL');
  return { sent, bringBack };
}

async function drained(node: CalliopeNode): Promise<HealthReport> {
  return poll(
    () => node.get<HealthReport>('health'),
    ({ spool, engine }) => engine.state === 'running' && spool.batches === 0,
    60_000,
  );
}

test('batches that the disk gave back cut or empty give what can be read; what cannot is counted and kept', () =>
  withTemporaryDirectory(async (directory) => {
    const prefix = 'cut-';
    const { sent, bringBack } = await leaveBatches(directory, prefix);
    bringBack();
    const spool = join(directory, 'data', 'spool');
    const batches = readdirSync(spool).filter((name) => /\.(batch|single)$/.test(name));
    assert.ok(batches.length >= 5, batches.join());
    const messagesOf = (name: string): number => Number(name.split('.').at(-2));
    const files = (name: string) => readdirSync(join(spool, name)).map((file) => join(spool, name, file));
    // A power cut leaves files without their ends, or with nothing in them.
    const [cut, empty] = batches.slice(1, 3) as [string, string];
    for (const file of files(cut).filter((path) => path.includes('messages'))) {
      truncateSync(file, Math.round(readFileSync(file).length * 0.7));
    }
    for (const file of files(empty)) truncateSync(file, 0);

    await using node = await startCalliope({ directory });
    const { spool: left, problems } = await drained(node);
    const { stored, dropped, rejected, found } = left.earlier!;
    assert.deepEqual([found, dropped, stored + rejected], [sent, 0, sent]);
    assert.ok(
      rejected > messagesOf(empty) && rejected < messagesOf(empty) + messagesOf(cut),
      `${rejected} are set aside`,
    );
    await assertStoredOnce(node, { prefix, sent, stored });
    assert.match(problems.join('\n'), new RegExp(`^${rejected} messages were set aside`, 'm'));
    assert.equal((await readMetrics(node)).get('calliope_messages_dropped_total/rejected'), rejected);
    const kept = readdirSync(join(spool, 'rejected')).sort();
    assert.equal(kept.filter((name) => name.endsWith('.reason.txt')).length, 1, kept.join());
    const rows = kept.find((name) => name.endsWith('.rows.jsonl'))!;
    const lines = readFileSync(join(spool, 'rejected', rows), 'utf8')
      .trim()
      .split('\n');
    assert.equal(lines.length, rejected - messagesOf(empty));
    assert.match(JSON.parse(lines[0]!).reason, /damaged/);
  }));

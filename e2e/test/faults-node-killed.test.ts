// The whole server is killed with -9 at the moment when many batches go in together: what was in the spool is stored, and each message once.
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReport, MessagesResponse } from '@calliope/model';
import {
  assertStoredOnce,
  enginePid,
  poll,
  startCalliope,
  startNumberedTraffic,
  withTemporaryDirectory,
} from '../src/index.ts';

/** After the database, which stood still while the spool filled, goes on: in the first group, between two, and when single batches go in again. */
const KILL_AFTER_MS = [5, 60, 180, 700];

test('a server killed with -9 while groups of batches go in has each message once, and none missing before the last', () =>
  withTemporaryDirectory(async (directory) => {
    const rounds: { prefix: string; sent: number }[] = [];
    for (const [round, killAfterMs] of KILL_AFTER_MS.entries()) {
      await using node = await startCalliope({ directory });
      const flows = [
        { prefix: `udp${round}-`, tcpShare: 0 },
        { prefix: `tcp${round}-`, tcpShare: 1 },
      ];
      await using udp = await startNumberedTraffic({ ...flows[0]!, port: node.hepPort, perSecond: 1000 });
      await using tcp = await startNumberedTraffic({ ...flows[1]!, port: node.hepPort, perSecond: 1000 });
      const engine = await enginePid(node);
      await delay(600);
      process.kill(engine, 'SIGSTOP');
      await delay(2000);
      process.kill(engine, 'SIGCONT');
      await delay(killAfterMs);
      process.kill(node.serverPid, 'SIGKILL');
      rounds.push({ prefix: flows[0]!.prefix, sent: udp.sent }, { prefix: flows[1]!.prefix, sent: tcp.sent });
      await node.program.stop('SIGKILL');
    }

    await using node = await startCalliope({ directory });
    await poll(
      () => node.get<HealthReport>('health'),
      ({ spool }) => spool.batches === 0,
      60_000,
    );
    for (const { prefix, sent } of rounds) {
      const { total } = await node.get<MessagesResponse>('messages', { q: `call_id = ${prefix}*`, limit: '1' });
      const stored = total!.count;
      const { numbers } = await assertStoredOnce(node, { prefix, sent, stored });
      assert.ok(stored > 0, prefix);
      // Each came over one socket in order, so that what is there is all up to the last that was in the spool.
      assert.equal(numbers.at(-1), stored - 1, `${prefix}: a hole`);
    }
  }));

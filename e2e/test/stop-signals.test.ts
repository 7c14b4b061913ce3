// How a server ends when it is asked to: in order, also by signals that come to all its processes at once.
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReport } from '@calliope/model';
import { assertStoredOnce, startCalliope, startNumberedTraffic, withTemporaryDirectory } from '../src/index.ts';

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} to the whole group, as a terminal sends it, stops in order: nothing that was received is lost`, () =>
    withTemporaryDirectory(async (directory) => {
      const prefix = `stop-${signal}-`;
      let sent: number;
      {
        await using node = await startCalliope({ directory });
        const traffic = await startNumberedTraffic({ port: node.hepPort, prefix, perSecond: 2000 });
        await delay(600);
        sent = await traffic.stop();
        process.kill(-node.program.pid!, signal);
        const status = await node.program.waitForExit(30_000);
        assert.equal(status.code, 0, node.program.output);
        assert.match(node.program.output, /Stopped\./);
      }
      await using node = await startCalliope({ directory });
      assert.equal((await node.get<HealthReport>('health')).spool.droppedMessages, 0);
      await assertStoredOnce(node, { prefix, sent, stored: sent });
    }));
}

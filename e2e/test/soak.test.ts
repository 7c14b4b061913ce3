// Most of a minute of steady traffic with searches running: nothing is lost, and memory does not grow without end. The hour is `npm run bench -- soak`.
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallsResponse, MessagesResponse } from '@calliope/model';
import {
  anonymousMemory,
  assertAccounted,
  type CalliopeNode,
  enginePid,
  numberedCallId,
  startCalliope,
  startNumberedTraffic,
  withTemporaryDirectory,
} from '../src/index.ts';

const PER_SECOND = 1500;
const WARM_UP_S = 20;
const MEASURED_S = 24;
/** Far above what caches and collections make, far below what a message a second kept in memory would be in an hour. */
const MOST_GROWTH_BYTES = { server: 64e6, engine: 192e6 };

/** Searches as somebody at the page makes them, one after the other, until it is told to stop. */
async function search(node: CalliopeNode, prefix: string, sent: () => number, isOver: () => boolean): Promise<number> {
  let searches = 0;
  while (!isOver()) {
    const number = Math.floor(Math.random() * Math.max(1, sent() - 2 * PER_SECOND));
    const { total } = await node.get<CallsResponse>('calls', { limit: '100' });
    assert.ok(total!.count >= 0);
    await node.get<MessagesResponse>('messages', { q: `call_id == "${numberedCallId(prefix, number)}"` });
    await node.get('histogram', { of: 'messages' });
    searches++;
    await delay(500);
  }
  return searches;
}

test('steady traffic with searches costs no message, and no more memory after a while', (t) =>
  withTemporaryDirectory(async (directory) => {
    await using node = await startCalliope({ directory });
    const prefix = 'soak-';
    await using traffic = await startNumberedTraffic({ port: node.hepPort, prefix, perSecond: PER_SECOND });
    let isOver = false;
    const searching = search(
      node,
      prefix,
      () => traffic.sent,
      () => isOver,
    );
    const pids = { server: node.serverPid, engine: await enginePid(node) };
    const memory = (): Record<keyof typeof pids, number> => ({
      server: anonymousMemory(pids.server),
      engine: anonymousMemory(pids.engine),
    });
    await delay(1000 * WARM_UP_S);
    const before = memory();
    // The least of the last seconds: what was collected and merged meanwhile is no growth.
    const least = { server: Number.POSITIVE_INFINITY, engine: Number.POSITIVE_INFINITY };
    for (let second = 0; second < MEASURED_S; second++) {
      await delay(1000);
      if (second < MEASURED_S - 10) continue;
      const now = memory();
      for (const role of ['server', 'engine'] as const) least[role] = Math.min(least[role], now[role]);
    }
    isOver = true;
    const searches = await searching;
    for (const role of ['server', 'engine'] as const) {
      const growth = least[role] - before[role];
      t.diagnostic(`${role}: ${(before[role] / 1e6).toFixed(0)} MB, then ${(least[role] / 1e6).toFixed(0)} MB`);
      assert.ok(before[role] > 0 && growth < MOST_GROWTH_BYTES[role], `${role} grew by ${growth} bytes`);
    }
    assert.ok(searches > 0);
    process.kill(pids.engine, 0);
    const { accounts } = await assertAccounted(node, { prefix, sent: await traffic.stop() });
    assert.deepEqual(accounts.dropped, {});
  }));

// The clock of the machine jumps while messages come: timers go by another clock, and nothing is lost, doubled, stuck or forgotten.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReport } from '@calliope/model';
import {
  assertAccounted,
  assertStoredOnce,
  type CalliopeNode,
  createFakeClock,
  fakeClockSkipReason,
  poll,
  readAccounts,
  SEEN_AFTER_MS,
  startCalliope,
  startNumberedTraffic,
  withTemporaryDirectory,
} from '../src/index.ts';

const HOUR = 3600;

/** Logs in as somebody at a browser does, and gives the cookie. */
async function logIn(node: CalliopeNode): Promise<string> {
  const body = JSON.stringify({ username: 'admin', password: node.adminPassword });
  const response = await fetch(`${node.url}/api/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: node.url },
    body,
  });
  assert.ok(response.ok, `${response.status} ${await response.text()}`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

async function isLoggedIn(node: CalliopeNode, cookie: string): Promise<boolean> {
  return (await fetch(`${node.url}/api/v1/me`, { headers: { cookie } })).ok;
}

test('a clock that jumps an hour forward and back costs nothing', { skip: fakeClockSkipReason() }, () =>
  withTemporaryDirectory(async (directory) => {
    const clock = createFakeClock(directory);
    await using node = await startCalliope({
      directory,
      environment: clock.environment,
      args: ['--retention-days', '1'],
    });
    const cookie = await logIn(node);
    const prefix = 'jump-';
    // Those who send have the right time.
    await using traffic = await startNumberedTraffic({ port: node.hepPort, prefix, perSecond: 400 });
    await delay(1500);
    for (const offset of [HOUR, -HOUR, 0]) {
      clock.setOffset(offset);
      await delay(SEEN_AFTER_MS + 500);
      const { stored } = await readAccounts(node);
      const sent = traffic.sent;
      // Batches are closed, go in, and are counted: all that was sent before, whatever the clock says.
      const { received } = await poll(
        () => readAccounts(node),
        (accounts) => accounts.stored >= sent,
        30_000,
      );
      assert.ok(received >= sent && sent > stored, `with an offset of ${offset} s`);
      assert.equal(await isLoggedIn(node, cookie), true, `logged in with an offset of ${offset} s`);
      const { engine } = await node.get<HealthReport>('health');
      assert.deepEqual([engine.state, engine.restarts], ['running', 0]);
    }
    const { accounts } = await assertAccounted(node, { prefix, sent: await traffic.stop() });
    assert.deepEqual(accounts.dropped, {});
  }),
);

test(
  'what waits while the clock is set back is stored once by a server that starts earlier than it ended',
  { skip: fakeClockSkipReason() },
  () =>
    withTemporaryDirectory(async (directory) => {
      const clock = createFakeClock(directory);
      const environment = clock.environment;
      const prefix = 'back-';
      let sent = 0;
      {
        clock.setOffset(HOUR);
        await using first = await startCalliope({ directory, environment });
        await using traffic = await startNumberedTraffic({ port: first.hepPort, prefix, perSecond: 400 });
        await delay(2000);
        sent = await traffic.stop();
        await poll(
          () => readAccounts(first),
          ({ received }) => received >= sent,
          10_000,
        );
      }
      clock.setOffset(-HOUR);
      await using second = await startCalliope({ directory, environment });
      await using traffic = await startNumberedTraffic({ port: second.hepPort, prefix: 'after-', perSecond: 400 });
      await delay(1500);
      const after = await traffic.stop();
      await poll(
        () => second.get<HealthReport>('health'),
        ({ spool, receivers }) => spool.batches === 0 && receivers.every(({ pending }) => pending === 0),
        30_000,
      );
      clock.setOffset(0);
      await delay(SEEN_AFTER_MS);
      await assertStoredOnce(second, { prefix, sent, stored: sent });
      await assertStoredOnce(second, { prefix: 'after-', sent: after, stored: after });
    }),
);

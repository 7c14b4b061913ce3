// The database's process stops answering while messages come: a short while does no harm, a long one ends it, and the page and the API say so.
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ErrorResponse, HealthReport, MessagesResponse } from '@calliope/model';
import {
  assertAccounted,
  enginePid,
  poll,
  readMetrics,
  runCalliope,
  startCalliope,
  startNumberedTraffic,
  withTemporaryDirectory,
} from '../src/index.ts';

test('a database that stands still for two seconds goes on as if nothing had been', () =>
  withTemporaryDirectory(async (directory) => {
    await using node = await startCalliope({ directory });
    const prefix = 'still-';
    await using traffic = await startNumberedTraffic({ port: node.hepPort, prefix, perSecond: 1500 });
    const pid = await enginePid(node);
    for (let round = 0; round < 3; round++) {
      await delay(700 + Math.random() * 300);
      process.kill(pid, 'SIGSTOP');
      await delay(2000);
      process.kill(pid, 'SIGCONT');
    }
    const { accounts, health } = await assertAccounted(node, { prefix, sent: await traffic.stop() });
    assert.deepEqual(accounts.dropped, {});
    assert.equal(health.engine.restarts, 0);
    assert.equal(await enginePid(node), pid);
  }));

test('a database that hangs is ended and started again; meanwhile searches are refused with a reason, and nothing is lost', () =>
  withTemporaryDirectory(async (directory) => {
    await using node = await startCalliope({ directory, args: ['--engine-patience', '10'] });
    const prefix = 'hung-';
    await using traffic = await startNumberedTraffic({ port: node.hepPort, prefix, perSecond: 1000 });
    await delay(1500);
    const hung = await enginePid(node);
    process.kill(hung, 'SIGSTOP');

    // One that was asked at once, when nobody knows yet, and one that is asked when it has been silent for long.
    const early = searchStatus(node);
    const refused = await poll(
      () => searchStatus(node),
      ({ error }) => /has not answered for/.test(error?.message ?? '') || error?.code === 'store_unavailable',
      20_000,
    );
    assert.deepEqual([refused.status, refused.error?.retryable], [503, true]);
    assert.ok([503, 504].includes((await early).status), `status ${(await early).status}`);

    // Neither of these waits for the database; what they say is what the page shows above everything.
    const health = await node.get<HealthReport>('health');
    assert.equal(health.status, 'degraded');
    assert.match(health.problems.join('\n'), /database (does not answer|engine is restarting)/);
    assert.ok(((await readMetrics(node)).get('calliope_messages_received_total') ?? 0) > 0);
    const { code, stdout } = await runCalliope(['health', '--data', node.dataDirectory], { cwd: directory });
    assert.equal(code, 1);
    assert.match(stdout, /^! .*database/m);

    const after = await poll(
      () => node.get<HealthReport>('health'),
      ({ engine }) => engine.restarts > 0 && engine.state === 'running',
      40_000,
    );
    assert.deepEqual([after.engine.state, after.engine.restarts], ['running', 1]);
    assert.match(after.engine.lastError!, /answered no ping/);
    assert.notEqual(await enginePid(node), hung);
    const { accounts } = await assertAccounted(node, { prefix, sent: await traffic.stop() });
    assert.deepEqual(accounts.dropped, {});
  }));

interface SearchStatus {
  status: number;
  error: ErrorResponse['error'] | undefined;
}

async function searchStatus(node: { get<T>(path: string): Promise<T> }): Promise<SearchStatus> {
  try {
    await node.get<MessagesResponse>('messages');
    return { status: 200, error: undefined };
  } catch (thrown) {
    const [, status, body] = /: (\d{3}) (.*)$/s.exec((thrown as Error).message) ?? [];
    if (status === undefined) throw thrown;
    return { status: Number(status), error: (JSON.parse(body!) as ErrorResponse).error };
  }
}

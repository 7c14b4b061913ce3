// The spool reaches its bound while the database is away: what is lost is counted to the message, and shown wherever one looks. TCP is kept waiting instead.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReport } from '@calliope/model';
import { choosePassword, logIn, openBrowser } from '../src/browser.ts';
import {
  assertAccounted,
  type CalliopeNode,
  poll,
  readAccounts,
  readMetrics,
  runCalliope,
  skipReason,
  startCalliope,
  startNumberedTraffic,
  takeDatabaseAway,
  withTemporaryDirectory,
} from '../src/index.ts';

const PADDING = 1500;
const LIMIT_BYTES = 1 << 20;

interface Outcome {
  /** Messages stored when the database went. */
  storedBefore: number;
  /** Numbers of the messages that are not stored. */
  missing: number[];
  lost: number;
}

/** Fills a small spool over UDP, waits for the loss, lets it drain, and checks the accounts. */
async function overfill(node: CalliopeNode, prefix: string): Promise<Outcome> {
  const run = { prefix, padding: PADDING };
  await using traffic = await startNumberedTraffic({ ...run, port: node.hepPort, perSecond: 400, tcpShare: 0 });
  await delay(800);
  const bringBack = await takeDatabaseAway(node);
  const { stored: storedBefore } = await readAccounts(node);
  await poll(
    () => readAccounts(node),
    ({ dropped }) => (dropped.spool ?? 0) > 300,
    30_000,
  );
  const { spool } = await node.get<HealthReport>('health');
  assert.ok(spool.bytes <= LIMIT_BYTES && spool.bytes > LIMIT_BYTES / 2, `${spool.bytes} bytes wait`);
  bringBack();
  await poll(
    () => node.get<HealthReport>('health'),
    (health) => health.engine.state === 'running' && health.spool.batches <= 2,
    60_000,
  );
  const sent = await traffic.stop();
  const { accounts, numbers, health } = await assertAccounted(node, { ...run, sent });
  assert.deepEqual(Object.keys(accounts.dropped), ['spool']);
  const lost = accounts.dropped.spool!;
  assert.equal(health.spool.droppedMessages, lost);
  const stored = new Set(numbers);
  const missing = Array.from({ length: sent }, (_, number) => number).filter((number) => !stored.has(number));
  assert.equal(missing.length, lost);
  return { storedBefore, missing, lost };
}

/** The very same figure in `/metrics`, the health report, on the command line, and so on the page, which shows the report's problems. */
async function assertLossIsShown(node: CalliopeNode, lost: number, cwd: string): Promise<void> {
  assert.equal((await readMetrics(node)).get('calliope_messages_dropped_total/spool'), lost);
  const health = await node.get<HealthReport>('health');
  assert.equal(health.status, 'degraded');
  assert.match(health.problems.join('\n'), new RegExp(`^${lost} messages were lost since the start`, 'm'));
  const { code, stdout } = await runCalliope(['health', '--data', node.dataDirectory], { cwd });
  assert.equal(code, 1);
  assert.match(stdout, new RegExp(`^! ${lost} messages were lost`, 'm'));
  assert.match(stdout, new RegExp(`\\b${lost} messages dropped`));
}

test('drop-oldest: what is left of the time without database is its end, and the loss is counted and shown', () =>
  withTemporaryDirectory(async (directory) => {
    await using node = await startCalliope({ directory, args: ['--spool-limit', '1MiB'] });
    const { storedBefore, missing, lost } = await overfill(node, 'oldest-');
    // One hole, after what the database was being given when it went.
    assert.equal(missing.at(-1)! - missing[0]!, missing.length - 1);
    assert.ok(missing[0]! < storedBefore + 1000);
    await assertLossIsShown(node, lost, directory);
  }));

test('drop-newest: what is left of the time without database is its begin', () =>
  withTemporaryDirectory(async (directory) => {
    await using node = await startCalliope({
      directory,
      args: ['--spool-limit', '1MiB', '--spool-policy', 'drop-newest'],
    });
    const { storedBefore, missing, lost } = await overfill(node, 'newest-');
    // A third of what fits into the bound is kept for sure: batches go whole.
    assert.ok(missing[0]! > storedBefore + LIMIT_BYTES / (PADDING + 500) / 3, `${missing[0]} is missing`);
    await assertLossIsShown(node, lost, directory);
  }));

test('the loss stands above every page', { skip: skipReason('chromium') }, () =>
  withTemporaryDirectory(async (directory) => {
    await using node = await startCalliope({ directory, args: ['--spool-limit', '64KiB'] });
    const run = { prefix: 'page-', padding: PADDING };
    await takeDatabaseAway(node);
    await using traffic = await startNumberedTraffic({ ...run, port: node.hepPort, perSecond: 300, tcpShare: 0 });
    await delay(2000);
    const sent = await traffic.stop();
    await poll(
      () => readAccounts(node),
      ({ received }) => received >= sent,
      10_000,
    );
    await delay(1000);
    const { dropped } = await readAccounts(node);
    assert.ok(dropped.spool! > sent / 2);
    await using browser = await openBrowser({ directory, origin: node.url });
    const { page } = browser;
    await page.goto(node.url);
    await logIn(page, 'admin', node.adminPassword!);
    await choosePassword(page, node.adminPassword!, 'eleven herons by the weir');
    const problems = page.getByRole('region', { name: 'Problems' });
    await problems.getByText(`${dropped.spool} messages were lost since the start, as the spool was full`).waitFor();
    await problems
      .getByText(/database engine is restarting/)
      .first()
      .waitFor();
    await problems.getByText(/^Receiver udp .* lost/).waitFor();
  }),
);

test('a TCP sender is kept waiting while the spool is nearly full, loses nothing, and goes on afterwards', () =>
  withTemporaryDirectory(async (directory) => {
    await using node = await startCalliope({ directory, args: ['--spool-limit', '8MiB'] });
    const run = { prefix: 'waits-', padding: PADDING };
    await using traffic = await startNumberedTraffic({ ...run, port: node.hepPort, perSecond: 3000, tcpShare: 1 });
    await delay(300);
    const bringBack = await takeDatabaseAway(node);
    await poll(
      async () => traffic.isTcpHeldUp,
      (isHeldUp) => isHeldUp,
      30_000,
    );
    await delay(500);
    const held = traffic.sent;
    const { spool, problems } = await node.get<HealthReport>('health');
    assert.ok(spool.bytes >= 0.4 * spool.limitBytes && spool.bytes <= spool.limitBytes, `${spool.bytes} bytes wait`);
    assert.match(problems.join('\n'), /senders are kept waiting, as the spool is nearly full/);
    await delay(1500);
    assert.equal(traffic.sent, held, 'nothing more is taken from the sender');
    assert.deepEqual((await readAccounts(node)).dropped, {});
    bringBack();
    await poll(
      async () => traffic.sent,
      (sent) => sent > held + 1000,
      60_000,
    );
    const { accounts } = await assertAccounted(node, { ...run, sent: await traffic.stop() });
    assert.deepEqual(accounts.dropped, {});
  }));

// The configuration is changed while messages come, and none is missed.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReport } from '@calliope/model';
import {
  assertAccounted,
  type CalliopeNode,
  poll,
  readAccounts,
  runCalliope,
  startCalliope,
  startNumberedTraffic,
  withTemporaryDirectory,
} from '../src/index.ts';

const health = (node: CalliopeNode) => node.get<HealthReport>('health');
const reloadsOf = async (node: CalliopeNode) => (await health(node)).configuration.reloads;

test('HEP keys are changed by SIGHUP under steady traffic over UDP and TCP, and nothing is lost', () =>
  withTemporaryDirectory(async (directory) => {
    const file = join(directory, 'calliope.yaml');
    const write = (...keys: string[]) => writeFileSync(file, `hep:\n  keys: [${keys.join(', ')}]\n`);
    write('first');
    await using node = await startCalliope({ directory });
    let key = 'first';
    const prefix = 'reload-';
    const traffic = await startNumberedTraffic({ port: node.hepPort, prefix, perSecond: 3000, key: () => key });
    for (const next of ['second', 'third', 'fourth']) {
      await delay(300);
      // As it is done by hand: both are good, the senders change over, the old one goes.
      write(key, next);
      const reload = await runCalliope(['reload', '--data', node.dataDirectory], { cwd: directory });
      assert.equal(reload.code, 0, reload.stderr);
      assert.match(reload.stdout, /Changed: hep\.keys/);
      key = next;
      // What shows the old key is on its way for a moment.
      const withOldKey = traffic.sent;
      await poll(
        () => readAccounts(node),
        ({ received }) => received >= withOldKey + 1000,
        60_000,
      );
      write(next);
      const before = await reloadsOf(node);
      // To the launcher, as a supervisor does, which passes it on.
      process.kill(node.program.pid!, 'SIGHUP');
      await poll(
        () => reloadsOf(node),
        (reloads) => reloads > before,
        10_000,
      );
    }
    const sent = await traffic.stop();
    const { accounts } = await assertAccounted(node, { prefix, sent });
    assert.deepEqual(accounts.dropped, {});
    assert.equal(accounts.stored, sent);

    const late = await startNumberedTraffic({ port: node.hepPort, prefix: 'old-', perSecond: 200, key: () => 'first' });
    await delay(300);
    const refused = await late.stop();
    const after = await poll(
      () => readAccounts(node),
      (now) => now.refused >= refused,
      10_000,
    );
    assert.equal(after.refused, refused, 'the old key is refused');
    assert.equal(after.stored, sent);
  }));

test('a reload says what it changed, what waits for a restart, and what is wrong', () =>
  withTemporaryDirectory(async (directory) => {
    const file = join(directory, 'calliope.yaml');
    const reload = () => runCalliope(['reload', '--data', join(directory, 'data')], { cwd: directory });
    assert.equal((await reload()).code, 4, 'no server');
    writeFileSync(file, 'retention:\n  days: 30\n');
    await using node = await startCalliope({ directory });

    const same = await reload();
    assert.deepEqual([same.code, same.stdout], [0, 'Nothing to change.\n']);

    writeFileSync(file, 'retention:\n  days: 7\nengine:\n  memory: 2GiB\n');
    const partly = await reload();
    assert.equal(partly.code, 6);
    assert.match(partly.stdout, /Changed: retention\.days/);
    assert.match(partly.stderr, /restart is needed for: engine\.memory/);
    assert.match((await health(node)).problems.join('\n'), /after a restart: engine\.memory/);

    writeFileSync(file, 'retention:\n  days: 8\nspool:\n  limit: plenty\n');
    const wrong = await reload();
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /Nothing was changed.*spool\.limit is "plenty"/s);
    const { configuration, problems } = await health(node);
    assert.match(configuration.error!, /plenty/);
    assert.match(problems.join('\n'), /stays in force/);
    assert.match(node.program.output, /stays in force/);

    writeFileSync(file, 'retention:\n  days: 7\n');
    assert.equal((await reload()).code, 0);
    assert.equal((await health(node)).status, 'ok');
  }));

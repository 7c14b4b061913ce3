import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfiguration } from '../src/configuration.ts';
import { createReloadSession } from '../src/reload-session.ts';
import type { Configuration } from '../src/settings.ts';

function setUp(environment: Record<string, string> = {}) {
  const read = () => loadConfiguration({ flags: {}, environment });
  const inForce = read();
  const applied: Partial<Configuration>[] = [];
  const lines: string[] = [];
  const session = createReloadSession({
    inForce,
    read,
    apply: async (changes) => {
      if (changes.hepKeys?.includes('refused')) throw new Error('a receiver does not take it');
      applied.push(changes);
    },
    log: (line) => lines.push(line),
    nowUs: () => 42,
  });
  return { environment, inForce, applied, lines, session };
}

test('changes are in force afterwards, and reported by their names', async () => {
  const { environment, inForce, applied, lines, session } = setUp();
  environment.CALLIOPE_RETENTION_DAYS = '7';
  const report = await session.reload();
  assert.equal(inForce.retentionDays, 7);
  assert.deepEqual(applied, [{ retentionDays: 7 }]);
  assert.deepEqual(report, {
    loadedUs: 42,
    reloads: 1,
    applied: ['retention.days'],
    needsRestart: [],
    error: null,
  });
  assert.deepEqual(session.problems(), []);
  assert.match(lines.join('\n'), /changed retention\.days/);
});

test('what needs a restart is left as it is, and named again by the next reload', async () => {
  const { environment, inForce, session } = setUp();
  environment.CALLIOPE_HEP = '127.0.0.1:9999';
  await session.reload();
  const report = await session.reload();
  assert.equal(inForce.hep.port, 9060);
  assert.deepEqual(report.needsRestart, ['hep.listen']);
  assert.match(session.problems().join(), /only after a restart: hep\.listen/);
  delete environment.CALLIOPE_HEP;
  assert.deepEqual((await session.reload()).needsRestart, []);
});

test('a configuration with mistakes changes nothing, and says which; a good one afterwards clears it', async () => {
  const { environment, inForce, applied, lines, session } = setUp();
  Object.assign(environment, { CALLIOPE_RETENTION_DAYS: '7', CALLIOPE_SPOOL_LIMIT: 'much' });
  const report = await session.reload();
  assert.equal(inForce.retentionDays, 30);
  assert.deepEqual(applied, []);
  assert.match(report.error!, /spool\.limit is "much"/);
  assert.match(lines.join('\n'), /stays in force.*CALLIOPE_SPOOL_LIMIT/s);
  assert.equal(session.problems().length, 1);
  environment.CALLIOPE_SPOOL_LIMIT = '1GiB';
  assert.equal((await session.reload()).error, null);
  assert.equal(inForce.retentionDays, 7);
  assert.deepEqual(session.problems(), []);
});

test('what a part refuses is not in force', async () => {
  const { environment, inForce, session } = setUp();
  environment.CALLIOPE_HEP_KEYS = 'refused';
  assert.match((await session.reload()).error!, /does not take it/);
  assert.deepEqual(inForce.hepKeys, []);
});

test('keys are in no log line and no report', async () => {
  const { environment, lines, session } = setUp({ CALLIOPE_HEP_KEYS: 'secret-1' });
  environment.CALLIOPE_HEP_KEYS = 'secret-2';
  const report = await session.reload();
  assert.deepEqual(report.applied, ['hep.keys']);
  assert.doesNotMatch(JSON.stringify([report, lines]), /secret/);
});

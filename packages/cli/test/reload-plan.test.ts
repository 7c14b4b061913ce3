import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfiguration } from '../src/configuration.ts';
import { planReload } from '../src/reload-plan.ts';

const read = (environment: Record<string, string>) => loadConfiguration({ flags: {}, environment });

test('what was not changed is not named, lists included', () => {
  const same = { CALLIOPE_HEP_KEYS: 'a,b', CALLIOPE_HEP: '127.0.0.1:9061' };
  assert.deepEqual(planReload(read(same), read(same)), { changes: {}, applied: [], needsRestart: [] });
});

test('reloadable settings come with their new values, the others are named', () => {
  const plan = planReload(
    read({ CALLIOPE_HEP_KEYS: 'a' }),
    read({ CALLIOPE_HEP_KEYS: 'b', CALLIOPE_SPOOL_LIMIT: '1GiB', CALLIOPE_HEP: '127.0.0.1:9061', CALLIOPE_DATA: '/x' }),
  );
  assert.deepEqual(plan, {
    changes: { hepKeys: ['b'], spoolBytes: 2 ** 30 },
    applied: ['hep.keys', 'spool.limit'],
    needsRestart: ['data', 'hep.listen'],
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReceiverChange } from '@calliope/collector';
import { loadConfiguration } from '../src/configuration.ts';
import { applyReload, type ReloadTargets } from '../src/reload-apply.ts';

function setUp({ failing = false } = {}) {
  const seen: unknown[] = [];
  const receiver = (name: string, fails: boolean): ReloadTargets['receivers'][number] => ({
    name,
    reload: () => void seen.push(`${name}: certificate`),
    async reconfigure(change: ReceiverChange) {
      if (fails) throw new RangeError('no');
      seen.push([name, change]);
    },
  });
  const targets: ReloadTargets = {
    receivers: [receiver('udp', false), receiver('tcp', failing)],
    drainer: { reconfigure: (bounds) => void seen.push(bounds) },
    setCountryCode: (code) => void seen.push({ code }),
  };
  const inForce = loadConfiguration({
    flags: {},
    environment: { CALLIOPE_HEP_KEYS: 'old', CALLIOPE_SPOOL_LIMIT: '1GB' },
  });
  return { seen, targets, inForce };
}

test('each change goes to the parts it is of', async () => {
  const { seen, targets, inForce } = setUp();
  await applyReload(targets, inForce, { hepKeys: ['new'], spoolPolicy: 'drop-newest', countryCode: '' });
  assert.deepEqual(seen, [
    'udp: certificate',
    'tcp: certificate',
    ['udp', { keys: ['new'] }],
    ['tcp', { keys: ['new'] }],
    { limitBytes: 1e9, policy: 'drop-newest' },
    { code: undefined },
  ]);
});

test('what is done with copies changes as a whole, also when only a part of it was changed', async () => {
  const { seen, targets, inForce } = setUp();
  await applyReload(targets, inForce, { dedupExceptNodes: ['sbc-1'] });
  const duplicates = { windowMs: 50, exceptNodes: ['sbc-1'], sameAgent: false };
  assert.deepEqual(seen.slice(2), [
    ['udp', { duplicates }],
    ['tcp', { duplicates }],
  ]);
});

test('certificates are read again though no setting was changed; nothing else is touched', async () => {
  const { seen, targets, inForce } = setUp();
  await applyReload(targets, inForce, {});
  assert.deepEqual(seen, ['udp: certificate', 'tcp: certificate']);
});

test('when one receiver does not take a change, those before it go back, and the rest is not touched', async () => {
  const { seen, targets, inForce } = setUp({ failing: true });
  await assert.rejects(applyReload(targets, inForce, { hepKeys: ['new'], countryCode: '49' }), RangeError);
  assert.deepEqual(seen.slice(2), [
    ['udp', { keys: ['new'] }],
    ['udp', { keys: ['old'] }],
    'udp: certificate',
    'tcp: certificate',
  ]);
});

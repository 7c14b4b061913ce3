// What is shipped for an installation agrees with the program.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { UDP_RECEIVE_BUFFER_BYTES } from '@calliope/collector';
import { loadConfiguration } from '../src/configuration.ts';
import { checkBuffers } from '../src/doctor-buffers.ts';

const packaged = (path: string) => fileURLToPath(new URL(`../../../packaging/${path}`, import.meta.url));

test('the configuration file has no mistakes, its commented lines neither', () => {
  const file = packaged('config/calliope.yaml');
  assert.equal(loadConfiguration({ flags: {}, environment: {}, file }).hep.port, 9060);
  const all = join(mkdtempSync(join(tmpdir(), 'calliope-packaging-')), 'calliope.yaml');
  writeFileSync(all, readFileSync(file, 'utf8').replace(/^#( {2}\w)/gm, '$1'));
  const { hepKeys, retentionBytes } = loadConfiguration({ flags: {}, environment: {}, file: all });
  rmSync(dirname(all), { recursive: true });
  assert.equal(hepKeys.length, 1);
  assert.ok(retentionBytes > 0);
});

test('the kernel parameters are those that the doctor asks for', () => {
  const text = readFileSync(packaged('sysctl.d/60-calliope.conf'), 'utf8');
  const value = (name: string) => Number(new RegExp(`^${name} = (\\d+)$`, 'm').exec(text)?.[1]);
  const findings = checkBuffers({
    wantedBytes: UDP_RECEIVE_BUFFER_BYTES,
    rmemMax: value('net\\.core\\.rmem_max'),
    granted: { grantedBytes: 0 },
    backlog: value('net\\.core\\.netdev_max_backlog'),
    backlogDrops: 0,
  });
  assert.deepEqual(
    findings.map(({ severity }) => severity),
    ['ok', 'ok'],
  );
});

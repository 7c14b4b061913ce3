// The unit as it is shipped: systemd finds no mistake in it, and it has no more rights than said.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { skipReason, withTemporaryDirectory } from '../src/index.ts';

const PACKAGING = fileURLToPath(new URL('../../packaging/', import.meta.url));
const skip = skipReason('systemd-analyze');
/** Exposure, of 100, that `systemd-analyze security` may find. The network is the greatest part of it. */
const MOST_EXPOSURE = { none: '15', 'ipip.conf': '20', 'low-ports.conf': '20' } as const;

function analyze(directory: string, ...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const unit = join(directory, 'calliope.service');
    execFile('systemd-analyze', [...args, '--no-pager', unit], (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, output: stdout + stderr }),
    );
  });
}

/** The unit with a drop-in beside it, run by the Node of this test, as the machine may have no other. */
function layOut(directory: string, dropIn: string): void {
  const unit = readFileSync(join(PACKAGING, 'systemd', 'calliope.service'), 'utf8');
  assert.match(unit, /^ExecStart=node /m);
  writeFileSync(
    join(directory, 'calliope.service'),
    unit.replace(/^ExecStart=node /m, `ExecStart=${process.execPath} `),
  );
  if (dropIn === 'none') return;
  mkdirSync(join(directory, 'calliope.service.d'));
  copyFileSync(join(PACKAGING, 'systemd', dropIn), join(directory, 'calliope.service.d', dropIn));
}

for (const [dropIn, most] of Object.entries(MOST_EXPOSURE)) {
  test(
    `with ${dropIn === 'none' ? 'no drop-in' : dropIn} systemd takes the unit, and little is exposed`,
    { skip },
    () =>
      withTemporaryDirectory(async (directory) => {
        layOut(directory, dropIn);
        const verified = await analyze(directory, 'verify', '--man=no');
        assert.deepEqual([verified.code, verified.output], [0, '']);
        const secured = await analyze(directory, 'security', '--offline=true', `--threshold=${most}`);
        assert.equal(secured.code, 0, secured.output);
      }),
  );
}

test('the service has no capability unless a drop-in gives it one', () => {
  const unit = readFileSync(join(PACKAGING, 'systemd', 'calliope.service'), 'utf8');
  assert.match(unit, /^CapabilityBoundingSet=$/m);
  assert.match(unit, /^AmbientCapabilities=$/m);
  assert.match(unit, /^NoNewPrivileges=yes$/m);
  for (const [dropIn, capability] of [
    ['ipip.conf', 'CAP_NET_RAW'],
    ['low-ports.conf', 'CAP_NET_BIND_SERVICE'],
  ] as const) {
    const text = readFileSync(join(PACKAGING, 'systemd', dropIn), 'utf8');
    assert.match(text, new RegExp(`^AmbientCapabilities=${capability}$`, 'm'));
    assert.equal(
      [...text.matchAll(/CAP_\w+/g)].every(([name]) => name === capability),
      true,
    );
  }
});

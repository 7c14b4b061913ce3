import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { didYouMean, loadConfiguration } from '../src/configuration.ts';
import { CommandError, ExitCode } from '../src/exit-codes.ts';
import { environmentName, flagName, SETTINGS } from '../src/settings.ts';

const directory = mkdtempSync(join(tmpdir(), 'calliope-configuration-'));
after(() => rmSync(directory, { recursive: true }));

function file(text: string): string {
  const path = join(directory, 'calliope.yaml');
  writeFileSync(path, text);
  return path;
}

function mistakesOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof CommandError);
    assert.equal(error.exitCode, ExitCode.USAGE);
    return error.message;
  }
  assert.fail('no mistake was found');
}

test('without any source, the defaults are the documented ones', () => {
  const configuration = loadConfiguration({ flags: {}, environment: {}, file: file('') });
  assert.deepEqual(configuration.http, { host: '127.0.0.1', port: 9080 });
  assert.deepEqual(configuration.hep, { host: '::', port: 9060 });
  assert.equal(configuration.retentionDays, 30);
  assert.equal(configuration.spoolBytes, 4 * 2 ** 30);
  assert.deepEqual(configuration.hepKeys, []);
});

test('a flag wins over the environment, the environment over the file', () => {
  const name = file('retention:\n  days: 1\nspool:\n  limit: 1GiB\nhttp: "0.0.0.0:1"\n');
  const environment = { CALLIOPE_RETENTION_DAYS: '2', CALLIOPE_SPOOL_LIMIT: '2GiB' };
  const configuration = loadConfiguration({ flags: { retentionDays: '3' }, environment, file: name });
  assert.equal(configuration.retentionDays, 3);
  assert.equal(configuration.spoolBytes, 2 * 2 ** 30);
  assert.deepEqual(configuration.http, { host: '0.0.0.0', port: 1 });
});

test('lists come as YAML lists, and comma-separated elsewhere; hep is short for hep.listen', () => {
  const fromFile = loadConfiguration({
    flags: {},
    environment: {},
    file: file('hep:\n  listen: 127.0.0.1:9061\n  allow: [10.0.0.0/8, "2001:db8::/32"]\n'),
  });
  assert.deepEqual(fromFile.hepAllow, ['10.0.0.0/8', '2001:db8::/32']);
  assert.deepEqual(fromFile.hep, { host: '127.0.0.1', port: 9061 });
  const short = loadConfiguration({
    flags: {},
    environment: { CALLIOPE_HEP_KEYS: 'one, two' },
    file: file('hep: "[::1]:9062"\n'),
  });
  assert.deepEqual(short.hep, { host: '::1', port: 9062 });
  assert.deepEqual(short.hepKeys, ['one', 'two']);
});

test('all mistakes are told at once, each with its place', () => {
  const name = file('http: nonsense\nretention:\n  dayz: 5\nspool: [1]\n');
  const message = mistakesOf(() =>
    loadConfiguration({
      flags: { engineMemoryBytes: 'much' },
      environment: { CALLIOPE_HEPP: '1', CALLIOPE_HEP_ALLOW: '10.0.0.0/33' },
      file: name,
    }),
  );
  assert.match(message, /6 mistakes/);
  assert.match(message, /calliope\.yaml: http is "nonsense" but must be HOST:PORT/);
  assert.match(message, /retention\.dayz is no setting; did you mean retention\.days\?/);
  assert.match(message, /CALLIOPE_HEPP is no setting; did you mean CALLIOPE_HEP\?/);
  assert.match(message, /CALLIOPE_HEP_ALLOW: hep\.allow is "10\.0\.0\.0\/33" but must be a network/);
  assert.match(message, /--engine-memory: engine\.memory is "much" but must be a size/);
});

test('a file that does not exist or is no YAML is a mistake, not a crash', () => {
  assert.match(
    mistakesOf(() => loadConfiguration({ flags: {}, environment: {}, file: join(directory, 'none.yaml') })),
    /cannot be read/,
  );
  assert.match(
    mistakesOf(() => loadConfiguration({ flags: {}, environment: {}, file: file('a: [1') })),
    /mistake/,
  );
});

test('names of flags and of the environment follow from the name in the file, and none is taken twice', () => {
  const hep = SETTINGS.find((setting) => setting.path === 'hep.listen')!;
  assert.equal(flagName(hep), '--hep');
  assert.equal(environmentName(hep), 'CALLIOPE_HEP');
  const connections = SETTINGS.find((setting) => setting.path === 'hep.tcpConnections')!;
  assert.equal(flagName(connections), '--hep-tcp-connections');
  assert.equal(environmentName(connections), 'CALLIOPE_HEP_TCP_CONNECTIONS');
  assert.equal(new Set(SETTINGS.map(flagName)).size, SETTINGS.length);
});

test('a hint is given only for a name that is near', () => {
  assert.equal(didYouMean('retention.day', ['retention.days', 'http']), '; did you mean retention.days?');
  assert.equal(didYouMean('zzz', ['retention.days', 'http']), '');
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { HealthReport } from '@calliope/model';
import { checkDisk, type DiskFacts, readDiskFacts } from '../src/doctor-disk.ts';
import { configurationOf, severities } from './doctor-facts.ts';

const GOOD: DiskFacts = {
  path: '/var/lib/calliope',
  exists: true,
  isWritable: true,
  freeBytes: 500e9,
  totalBytes: 1000e9,
  freeFiles: 10e6,
  totalFiles: 20e6,
  type: 0xef53,
};
const configuration = configurationOf({ CALLIOPE_DATA: '/var/lib/calliope', CALLIOPE_SPOOL_LIMIT: '4GB' });
const check = (facts: Partial<DiskFacts>, settings = configuration, store: HealthReport['store'] = null) =>
  checkDisk({ ...GOOD, ...facts }, settings, store);
const DAY_US = 86_400e6;
/** 10 GB for a day of messages. */
const STORE = { messages: 1, calls: 1, bytes: 10e9, oldestUs: 0, newestUs: DAY_US };

test('a good disk is good in every respect', () => {
  assert.deepEqual(severities(check({})), ['ok', 'ok', 'ok', 'ok']);
});

test('a directory that cannot be written to, or made, is a failure', () => {
  assert.match(check({ isWritable: false })[0]!.mend[0]!, /^sudo chown -R "\$USER" \/var\/lib\/calliope$/);
  const missing = check({ isWritable: false, exists: false, path: '/var/lib' })[0]!;
  assert.equal(missing.severity, 'failure');
  assert.match(missing.mend[0]!, /^sudo install -d -m 700/);
});

test('file systems that forget or are far away are warned of', () => {
  for (const [type, name] of [
    [0x01021994, 'tmpfs'],
    [0x794c7630, 'overlayfs'],
    [0x6969, 'NFS'],
    [0xff534d42 | 0, 'CIFS'],
  ] as const) {
    const [, kind] = check({ type });
    assert.equal(kind!.severity, 'warning', name);
    assert.match(kind!.message, new RegExp(name));
  }
  assert.equal(check({ type: 0x1234 })[1]!.severity, 'ok');
});

test('next to no space is a failure', () => {
  assert.equal(check({ freeBytes: 0.5e9 })[2]!.severity, 'failure');
});

test('a spool that may take more than there is, is to be made smaller', () => {
  const space = check({ freeBytes: 3e9 })[2]!;
  assert.equal(space.severity, 'warning');
  assert.match(space.mend[0]!, /spool\.limit: 1GB.*calliope reload/);
});

test('what the database will grow to is known from its bounds, or from how it grew', () => {
  const days = configurationOf({ CALLIOPE_RETENTION_DAYS: '30', CALLIOPE_SPOOL_LIMIT: '4GB' });
  assert.equal(check({ freeBytes: 320e9 }, days, STORE)[2]!.severity, 'ok');
  const tight = check({ freeBytes: 200e9 }, days, STORE)[2]!;
  assert.equal(tight.severity, 'warning');
  assert.match(tight.message, /290 GB more/);
  assert.match(tight.mend[0]!, /retention\.disk: 205GB/);
  const bounded = configurationOf({ CALLIOPE_RETENTION_DISK: '100GB', CALLIOPE_SPOOL_LIMIT: '4GB' });
  assert.equal(check({ freeBytes: 200e9 }, bounded, STORE)[2]!.severity, 'ok');
  assert.equal(check({ freeBytes: 50e9 }, bounded, STORE)[2]!.severity, 'warning');
});

test('a file system without room for more files is warned of, unless it does not count them', () => {
  assert.equal(check({ freeFiles: 10 })[3]!.severity, 'warning');
  assert.equal(check({ freeFiles: 0, totalFiles: 0 })[3]!.severity, 'ok');
});

test('a real directory has facts, one that does not exist those of the nearest above it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'calliope-doctor-'));
  try {
    const facts = readDiskFacts(directory);
    assert.deepEqual([facts.exists, facts.isWritable, facts.path], [true, true, directory]);
    assert.ok(facts.totalBytes > 0);
    const above = readDiskFacts(join(directory, 'a', 'b'));
    assert.deepEqual([above.exists, above.path], [false, directory]);
  } finally {
    rmSync(directory, { recursive: true });
  }
  assert.deepEqual(severities(checkDisk({ reason: 'EIO' }, configuration, null)), ['unknown']);
});

// The checks of the machine, with facts made up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BufferFacts, checkBuffers, parseBacklogDrops } from '../src/doctor-buffers.ts';
import { checkClock } from '../src/doctor-clock.ts';
import { checkLimits, type LimitFacts } from '../src/doctor-limits.ts';
import { checkRuntime } from '../src/doctor-runtime.ts';
import { configurationOf, severities } from './doctor-facts.ts';

const MIB = 2 ** 20;

test('an old Node is a failure, a system without glibc a warning', () => {
  assert.deepEqual(severities(checkRuntime({ nodeVersion: '26.1.0', libcReason: undefined })), ['ok', 'ok']);
  const findings = checkRuntime({ nodeVersion: '22.9.0', libcReason: 'this is musl' });
  assert.deepEqual(severities(findings), ['failure', 'warning']);
  assert.match(findings[1]!.message, /this is musl/);
});

const GOOD_BUFFERS: BufferFacts = {
  wantedBytes: 64 * MIB,
  rmemMax: 64 * MIB,
  granted: { grantedBytes: 128 * MIB },
  backlog: 16_384,
  backlogDrops: 0,
};

test('a receive buffer that is too small is mended for good', () => {
  assert.deepEqual(severities(checkBuffers(GOOD_BUFFERS)), ['ok', 'ok']);
  const [small] = checkBuffers({ ...GOOD_BUFFERS, rmemMax: 212_992, granted: { grantedBytes: 425_984 } });
  assert.equal(small!.severity, 'warning');
  assert.equal(
    small!.mend[0],
    "echo 'net.core.rmem_max = 67108864' | sudo tee -a /etc/sysctl.d/60-calliope.conf && sudo sysctl -p /etc/sysctl.d/60-calliope.conf",
  );
});

test('a buffer that this user gets only by a capability is no proof for the service', () => {
  const [forced] = checkBuffers({ ...GOOD_BUFFERS, rmemMax: 212_992 });
  assert.equal(forced!.severity, 'warning');
  assert.match(forced!.message, /CAP_NET_ADMIN/);
});

test('where the kernel parameter cannot be read, what was granted counts', () => {
  const { rmemMax, ...others } = GOOD_BUFFERS;
  assert.equal(rmemMax, 64 * MIB);
  const of = (granted: BufferFacts['granted']) => checkBuffers({ ...others, rmemMax: undefined, granted })[0]!.severity;
  assert.equal(of({ grantedBytes: 128 * MIB }), 'ok');
  assert.equal(of({ grantedBytes: 1000 }), 'warning');
  assert.equal(of({ reason: 'no glibc' }), 'unknown');
});

test('packets lost before the sockets are told with their number', () => {
  const [, backlog] = checkBuffers({ ...GOOD_BUFFERS, backlog: 1000, backlogDrops: 17 });
  assert.equal(backlog!.severity, 'warning');
  assert.match(backlog!.message, /17 packets/);
  assert.match(backlog!.mend[0]!, /netdev_max_backlog = 16384/);
  assert.equal(parseBacklogDrops('0000aa00 00000001 00000000\n0000bb00 00000010 00000000\n'), 17);
  assert.equal(parseBacklogDrops(''), 0);
});

test('a clock that nothing keeps right is mended with what the machine has', () => {
  const loose = { isSynchronised: false, maxErrorUs: 16_000_000 };
  const mendOf = (facts: { hasTimesyncd: boolean; other: 'chrony' | 'ntpsec' | undefined }) =>
    checkClock({ clock: loose, ...facts })[0]!.mend;
  assert.deepEqual(mendOf({ hasTimesyncd: true, other: undefined }), ['sudo timedatectl set-ntp true']);
  assert.deepEqual(mendOf({ hasTimesyncd: false, other: 'chrony' }), ['sudo systemctl enable --now chrony']);
  assert.deepEqual(mendOf({ hasTimesyncd: false, other: undefined }), ['sudo apt-get install -y chrony']);
  const kept = checkClock({
    clock: { isSynchronised: true, maxErrorUs: 12_000 },
    hasTimesyncd: true,
    other: undefined,
  });
  assert.deepEqual([kept[0]!.severity, kept[0]!.mend], ['ok', []]);
  const dark = checkClock({ clock: { reason: 'EPERM' }, hasTimesyncd: true, other: undefined });
  assert.equal(dark[0]!.severity, 'unknown');
});

const GOOD_LIMITS: LimitFacts = {
  process: { pid: 1, capabilities: 0n, maxOpenFiles: 1_048_576 },
  totalBytes: 8e9,
  availableBytes: 6e9,
  groupLimitBytes: undefined,
  processors: 4,
};

test('open files are counted over all ports that senders connect to', () => {
  const configuration = configurationOf({ CALLIOPE_HEP_TCP_CONNECTIONS: '1000' });
  const files = (maxOpenFiles: number) =>
    checkLimits({ ...GOOD_LIMITS, process: { pid: 1, capabilities: 0n, maxOpenFiles } }, configuration, false)[0]!;
  assert.equal(files(4096).severity, 'ok');
  const few = files(1024);
  assert.equal(few.severity, 'warning');
  assert.match(few.mend[0]!, /LimitNOFILE=4096/);
  assert.equal(checkLimits({ ...GOOD_LIMITS, process: undefined }, configuration, false)[0]!.severity, 'unknown');
});

test('memory that the database may take must be there: in the machine, in the control group, and free at the start', () => {
  const configuration = configurationOf({ CALLIOPE_ENGINE_MEMORY: '2GiB' });
  const memory = (facts: Partial<LimitFacts>, isRunning = false) =>
    checkLimits({ ...GOOD_LIMITS, ...facts }, configuration, isRunning)[1]!;
  assert.equal(memory({}).severity, 'ok');
  assert.equal(memory({ totalBytes: 1e9 }).severity, 'failure');
  assert.match(memory({ totalBytes: 1e9 }).mend[0]!, /engine\.memory: 286MiB/);
  assert.match(memory({ groupLimitBytes: 2e9 }).message, /control group allows 2\.0 GB/);
  assert.equal(memory({ availableBytes: 1e9 }).severity, 'warning');
  assert.equal(memory({ availableBytes: 1e9 }, true).severity, 'ok', 'a running server has it already');
});

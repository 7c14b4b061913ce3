import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { type CapabilityFacts, checkCapabilities } from '../src/doctor-capabilities.ts';
import { Capability, hasCapability, parseProcessFacts } from '../src/doctor-process.ts';
import { configurationOf, severities } from './doctor-facts.ts';

const facts = (capabilities: bigint, isServer = false): CapabilityFacts => ({
  process: { pid: 7, capabilities, maxOpenFiles: 1024 },
  isServer,
  nodePath: '/opt/node',
  unprivilegedPortStart: 1024,
});

test('the usual configuration needs no capability', () => {
  assert.deepEqual(severities(checkCapabilities(facts(0n), configurationOf())), ['ok']);
});

test('IP-in-IP needs CAP_NET_RAW, and says how the service and how Node get it', () => {
  const configuration = configurationOf({ CALLIOPE_IPIP_ENABLE: 'true' });
  const [missing] = checkCapabilities(facts(0n, true), configuration);
  assert.equal(missing!.severity, 'failure');
  assert.match(missing!.message, /server \(process 7\) does not have it/);
  const [, dropIn] = /^sudo install -D -m 644 (\S+\/ipip\.conf) /.exec(missing!.mend[0]!)!;
  assert.ok(existsSync(dropIn!));
  assert.equal(missing!.mend[1], 'sudo setcap cap_net_raw+ep /opt/node   # started by hand');
  assert.deepEqual(severities(checkCapabilities(facts(1n << 13n), configuration)), ['ok']);
  const dark = checkCapabilities({ ...facts(0n), process: undefined }, configuration);
  assert.deepEqual(severities(dark), ['unknown']);
});

test('low ports need CAP_NET_BIND_SERVICE unless the system lets everybody', () => {
  const configuration = configurationOf({ CALLIOPE_HTTP: '0.0.0.0:80' });
  const [missing] = checkCapabilities(facts(0n), configuration);
  assert.equal(missing!.severity, 'failure');
  assert.match(missing!.message, /\(80\)/);
  assert.deepEqual(severities(checkCapabilities({ ...facts(0n), unprivilegedPortStart: 80 }, configuration)), ['ok']);
});

test('several capabilities are set in one command, as each forgets the one before', () => {
  const both = configurationOf({ CALLIOPE_IPIP_ENABLE: 'true', CALLIOPE_HTTP: '0.0.0.0:80' });
  const findings = checkCapabilities(facts(0n), both);
  for (const { mend } of findings) assert.match(mend[1]!, /setcap cap_net_raw,cap_net_bind_service\+ep /);
});

test('what the kernel says of a process is read', () => {
  const status = 'Name:\tnode\nCapInh:\t0000000000000000\nCapEff:\t0000000000003000\n';
  const limits =
    'Limit                     Soft Limit           Hard Limit           Units\nMax open files            1024                 524288               files\n';
  const parsed = parseProcessFacts(3, status, limits)!;
  assert.equal(parsed.maxOpenFiles, 524_288);
  assert.deepEqual(
    [Capability.NET_BIND_SERVICE, Capability.NET_ADMIN, Capability.NET_RAW].map((one) => hasCapability(parsed, one)),
    [false, true, true],
  );
  assert.equal(parseProcessFacts(3, status, limits.replace('524288', 'unlimited'))!.maxOpenFiles, Infinity);
  assert.equal(parseProcessFacts(3, '', ''), undefined);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { checkPorts, type PortFacts, readPortFacts } from '../src/doctor-ports.ts';
import { socketInodes } from '../src/doctor-socket-owner.ts';
import { configurationOf, severities } from './doctor-facts.ts';

const PORT: PortFacts = {
  use: 'HEP over UDP',
  protocol: 'udp',
  listen: { host: '::', port: 9060 },
  error: undefined,
  owner: undefined,
};
const kamailio = { pid: 99, name: 'kamailio', unit: 'kamailio.service' };
const check = (facts: Partial<PortFacts>, serverPid?: number) => checkPorts([{ ...PORT, ...facts }], serverPid)[0]!;

test('a port is free, or held by the running server', () => {
  assert.equal(check({}).severity, 'ok');
  assert.equal(check({ error: 'EADDRINUSE', owner: { ...kamailio, pid: 5 } }, 5).severity, 'ok');
  assert.equal(check({ error: 'EADDRINUSE' }, 5).severity, 'ok');
});

test('a port that another program holds is a failure that names it and says how to stop it', () => {
  const held = check({ error: 'EADDRINUSE', owner: kamailio }, 5);
  assert.equal(held.severity, 'failure');
  assert.match(held.message, /held by kamailio \(process 99, kamailio\.service\)/);
  assert.deepEqual(held.mend, ['sudo systemctl disable --now kamailio.service']);
  assert.deepEqual(check({ error: 'EADDRINUSE', owner: { ...kamailio, unit: undefined } }).mend, ['kill 99']);
  assert.match(check({ error: 'EADDRINUSE' }).mend[0]!, /sudo ss -lnpu 'sport = :9060'/);
});

test('a free port of a running server says that it was started otherwise', () => {
  assert.equal(check({}, 5).severity, 'warning');
});

test('an address that the machine lacks, and a port that is not allowed, are failures', () => {
  assert.match(check({ error: 'EADDRNOTAVAIL' }).message, /no such address/);
  assert.equal(check({ error: 'EACCES' }).severity, 'failure');
  assert.equal(check({ error: 'ENOBUFS' }).severity, 'failure');
});

test('a real port that is taken is seen, with the process that has it', {
  skip: process.platform !== 'linux',
}, async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const facts = await readPortFacts(
    configurationOf({ CALLIOPE_HTTP: `127.0.0.1:${port}`, CALLIOPE_HEP: '127.0.0.1:0' }),
  );
  server.close();
  assert.equal(facts.length, 1, 'port 0 is not looked at');
  assert.equal(facts[0]!.error, 'EADDRINUSE');
  assert.equal(facts[0]!.owner?.pid, process.pid);
  assert.deepEqual(severities(checkPorts(facts, process.pid)), ['ok']);
});

test('sockets are found in the tables of the kernel by port and state', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2378 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0 100 0 0 10 0
   1: 0100007F:2378 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 4243 1 0 100 0 0 10 0
   2: 0100007F:2364 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4244 1 0 100 0 0 10 0
`;
  assert.deepEqual(socketInodes(table, 0x2378, '0A'), ['4242']);
  assert.deepEqual(socketInodes('', 9080, '0A'), []);
});

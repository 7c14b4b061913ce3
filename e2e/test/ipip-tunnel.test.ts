// IP-in-IP as session border controllers trace: a router between a caller and a callee copies every packet into a tunnel to Calliope. Each of
// the four is a network namespace of its own. Every message arrives whole, whatever was cut on the way.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import process from 'node:process';
import { test } from 'node:test';
import type { HealthReport, MessageResponse, MessagesResponse } from '@calliope/model';
import {
  type CalliopeNode,
  connectNamespaces,
  createNetworkNamespace,
  type NetworkNamespace,
  namespaceSkipReason,
  poll,
  SIP_TALK,
  type SipTalkLine,
  type SipTalkSettings,
  type StartedProgram,
  skipReason,
  startCalliope,
  TUNNEL_MODES,
  traceThroughTunnel,
  withTemporaryDirectory,
} from '../src/index.ts';

const OUTER = { 4: { local: '192.0.2.1', remote: '192.0.2.10' }, 6: { local: '2001:db8::1', remote: '2001:db8::10' } };
const CALLER = ['10.20.1.2', 'fd00:1::2'];
const CALLEE = ['10.20.2.2', 'fd00:2::2'];
/** Within one packet; as large as the MTU allows outside of a tunnel; cut; and nearly the largest datagram. */
const BODY_BYTES = [10, 700, 1_170, 2_500, 9_000, 60_000];
const NOISE = 10;

const skip = skipReason('ip', 'tc') || namespaceSkipReason();

interface Network extends AsyncDisposable {
  caller: NetworkNamespace;
  callee: NetworkNamespace;
  border: NetworkNamespace;
  capture: NetworkNamespace;
}

async function createNetwork(): Promise<Network> {
  const made: NetworkNamespace[] = [];
  const dispose = async (): Promise<void> => {
    for (const namespace of made) await namespace[Symbol.asyncDispose]();
  };
  try {
    for (const label of ['caller', 'callee', 'border', 'capture']) made.push(await createNetworkNamespace(label));
    const [caller, callee, border, capture] = made as [
      NetworkNamespace,
      NetworkNamespace,
      NetworkNamespace,
      NetworkNamespace,
    ];
    await connectNamespaces(
      { namespace: border, name: 'to-caller', addresses: ['10.20.1.1/24', 'fd00:1::1/64'] },
      { namespace: caller, name: 'to-border', addresses: CALLER.map(withPrefix) },
    );
    await connectNamespaces(
      { namespace: border, name: 'to-callee', addresses: ['10.20.2.1/24', 'fd00:2::1/64'] },
      { namespace: callee, name: 'to-border', addresses: CALLEE.map(withPrefix) },
    );
    await connectNamespaces(
      { namespace: border, name: 'to-capture', addresses: [OUTER[4].local, OUTER[6].local].map(withPrefix) },
      { namespace: capture, name: 'to-border', addresses: [OUTER[4].remote, OUTER[6].remote].map(withPrefix) },
    );
    for (const [namespace, subnet] of [
      [caller, 1],
      [callee, 2],
    ] as const) {
      await namespace.ip('route', 'add', 'default', 'via', `10.20.${subnet}.1`);
      await namespace.ip('-6', 'route', 'add', 'default', 'via', `fd00:${subnet}::1`);
    }
    await border.write('/proc/sys/net/ipv4/ip_forward', '1');
    await border.write('/proc/sys/net/ipv6/conf/all/forwarding', '1');
    // Tunnels hand the wish not to be cut on to the outer packet, and drop what is too large then.
    for (const namespace of [caller, callee]) await namespace.write('/proc/sys/net/ipv4/ip_no_pmtu_disc', '1');
    // A kernel with tunnels built in answers "unreachable" to what comes out of one that it does not know, and its own tunnel interface at the
    // other end passes that on to who sent the inner packet. A session border controller does not.
    await capture.ip('rule', 'add', 'ipproto', 'icmp', 'blackhole');
    await capture.ip('-6', 'rule', 'add', 'ipproto', 'ipv6-icmp', 'blackhole');
    return { caller, callee, border, capture, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function withPrefix(address: string): string {
  return `${address}/${address.includes(':') ? 64 : 24}`;
}

/** The lines that a program has written of what it sent. */
function linesOf(program: StartedProgram): SipTalkLine[] {
  return program.output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as SipTalkLine] : []));
}

async function talk({ caller, callee }: Network, prefix: string, directory: string): Promise<SipTalkLine[]> {
  const settings: SipTalkSettings = {
    role: 'callee',
    addresses: CALLEE,
    peers: CALLER,
    port: 5060,
    prefix,
    bodyBytes: BODY_BYTES,
    noise: 0,
  };
  await using answering = callee.start(process.execPath, [SIP_TALK, JSON.stringify(settings)], directory);
  await answering.waitForOutput(/^Ready\.$/m, 20_000);
  const calling = { ...settings, role: 'caller', addresses: CALLER, peers: CALLEE, noise: NOISE };
  await using asking = caller.start(process.execPath, [SIP_TALK, JSON.stringify(calling)], directory);
  const { code } = await asking.waitForExit(40_000);
  assert.equal(code, 0, asking.output);
  return [...linesOf(asking), ...linesOf(answering)];
}

/** What is stored with Call-IDs of that prefix, as lines of the same shape, and the nodes named. */
async function stored(
  node: CalliopeNode,
  prefix: string,
  count: number,
): Promise<{ lines: SipTalkLine[]; nodes: string[]; defects: string[] }> {
  const ask = () => node.get<MessagesResponse>('messages', { q: `callid = ${prefix}*`, limit: '1000' });
  const { items } = await poll(ask, ({ items }) => items.length >= count, 10_000);
  const lines: SipTalkLine[] = [];
  for (const { id, transport, sourceIp, sourcePort, destinationIp, destinationPort } of items) {
    const { payloadBase64 } = await node.get<MessageResponse>(`messages/${id}`);
    const sha256 = createHash('sha256').update(Buffer.from(payloadBase64, 'base64')).digest('hex');
    assert.ok(transport === 'udp' || transport === 'tcp', transport);
    lines.push({ sha256, transport, sourceIp, sourcePort, destinationIp, destinationPort });
  }
  return { lines, nodes: items.map(({ node }) => node), defects: items.flatMap(({ defects }) => defects) };
}

/** Of /proc/net/snmp: a line of names, and one of values. */
function counterOf(snmp: string, name: string): number {
  const [names, values] = snmp.split('\n').map((line) => line.split(' ')) as [string[], string[]];
  return Number(values[names.indexOf(name)]);
}

function sorted(lines: SipTalkLine[]): SipTalkLine[] {
  return lines.sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
}

test('SIP of all sizes over UDP and TCP, IPv4 and IPv6, arrives whole through every kind of tunnel', { skip }, (t) =>
  withTemporaryDirectory(async (directory) => {
    await using network = await createNetwork();
    const allow = '192.0.2.0/24,2001:db8::/32';
    await using node = await startCalliope({
      directory,
      namespace: network.capture,
      args: ['--ipip-enable', 'true', '--ipip-allow', allow],
    });
    let sent = 0;
    /** Versions of outer packets that the kernel has to put together. */
    const cut = new Set<4 | 6>();
    for (const [index, mode] of TUNNEL_MODES.entries()) {
      const ends = { ...OUTER[mode.outer], directory };
      await using tunnel = await traceThroughTunnel(network.border, 'to-caller', mode, ends);
      for (const made of tunnel.made) t.diagnostic(`${mode.name}: ${made}`);
      for (const namespace of [network.border, network.capture]) {
        const name = namespace === network.border ? 'to-capture' : 'to-border';
        await namespace.ip('link', 'set', name, 'mtu', tunnel.cutsOuter ? '1500' : '1600');
      }
      if (tunnel.cutsOuter) cut.add(mode.outer);
      const prefix = `${index}mode`;
      const lines = await talk(network, prefix, directory);
      assert.equal(lines.length, 2 * CALLER.length * 2 * BODY_BYTES.length);
      sent += lines.length;
      const found = await stored(node, prefix, lines.length);
      assert.deepEqual(sorted(found.lines), sorted(lines), mode.name);
      assert.deepEqual([...new Set(found.nodes)], [OUTER[mode.outer].local], mode.name);
      assert.deepEqual(found.defects, []);
    }
    const reassembled = {
      4: counterOf(await network.capture.read('/proc/net/snmp'), 'ReasmOKs'),
      6: Number(/^Ip6ReasmOKs\s+(\d+)$/m.exec(await network.capture.read('/proc/net/snmp6'))![1]),
    };
    for (const version of cut) assert.ok(reassembled[version] > 0, JSON.stringify(reassembled));
    const { receivers, agents, problems } = await node.get<HealthReport>('health');
    const report = receivers.find(({ name }) => name === 'ipip ::')!;
    assert.deepEqual(
      { ...report, ignored: undefined },
      {
        name: 'ipip ::',
        received: sent,
        stored: sent,
        duplicates: 0,
        refused: 0,
        undecodable: 0,
        dropped: { kernel: 0, queue: 0, spool: 0 },
        pending: 0,
        keepAlives: 0,
        ignored: undefined,
      },
    );
    assert.ok(report.ignored! >= NOISE * CALLER.length * TUNNEL_MODES.length, `${report.ignored} ignored`);
    assert.deepEqual(agents.map(({ node }) => node).sort(), [OUTER[4].local, OUTER[6].local]);
    assert.deepEqual(
      problems.filter((problem) => problem.startsWith('ipip')),
      [],
    );
  }),
);

test('without the capability the start fails, and says what to do', { skip: skip || skipReason('setpriv') }, () =>
  withTemporaryDirectory(async (directory) => {
    await using namespace = await createNetworkNamespace('bare');
    // As for a user who is not root: the capability is taken from whatever is started.
    const without = { ...namespace };
    without.within = (program, args) =>
      namespace.within('setpriv', ['--bounding-set=-net_raw', '--inh-caps=-net_raw', program, ...args]);
    const start = startCalliope({ directory, namespace: without, args: ['--ipip-enable', 'true'] });
    await assert.rejects(start, (error: Error) => {
      assert.match(error.message, /ipip ::: receiving IP-in-IP needs the capability CAP_NET_RAW/);
      assert.match(error.message, /AmbientCapabilities=CAP_NET_RAW/);
      assert.match(error.message, /sudo setcap cap_net_raw\+ep \/\S+\/node/);
      assert.doesNotMatch(error.message, /\n {4}at /);
      return true;
    });
  }),
);

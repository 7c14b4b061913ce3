import process from 'node:process';
import type { NetworkNamespace } from './network-namespace.ts';
import type { StartedProgram } from './started-program.ts';
import { type EncapsulatorSettings, TUN_ENCAPSULATOR } from './tun-encapsulator.ts';

/** What `tc` calls the packets that go into an interface. */
type Family = 'ip' | 'ipv6';

/** A kind of tunnel, and how to have it from the kernel. */
export interface TunnelMode {
  name: string;
  outer: 4 | 6;
  encapsulation: EncapsulatorSettings['encapsulation'];
  outerOptions?: boolean;
  /** Of `ip link add … type`, one interface each; without any, or where the kernel does not know the type, a program encapsulates. */
  kernel: { type: string; options: readonly string[]; carries: readonly Family[] }[];
}

const BOTH: readonly Family[] = ['ip', 'ipv6'];
/** The outer packet may be cut. */
const ANY_SIZE = ['nopmtudisc'];
const GRE_OPTIONS = ['key', '42', 'csum', 'seq'];

export const TUNNEL_MODES: readonly TunnelMode[] = [
  {
    name: 'IP in IPv4 (ipip, sit)',
    outer: 4,
    encapsulation: 'ip',
    kernel: [
      { type: 'ipip', options: ANY_SIZE, carries: ['ip'] },
      { type: 'sit', options: ANY_SIZE, carries: ['ipv6'] },
    ],
  },
  {
    name: 'IP in IPv6 (ip6tnl)',
    outer: 6,
    encapsulation: 'ip',
    kernel: [{ type: 'ip6tnl', options: ['mode', 'any', 'encaplimit', 'none'], carries: BOTH }],
  },
  {
    name: 'GRE over IPv4',
    outer: 4,
    encapsulation: 'gre',
    kernel: [{ type: 'gre', options: [...GRE_OPTIONS, ...ANY_SIZE], carries: BOTH }],
  },
  {
    name: 'GRE over IPv6',
    outer: 6,
    encapsulation: 'gre',
    kernel: [{ type: 'ip6gre', options: GRE_OPTIONS, carries: BOTH }],
  },
  {
    name: 'IP in IPv4 with options in the outer header',
    outer: 4,
    encapsulation: 'ip',
    outerOptions: true,
    kernel: [],
  },
];

export interface TraceTunnel extends AsyncDisposable {
  /** Whether packets that are too large with the outer header are cut; interfaces of the kernel's over IPv6 drop them. */
  readonly cutsOuter: boolean;
  /** For each interface, whether the kernel or a program encapsulates. */
  readonly made: readonly string[];
}

/**
 * Sends a copy of every IP packet that comes in or goes out at an interface through a tunnel, as a session border controller traces.
 * @param local outer address, of the namespace
 */
export async function traceThroughTunnel(
  namespace: NetworkNamespace,
  traced: string,
  mode: TunnelMode,
  { local, remote, directory }: { local: string; remote: string; directory: string },
): Promise<TraceTunnel> {
  const programs: StartedProgram[] = [];
  const made: string[] = [];
  const interfaces: { device: string; carries: readonly Family[] }[] = [];

  async function byProgram(device: string): Promise<void> {
    const { encapsulation, outerOptions = false } = mode;
    const settings: EncapsulatorSettings = { device, local, remote, encapsulation, outerOptions };
    await namespace.ip('tuntap', 'add', 'dev', device, 'mode', 'tun');
    const program = namespace.start(process.execPath, [TUN_ENCAPSULATOR, JSON.stringify(settings)], directory);
    programs.push(program);
    await program.waitForOutput(/^Ready\.$/m, 20_000);
  }

  const wanted = mode.kernel.length > 0 ? mode.kernel : [{ type: undefined, options: [], carries: BOTH }];
  for (const [index, { type, options, carries }] of wanted.entries()) {
    const device = `trace${index}`;
    const link = ['link', 'add', device, 'type', type ?? 'tun', 'local', local, 'remote', remote, ...options];
    if (type === undefined) {
      await byProgram(device);
      made.push('by a program');
    } else {
      const isKnown = await namespace.ip(...link).then(
        () => true,
        (error: Error) => {
          if (/Unknown device type/.test(error.message)) return false;
          throw error;
        },
      );
      if (!isKnown) await byProgram(device);
      made.push(isKnown ? `${type}: by the kernel` : `${type}: by a program, as the kernel was built without it`);
    }
    await namespace.ip('link', 'set', device, 'mtu', '1500');
    await namespace.ip('link', 'set', device, 'up');
    interfaces.push({ device, carries });
  }
  await namespace.tc('qdisc', 'add', 'dev', traced, 'clsact');
  for (const { device, carries } of interfaces) {
    for (const family of carries) {
      for (const side of ['ingress', 'egress']) {
        const all = ['protocol', family, 'prio', family === 'ip' ? '1' : '2', 'u32', 'match', 'u32', '0', '0'];
        const copy = ['action', 'mirred', 'egress', 'mirror', 'dev', device];
        await namespace.tc('filter', 'add', 'dev', traced, side, ...all, ...copy);
      }
    }
  }
  const isAllByProgram = programs.length === interfaces.length;
  return {
    cutsOuter: mode.outer === 4 || isAllByProgram,
    made,
    async [Symbol.asyncDispose]() {
      await namespace.tc('qdisc', 'del', 'dev', traced, 'clsact');
      for (const program of programs) await program.stop('SIGKILL');
      for (const { device } of interfaces) await namespace.ip('link', 'del', device);
    },
  };
}

import { execFile, execFileSync } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { type NamespaceGateway, openNamespaceGateway } from './namespace-gateway.ts';
import { hasProgram, skipReason } from './required-programs.ts';
import { StartedProgram } from './started-program.ts';

const exec = promisify(execFile);

/** A network of its own, with a loopback interface that is up. Whatever still runs in it ends with it. */
export interface NetworkNamespace extends AsyncDisposable {
  readonly name: string;
  /** Runs `ip` in it. Rejects with what it says when it fails. */
  ip(...args: string[]): Promise<void>;
  tc(...args: string[]): Promise<void>;
  /** The command line that runs a program in it. */
  within(program: string, args: readonly string[]): [program: string, args: string[]];
  /** The content of a file as it is in there: /proc/net differs. */
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  /** Starts a program in it. */
  start(program: string, args: readonly string[], cwd: string): StartedProgram;
  /** GET by HTTP from within it, always from the same server. */
  get(url: URL, headers: Record<string, string>): Promise<Response>;
}

/** For the `skip` option of a test: false when namespaces can be made here, else a sentence of what is missing. */
export function namespaceSkipReason(): string | false {
  if (!hasProgram('ip')) return skipReason('ip');
  if (process.getuid?.() !== 0) return 'needs root, to make network namespaces';
  const name = `${PREFIX}${process.pid}-probe`;
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'pipe' });
    execFileSync('ip', ['netns', 'del', name], { stdio: 'pipe' });
    return false;
  } catch (error) {
    return `needs network namespaces: ${String((error as { stderr?: Buffer }).stderr ?? error).trim()}`;
  }
}

const PREFIX = 'calliope-';
/** Makes one, named after this process and `label`, after those of processes that were killed are removed. */
export async function createNetworkNamespace(label: string): Promise<NetworkNamespace> {
  await removeAbandoned();
  const name = `${PREFIX}${process.pid}-${label}`;
  await exec('ip', ['netns', 'add', name]);
  const within = (program: string, args: readonly string[]): [string, string[]] => [
    'ip',
    ['netns', 'exec', name, program, ...args],
  ];
  const run = async (program: string, args: readonly string[]): Promise<void> => {
    try {
      await exec(program, ['-n', name, ...args]);
    } catch (error) {
      throw new Error(`${program} -n ${name} ${args.join(' ')}: ${(error as { stderr?: string }).stderr ?? error}`);
    }
  };
  await run('ip', ['link', 'set', 'lo', 'up']);
  let gateway: NamespaceGateway | undefined;
  return {
    name,
    ip: (...args) => run('ip', args),
    tc: (...args) => run('tc', args),
    within,
    read: async (path) => (await exec(...within('cat', [path]))).stdout,
    write: async (path, text) => {
      await exec(...within('sh', ['-c', 'printf %s "$1" > "$0"', path, text]));
    },
    start: (program, args, cwd) => new StartedProgram(...within(program, args), { cwd }),
    async get(url, headers) {
      gateway ??= await openNamespaceGateway(within, url);
      return await gateway.get(url, headers);
    },
    async [Symbol.asyncDispose]() {
      await gateway?.[Symbol.asyncDispose]();
      await remove(name);
    },
  };
}

/** A cable between two namespaces: interface `name` in each, named after the other end, with the given addresses. */
export async function connectNamespaces(
  a: { namespace: NetworkNamespace; name: string; addresses: readonly string[] },
  b: { namespace: NetworkNamespace; name: string; addresses: readonly string[] },
): Promise<void> {
  const peer = ['type', 'veth', 'peer', 'name', b.name, 'netns', b.namespace.name];
  await a.namespace.ip('link', 'add', a.name, ...peer);
  for (const { namespace, name, addresses } of [a, b]) {
    // What real cables carry: neither segments that the network card is still to cut, nor addresses that are still to be checked.
    await namespace.ip('link', 'set', name, 'gso_max_size', '1500', 'gso_max_segs', '1');
    for (const address of addresses) {
      await namespace.ip('address', 'add', address, 'dev', name, ...(address.includes(':') ? ['nodad'] : []));
    }
    await namespace.ip('link', 'set', name, 'up');
  }
}

async function remove(name: string): Promise<void> {
  const { stdout } = await exec('ip', ['netns', 'pids', name]).catch(() => ({ stdout: '' }));
  for (const pid of stdout.split('\n').filter((line) => line !== '')) kill(Number(pid));
  await exec('ip', ['netns', 'del', name]);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

async function removeAbandoned(): Promise<void> {
  const { stdout } = await exec('ip', ['netns', 'list']);
  for (const [, name, pid] of stdout.matchAll(/^(calliope-(\d+)-\S+)/gm)) {
    if (!isRunning(Number(pid))) await remove(name!).catch(() => {});
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../packages/cli/bin/calliope.mjs', import.meta.url));
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 30_000;

/** A `calliope serve` of its own processes on a data directory of its own. */
export interface IngestServer {
  hepPort: number;
  /** Of the launcher that `npx calliope` is, of the server, and of the database's process. */
  pids: { launcher: number; server: number; engine: number };
  /** GET of `/api/v1/…`. */
  get<T>(route: string, parameters?: Record<string, string>): Promise<T>;
  /** Bytes of all files in the data directory. */
  diskBytes(): number;
  /** Stops it and removes the data. */
  stop(): Promise<void>;
}

/** Resolves when the server says that it is ready. */
export async function startIngestServer(serverArguments: readonly string[]): Promise<IngestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'calliope-ingest-'));
  const [httpPort, hepPort] = [await freePort(), await freePort()];
  const listen = ['--data', directory, '--http', `127.0.0.1:${httpPort}`, '--hep', `127.0.0.1:${hepPort}`];
  const launcher = spawn(process.execPath, [LAUNCHER, 'serve', ...listen, ...serverArguments], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async (): Promise<void> => {
    await stopChild(launcher);
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await readiness(launcher);
    const { pid, url, token } = JSON.parse(readFileSync(join(directory, 'run', 'server.json'), 'utf8')) as {
      pid: number;
      url: string;
      token: string;
    };
    const get = async <T>(route: string, parameters: Record<string, string> = {}): Promise<T> => {
      const address = `${url}/api/v1/${route}?${new URLSearchParams(parameters)}`;
      const response = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
      if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    };
    const engine = childrenOf(pid)[0];
    if (engine === undefined) throw new Error('the server has no process for the database');
    const pids = { launcher: launcher.pid!, server: pid, engine };
    return { hepPort, pids, get, diskBytes: () => bytesIn(directory), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readiness(launcher: ChildProcess): Promise<void> {
  const ready = Promise.withResolvers<void>();
  let output = '';
  launcher.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-4_096);
    if (/^Ready\.$/m.test(output)) ready.resolve();
  });
  launcher.once('error', ready.reject);
  launcher.once('exit', (code) => ready.reject(new Error(`the server ended with code ${code}: ${output}`)));
  const timer = setTimeout(() => ready.reject(new Error(`the server is not ready: ${output}`)), START_TIMEOUT_MS);
  await ready.promise.finally(() => clearTimeout(timer));
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  // The server and the database end with their parents' channels.
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

/** What the files occupy, those in several places counted once; files may go while one looks. */
function bytesIn(directory: string): number {
  let bytes = 0;
  const seen = new Set<number>();
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    const status = lstatSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false });
    if (!status?.isFile() || seen.has(status.ino)) continue;
    if (status.nlink > 1) seen.add(status.ino);
    bytes += 512 * status.blocks;
  }
  return bytes;
}

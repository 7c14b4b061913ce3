import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { freePorts } from './free-port.ts';
import type { NetworkNamespace } from './network-namespace.ts';
import { StartedProgram } from './started-program.ts';

/** What `npx calliope` runs: any Node from 20 on may start it. */
const LAUNCHER = fileURLToPath(new URL('../../packages/cli/bin/calliope.mjs', import.meta.url));

export interface CalliopeNode extends AsyncDisposable {
  program: StartedProgram;
  /** e.g. `http://127.0.0.1:34567` */
  url: string;
  hepPort: number;
  dataDirectory: string;
  /** Of the very first start. */
  adminPassword: string | undefined;
  /** Process id of the server itself, the launcher's child. */
  serverPid: number;
  /** GET of `/api/v1/…` with all rights. */
  get<T>(path: string, parameters?: Record<string, string | readonly string[]>): Promise<T>;
  bytes(path: string, parameters?: Record<string, string | readonly string[]>): Promise<Uint8Array>;
}

export interface CalliopeOptions {
  /** Holds the data; kept for a second start on the same. */
  directory: string;
  hepPort?: number;
  httpPort?: number;
  args?: readonly string[];
  environment?: Record<string, string>;
  /** It runs in this network; what is asked of it is asked from there. */
  namespace?: NetworkNamespace;
}

/** Runs `calliope serve` as a user would, and resolves when it says that it is ready. */
export async function startCalliope(options: CalliopeOptions): Promise<CalliopeNode> {
  const [freeHep, freeHttp] = (await freePorts(2)) as [number, number];
  const hepPort = options.hepPort ?? freeHep;
  const httpPort = options.httpPort ?? freeHttp;
  const dataDirectory = join(options.directory, 'data');
  const listen = ['--data', dataDirectory, '--http', `127.0.0.1:${httpPort}`, '--hep', `[::]:${hepPort}`];
  const { namespace, directory: cwd } = options;
  const args = [LAUNCHER, 'serve', ...listen, ...(options.args ?? [])];
  const program = new StartedProgram(...(namespace?.within(process.execPath, args) ?? [process.execPath, args]), {
    cwd,
    ...(options.environment ? { environment: options.environment } : {}),
  });
  await program.waitForOutput(/^Ready\.$/m, 60_000);
  const run = JSON.parse(readFileSync(join(dataDirectory, 'run', 'server.json'), 'utf8')) as {
    pid: number;
    url: string;
    token: string;
  };
  const request = async (
    path: string,
    parameters: Record<string, string | readonly string[]> = {},
  ): Promise<Response> => {
    const url = new URL(`/api/v1/${path}`, run.url);
    for (const [name, value] of Object.entries(parameters)) {
      for (const one of typeof value === 'string' ? [value] : value) url.searchParams.append(name, one);
    }
    const headers = { authorization: `Bearer ${run.token}` };
    const response = await (namespace ? namespace.get(url, headers) : fetch(url, { headers }));
    if (!response.ok) throw new Error(`${url.pathname}${url.search}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    program,
    url: run.url,
    hepPort,
    dataDirectory,
    adminPassword: /with the password (\S+)/.exec(program.output)?.[1],
    serverPid: run.pid,
    get: async <T>(path: string, parameters?: Record<string, string | readonly string[]>) =>
      (await request(path, parameters)).json() as Promise<T>,
    bytes: async (path, parameters) => new Uint8Array(await (await request(path, parameters)).arrayBuffer()),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs one command of the command line to its end. */
export function runCalliope(args: readonly string[], options: { cwd: string; input?: string }): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [LAUNCHER, ...args],
      { cwd: options.cwd, maxBuffer: 256 * 1024 * 1024, timeout: 120_000 },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
        resolve({ code, stdout, stderr });
      },
    );
    child.stdin?.end(options.input ?? '');
  });
}

/** Asks again and again until the answer satisfies, or the time is over; gives the last answer either way. */
export async function poll<T>(ask: () => Promise<T>, satisfies: (answer: T) => boolean, timeoutMs: number): Promise<T> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer) || performance.now() > endMs) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

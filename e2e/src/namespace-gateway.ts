import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { buffer } from 'node:stream/consumers';
import { StartedProgram } from './started-program.ts';

/** HTTP into a network namespace: through a socket in the file system, which both networks see. */
export interface NamespaceGateway extends AsyncDisposable {
  get(url: URL, headers: Record<string, string>): Promise<Response>;
}

/** Joins each connection to the socket with one to the server. */
const RELAY_SCRIPT = `
import { connect, createServer } from 'node:net';
const [path, port, host] = process.argv.slice(1);
createServer((near) => {
  const far = connect(Number(port), host);
  near.pipe(far).pipe(near);
  near.on('error', () => far.destroy());
  far.on('error', () => near.destroy());
}).listen(path, () => console.log('Ready.'));
`;

/** @param within gives the command line that runs a program in the namespace */
export async function openNamespaceGateway(
  within: (program: string, args: readonly string[]) => [program: string, args: string[]],
  { hostname, port }: URL,
): Promise<NamespaceGateway> {
  const directory = await mkdtemp(join(tmpdir(), 'calliope-gateway-'));
  const socketPath = join(directory, 'socket');
  const script = ['--input-type=module', '-e', RELAY_SCRIPT, socketPath, port, hostname];
  const relay = new StartedProgram(...within(process.execPath, script), { cwd: directory });
  const dispose = async (): Promise<void> => {
    await relay.stop('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await relay.waitForOutput(/^Ready\.$/m, 20_000);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    async get(url, headers) {
      const asked = request({ socketPath, path: url.pathname + url.search, headers: { host: url.host, ...headers } });
      const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage];
      return new Response(new Uint8Array(await buffer(answer)), { status: answer.statusCode! });
    },
    [Symbol.asyncDispose]: dispose,
  };
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from './api-client.ts';
import { loadConfiguration } from './configuration.ts';
import { CommandError, ExitCode } from './exit-codes.ts';
import { readRunFile } from './run-file.ts';

/** Options that all commands have which speak to a server. */
export interface ConnectionOptions {
  server?: string;
  token?: string;
  data?: string;
  config?: string;
}

/**
 * Runs `work` against the server named by `--server`, else the one that runs on the data directory, else one that is
 * started for this command alone on the data directory, without receivers, on a loopback port of its own.
 * @param options.create whether a data directory that does not exist is made; without it, that is an error.
 */
export async function withServer<T>(
  options: ConnectionOptions & { create?: boolean },
  work: (client: ApiClient) => Promise<T>,
): Promise<T> {
  const server = options.server ?? process.env.CALLIOPE_SERVER;
  if (server !== undefined) {
    if (!URL.canParse(server) || !/^https?:/.test(server)) {
      throw new CommandError(
        ExitCode.USAGE,
        `--server is ${JSON.stringify(server)} but must be a URL such as http://127.0.0.1:9080`,
      );
    }
    return await work(createApiClient(server, options.token ?? process.env.CALLIOPE_TOKEN));
  }
  const configuration = loadConfiguration({
    flags: options.data === undefined ? {} : { data: options.data },
    environment: process.env,
    ...(options.config === undefined ? {} : { file: options.config }),
  });
  const running = readRunFile(configuration.data);
  if (running) return await work(createApiClient(running.url, options.token ?? running.token));
  if (!options.create && !existsSync(join(configuration.data, 'engine'))) {
    throw new CommandError(
      ExitCode.NOT_FOUND,
      `There is no data in ${configuration.data} and no server runs on it. Name another directory with --data, or a server with --server.`,
    );
  }
  // Loaded only here: with a running server a command needs nothing of it, and starts in half the time.
  const { startCaptureNode } = await import('./capture-node.ts');
  const node = await startCaptureNode(
    { ...configuration, http: { host: '127.0.0.1', port: 0 } },
    { receive: false, log: () => {} },
  );
  try {
    return await work(createApiClient(node.url, node.localToken));
  } finally {
    await node.stop();
  }
}

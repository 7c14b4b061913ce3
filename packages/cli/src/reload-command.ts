import { resolve } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReport } from '@calliope/model';
import { Command } from 'commander';
import { createApiClient } from './api-client.ts';
import { loadConfiguration } from './configuration.ts';
import { CommandError, ExitCode } from './exit-codes.ts';
import type { ConfigurationReport } from './reload-session.ts';
import { readRunFile } from './run-file.ts';

const PATIENCE_MS = 15_000;
const ASK_EVERY_MS = 100;

interface ReloadOptions {
  data?: string;
  config?: string;
}

/** `calliope reload` */
export function reloadCommand(): Command {
  return new Command('reload')
    .description(
      `Have the running server of this data directory read its configuration file again and put in force what can be changed without
missing a packet. Exits with 0 when all is in force, 6 when some settings wait for a restart (they are named), 2 when the new configuration
has mistakes (nothing was changed then), 4 when no server runs.`.replaceAll('\n', ' '),
    )
    .option('--data <DIR>', 'data directory of the running server')
    .option('--config <FILE>', 'configuration file in which its data directory is named')
    .action(run);
}

async function run(options: ReloadOptions): Promise<void> {
  const data = dataDirectory(options);
  const running = readRunFile(data);
  if (!running) throw new CommandError(ExitCode.NOT_FOUND, `No server runs on ${data}: name another with --data.`);
  const client = createApiClient(running.url, running.token);
  const ask = async () => (await client.json<HealthReport>('health')).configuration;
  const { reloads } = await ask();
  try {
    process.kill(running.pid, 'SIGHUP');
  } catch (error) {
    throw new CommandError(
      ExitCode.UNREACHABLE,
      `The server (process ${running.pid}) cannot be signalled: ${(error as Error).message}`,
    );
  }
  const endMs = performance.now() + PATIENCE_MS;
  for (let now = await ask(); ; now = await ask()) {
    if (now.reloads > reloads) return tell(now);
    if (performance.now() > endMs) {
      throw new CommandError(ExitCode.FAILURE, `The server (process ${running.pid}) has not reloaded: see its log.`);
    }
    await delay(ASK_EVERY_MS);
  }
}

/** With `--data` the file is not read here: it may be another than the server's. */
function dataDirectory({ data, config }: ReloadOptions): string {
  if (data !== undefined) return resolve(data);
  return loadConfiguration({ flags: {}, environment: process.env, ...(config === undefined ? {} : { file: config }) })
    .data;
}

function tell({ applied, needsRestart, error }: ConfigurationReport): void {
  if (error !== null) throw new CommandError(ExitCode.USAGE, `Nothing was changed. ${error}`);
  console.log(applied.length > 0 ? `Changed: ${applied.join(', ')}` : 'Nothing to change.');
  if (needsRestart.length > 0) {
    throw new CommandError(ExitCode.RESTART_NEEDED, `A restart is needed for: ${needsRestart.join(', ')}`);
  }
}

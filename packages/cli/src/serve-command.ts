import process from 'node:process';
import { Command } from 'commander';
import { configurationFile, loadConfiguration } from './configuration.ts';
import { ExitCode } from './exit-codes.ts';
import { onHangup } from './reload-signal.ts';
import { type Configuration, flagName, SETTINGS } from './settings.ts';
import { version } from './version.ts';
import { ensureWebInterface } from './web-interface.ts';

/** `calliope serve` */
export function serveCommand(): Command {
  const command = new Command('serve')
    .description(
      'Run a capture node: receive HEP, store it, serve the web interface and the API. Settings also come from a file and the environment (docs/configuration.md).',
    )
    .option('--config <FILE>', 'configuration file (YAML)');
  for (const setting of SETTINGS) {
    const fallback = setting.fallback === '' ? 'none' : setting.fallback;
    command.option(`${flagName(setting)} <${setting.placeholder}>`, `${setting.description} (default: ${fallback})`);
  }
  return command.action(run);
}

async function run(options: Record<string, string | undefined>): Promise<void> {
  const flags: Partial<Record<keyof Configuration, string>> = {};
  for (const setting of SETTINGS) {
    const value = options[camelCase(flagName(setting).slice(2))];
    if (value !== undefined) flags[setting.key] = value;
  }
  // The file that was used stays the one that is read again, so that a reload without it is a mistake and not all defaults.
  const file = configurationFile(options.config, process.env);
  const readConfiguration = () =>
    loadConfiguration({ flags, environment: process.env, ...(file === undefined ? {} : { file }) });
  const configuration = readConfiguration();
  const log = (line: string) => console.error(`${new Date().toISOString()} ${line}`);
  // Interrupted while it starts, it still stops in order.
  let reload = () => {};
  const stopped = stopRequest(() => reload());
  await ensureWebInterface(log);
  const { startCaptureNode } = await import('./capture-node.ts');
  const node = await startCaptureNode(configuration, { receive: true, log, readConfiguration });
  reload = () => void node.reload();
  console.log(`Calliope ${version}`);
  console.log(`  web interface  ${node.url}`);
  console.log(`  HEP            ${node.receivers.map((receiver) => receiver.name).join(', ')}`);
  console.log(`  data           ${configuration.data}`);
  if (node.initialAdmin) {
    console.log(
      `\n  First start: log in as ${node.initialAdmin.username} with the password ${node.initialAdmin.password}`,
    );
    console.log('  It is shown this once; you will be asked to change it.\n');
  }
  for (const receiver of node.receivers) for (const problem of receiver.problems()) log(problem);
  console.log('Ready.');
  const why = await stopped;
  log(`Stopping (${why}) …`);
  await node.stop();
  log('Stopped.');
}

/**
 * The signals that a terminal or a supervisor sends to the whole group come twice, as the launcher passes them on: those that follow so soon are the
 * same. Who asks again later has lost patience.
 */
const SAME_SIGNAL_MS = 2000;

/** Resolves when the process is asked to end: by a signal, or since the terminal or the launcher is gone. */
function stopRequest(reload: () => void): Promise<string> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        firstMs ??= performance.now();
        if (performance.now() - firstMs > SAME_SIGNAL_MS) process.exit(ExitCode.FAILURE);
        resolve(signal);
      });
    }
    onHangup({ reload, stop: () => resolve('its terminal was closed') });
    process.once('disconnect', () => resolve('the process that started it is gone'));
  });
}

function camelCase(words: string): string {
  return words.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

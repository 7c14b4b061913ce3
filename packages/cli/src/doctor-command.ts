import process from 'node:process';
import { Command } from 'commander';
import { formatOption } from './command-options.ts';
import { loadConfiguration } from './configuration.ts';
import type { Finding } from './doctor-finding.ts';
import { CommandError, ExitCode } from './exit-codes.ts';
import type { Configuration } from './settings.ts';

interface DoctorOptions {
  data?: string;
  config?: string;
  format: 'text' | 'json';
  json?: true;
  strict?: true;
}

/** `calliope doctor` */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'Look at this machine with the eyes of a capture node: buffers, capabilities, clock, disk, ports, limits, and the server if one runs. Says for each trouble the command that mends it. Exits with 1 when something fails, with --strict for warnings too.',
    )
    .option('--data <DIR>', 'data directory')
    .option('--config <FILE>', 'configuration file')
    .addOption(formatOption(['text', 'json'], 'text'))
    .option('--json', 'the same as --format json')
    .option('--strict', 'exit with 1 for warnings too')
    .action(run);
}

async function run(options: DoctorOptions): Promise<void> {
  const configuration = loadConfiguration({
    flags: options.data === undefined ? {} : { data: options.data },
    environment: process.env,
    ...(options.config === undefined ? {} : { file: options.config }),
  });
  const findings = (await examine(configuration)).map(withoutSudoForRoot);
  const count = (severity: Finding['severity']) => findings.filter((finding) => finding.severity === severity).length;
  const [failures, warnings] = [count('failure'), count('warning')];
  if (options.json || options.format === 'json') {
    console.log(JSON.stringify({ failures, warnings, findings }, null, 2));
  } else {
    console.log(doctorText(findings));
  }
  if (failures > 0 || (options.strict && warnings > 0)) {
    throw new CommandError(ExitCode.FAILURE, `${failures} failures, ${warnings} warnings.`);
  }
}

/** Everything that can be looked at, each once. */
export async function examine(configuration: Configuration): Promise<Finding[]> {
  // Loaded only here, as no other command needs them.
  const [buffers, capabilities, clock, disk, limits, ports, processes, runtime, servers] = await Promise.all([
    import('./doctor-buffers.ts'),
    import('./doctor-capabilities.ts'),
    import('./doctor-clock.ts'),
    import('./doctor-disk.ts'),
    import('./doctor-limits.ts'),
    import('./doctor-ports.ts'),
    import('./doctor-process.ts'),
    import('./doctor-runtime.ts'),
    import('./doctor-server.ts'),
  ]);
  const server = await servers.readServerFacts(configuration.data);
  const facts = processes.readProcessFacts(server?.pid);
  const store = server && 'store' in server.health ? server.health.store : null;
  return [
    ...runtime.checkRuntime(runtime.readRuntimeFacts()),
    ...buffers.checkBuffers(buffers.readBufferFacts()),
    ...capabilities.checkCapabilities(capabilities.readCapabilityFacts(facts, server !== undefined), configuration),
    ...clock.checkClock(clock.readClockFacts()),
    ...limits.checkLimits(limits.readLimitFacts(facts), configuration, server !== undefined),
    ...disk.checkDisk(
      attempt(() => disk.readDiskFacts(configuration.data)),
      configuration,
      store,
    ),
    ...ports.checkPorts(await ports.readPortFacts(configuration), server?.pid),
    ...servers.checkServer(server),
  ];
}

const MARKS: Record<Finding['severity'], string> = { ok: 'ok', warning: 'warn', failure: 'FAIL', unknown: '?' };

/** As a person reads it. */
export function doctorText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings
    .flatMap(({ check, severity, message, mend }) => [
      `${MARKS[severity].padEnd(4)}  ${check.padEnd(width)}  ${message}`,
      ...mend.map((command) => `${' '.repeat(width + 8)}-> ${command}`),
    ])
    .join('\n');
}

function withoutSudoForRoot(finding: Finding): Finding {
  if (process.getuid?.() !== 0) return finding;
  return { ...finding, mend: finding.mend.map((command) => command.replace(/\bsudo /g, '')) };
}

function attempt<T>(work: () => T): T | { reason: string } {
  try {
    return work();
  } catch (error) {
    return { reason: (error as Error).message };
  }
}

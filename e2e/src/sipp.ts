import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitForListeningPort } from './listening-port.ts';
import { parseSippMessageLog, type SippMessage } from './sipp-message-log.ts';
import { parseSippStatistics, type SippStatistics } from './sipp-statistics.ts';
import { StartedProgram } from './started-program.ts';

export interface SippOptions {
  directory: string;
  /** Names its files; unique in the directory. */
  name: string;
  /** XML, e.g. of `callerScenario` and `calleeScenario`, or your own. */
  scenario: string;
  /** On 127.0.0.1. Media ports are announced above it. */
  localPort: number;
  /** Default udp. */
  transport?: 'udp' | 'tcp';
  extraArguments?: readonly string[];
}

export interface SippRun {
  /** Everything sent and received, in order, byte for byte. */
  messages: SippMessage[];
  statistics: SippStatistics;
}

export interface SippCallee {
  program: StartedProgram;
  /** Stops it and gives what it saw. */
  finish(): Promise<SippRun>;
}

export interface SippCallerOptions extends SippOptions {
  target: { host: string; port: number };
  calls: number;
  /** Calls a second, default 10. */
  rate?: number;
  /** Default 60,000. */
  timeoutMs?: number;
}

/** Makes calls and resolves when the last is over. Rejects when not all of them went as the scenario says, or `timeoutMs` passed. */
export async function runSippCaller(options: SippCallerOptions): Promise<SippRun> {
  const { calls, rate = 10, target, timeoutMs = 60_000 } = options;
  const args = [
    '-m',
    String(calls),
    '-r',
    String(rate),
    '-timeout',
    `${Math.ceil(timeoutMs / 1_000)}s`,
    '-timeout_error',
  ];
  const program = await startSipp(options, [...args, `${target.host}:${target.port}`]);
  const { code } = await program.waitForExit(timeoutMs + 5_000);
  const run = await readRun(options);
  // SIPp ends with 0 when every call succeeded.
  if (code !== 0) {
    const errors = await readFile(filesOf(options).errors, 'utf8').catch(() => '');
    throw new Error(program.describe(`ended with ${code}: ${errors.slice(0, 2_000)}`));
  }
  return run;
}

/** Waits for calls until `finish`. */
export async function startSippCallee(options: SippOptions): Promise<SippCallee> {
  const program = await startSipp(options, []);
  try {
    await waitForListeningPort(options.transport ?? 'udp', options.localPort, 10_000);
  } catch (error) {
    await program.stop();
    throw new Error(program.describe('does not listen'), { cause: error });
  }
  return {
    program,
    finish: async () => {
      // SIGUSR1 has it write its last statistics and end.
      await program.stop('SIGUSR1');
      return readRun(options);
    },
  };
}

async function startSipp(options: SippOptions, args: readonly string[]): Promise<StartedProgram> {
  const files = filesOf(options);
  await writeFile(files.scenario, options.scenario);
  const media = ['-mi', '127.0.0.1', '-mp', String(options.localPort + 1)];
  const logs = ['-trace_msg', '-message_file', files.messages, '-trace_stat', '-stf', files.statistics, '-fd', '1'];
  const errors = ['-trace_err', '-error_file', files.errors];
  return new StartedProgram(
    'sipp',
    [
      ...['-sf', files.scenario, '-i', '127.0.0.1', '-p', String(options.localPort), '-nostdin'],
      ...['-t', options.transport === 'tcp' ? 't1' : 'u1'],
      ...[...media, ...logs, ...errors, ...(options.extraArguments ?? []), ...args],
    ],
    { cwd: options.directory },
  );
}

async function readRun(options: SippOptions): Promise<SippRun> {
  const files = filesOf(options);
  const [log, csv] = await Promise.all([
    readFile(files.messages).catch(() => new Uint8Array(0)),
    readFile(files.statistics, 'utf8').catch(() => ''),
  ]);
  return { messages: parseSippMessageLog(log), statistics: parseSippStatistics(csv) };
}

function filesOf({ directory, name }: SippOptions) {
  return {
    scenario: join(directory, `${name}.xml`),
    messages: join(directory, `${name}-messages.log`),
    statistics: join(directory, `${name}-statistics.csv`),
    errors: join(directory, `${name}-errors.log`),
  };
}

import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { callCommand } from './call-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { CommandError, ExitCode } from './exit-codes.ts';
import { exportCommand } from './export-command.ts';
import { healthCommand } from './health-command.ts';
import { importCommand } from './import-command.ts';
import { reloadCommand } from './reload-command.ts';
import { searchCommand } from './search-command.ts';
import { serveCommand } from './serve-command.ts';
import { userCommand } from './user-command.ts';
import { version } from './version.ts';

const program = new Command('calliope')
  .description('A SIP capture platform: takes HEP, stores every message, finds and draws the call.')
  .version(version)
  .showHelpAfterError('(see --help)')
  .configureHelp({ sortSubcommands: false })
  .addHelpText(
    'after',
    `
Exit status: 0 done · 1 trouble (disk, network, database) · 2 wrong command line or configuration ·
             3 the data directory is used by another server · 4 not found · 5 server not reached or token refused ·
             6 a restart is needed`,
  )
  .exitOverride();

for (const command of [
  serveCommand,
  importCommand,
  searchCommand,
  callCommand,
  exportCommand,
  userCommand,
  healthCommand,
  doctorCommand,
  reloadCommand,
]) {
  program.addCommand(command());
}
exitOverrideEverywhere(program);

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE;
  } else if (error instanceof CommandError) {
    console.error(`calliope: ${error.message}`);
    process.exitCode = error.exitCode;
  } else {
    console.error('calliope:', error);
    process.exitCode = ExitCode.FAILURE;
  }
}
// The channel to the launcher would keep the process alive when nothing else does.
process.disconnect?.();

function exitOverrideEverywhere(command: Command): void {
  for (const inner of command.commands) {
    inner.exitOverride().showHelpAfterError('(see --help)');
    exitOverrideEverywhere(inner);
  }
}

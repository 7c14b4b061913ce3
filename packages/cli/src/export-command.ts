import process from 'node:process';
import { Command } from 'commander';
import { addConnectionOptions, addRangeOptions, formatOption, type RangeOptions } from './command-options.ts';
import { CommandError, ExitCode } from './exit-codes.ts';
import { writeOutput } from './output-file.ts';
import { type ConnectionOptions, withServer } from './server-connection.ts';

interface ExportOptions extends ConnectionOptions, RangeOptions {
  format: string;
  callId?: string[];
  output?: string;
}

/** `calliope export [EXPRESSION…]` */
export function exportCommand(): Command {
  const command = new Command('export')
    .description('Write everything that an expression finds, or whole calls by --call-id, oldest first, to a file.')
    .argument('[EXPRESSION...]', 'which messages (docs/search.md); everything in the range when left out')
    .option('--call-id <ID...>', 'the messages of these calls')
    .option('-o, --output <FILE>', 'write to a file instead of standard output')
    .addOption(formatOption(['pcap', 'pcapng', 'text', 'json', 'csv'], 'pcap'));
  return addConnectionOptions(addRangeOptions(command)).action(run);
}

async function run(words: string[], options: ExportOptions): Promise<void> {
  const { format, callId, output, from, to, tz } = options;
  if ((output === undefined || output === '-') && format.startsWith('pcap') && process.stdout.isTTY) {
    throw new CommandError(ExitCode.USAGE, `${format} is not for a terminal: name a file with -o FILE.`);
  }
  await withServer(options, async (client) => {
    const q = words.length > 0 ? words.join(' ') : undefined;
    await writeOutput(output, await client.download('export', { format, q, call_id: callId, from, to, tz }));
  });
}

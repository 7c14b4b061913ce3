import type { CallResponse } from '@calliope/model';
import { Command } from 'commander';
import { addConnectionOptions, formatOption } from './command-options.ts';
import { CommandError, ExitCode } from './exit-codes.ts';
import { writeOutput } from './output-file.ts';
import { messageTable } from './search-command.ts';
import { type ConnectionOptions, withServer } from './server-connection.ts';

interface CallOptions extends ConnectionOptions {
  format: string;
  output?: string;
  tz: string;
}

/** `calliope call CALL-ID…` */
export function callCommand(): Command {
  const command = new Command('call')
    .description('Show one call, or several in one ladder: as a ladder, a table, its text, JSON or a capture file.')
    .argument('<CALL-ID...>')
    .option('-o, --output <FILE>', 'write to a file instead of standard output')
    .option('--tz <ZONE>', 'time zone of what is shown', 'UTC')
    .addOption(formatOption(['ladder', 'table', 'text', 'json', 'pcap', 'pcapng', 'svg'], 'ladder'));
  return addConnectionOptions(command).action(run);
}

async function run(callIds: string[], options: CallOptions): Promise<void> {
  const { format, output, tz } = options;
  await withServer(options, async (client) => {
    const answer = await client.json<CallResponse>('call', { call_id: callIds });
    if (answer.messages.length === 0)
      throw new CommandError(ExitCode.NOT_FOUND, `No message with Call-ID ${callIds.join(' or ')} is stored.`);
    if (format === 'json') await writeOutput(output, [`${JSON.stringify(answer, null, 2)}\n`]);
    else if (format === 'table') await writeOutput(output, [`${messageTable(answer.messages, tz)}\n`]);
    else await writeOutput(output, await client.download('export', { format, call_id: callIds, tz }));
  });
}

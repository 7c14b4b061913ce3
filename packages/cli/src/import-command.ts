import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import process from 'node:process';
import type { ImportResponse } from '@calliope/model';
import { Command } from 'commander';
import { addConnectionOptions, formatOption } from './command-options.ts';
import { CommandError, ExitCode } from './exit-codes.ts';
import { type ConnectionOptions, withServer } from './server-connection.ts';
import { textTable } from './text-table.ts';

/** `calliope import FILE…` */
export function importCommand(): Command {
  const command = new Command('import')
    .description(
      'Store the SIP messages of capture files (pcap, pcapng, also gzip; - is standard input); HEP in them is unwrapped.',
    )
    .argument('<FILE...>')
    .addOption(formatOption(['text', 'json'], 'text'));
  return addConnectionOptions(command).action(run);
}

async function run(files: string[], options: ConnectionOptions & { format: 'text' | 'json' }): Promise<void> {
  for (const file of files) await checkReadable(file);
  const results = await withServer({ ...options, create: true }, async (client) => {
    const done: (ImportResponse & { file: string })[] = [];
    for (const file of files) {
      const response = await client.upload<ImportResponse>('imports', withProgress(file, options.format));
      done.push({ file, ...response });
    }
    return done;
  });
  if (options.format === 'json') {
    const [only] = results;
    console.log(
      JSON.stringify(
        results.length === 1 && only
          ? only
          : { messages: results.reduce((sum, { messages }) => sum + messages, 0), files: results },
        null,
        2,
      ),
    );
    return;
  }
  const rows = results.map(({ file, messages, otherMessages, duplicates, frames, defects }) => {
    const problems = Object.entries(defects).map(([name, count]) => `${name} ×${count}`);
    const counts = [messages, otherMessages, duplicates, frames].map(String);
    return [file, ...counts, problems.join(', ') || '–'];
  });
  console.log(textTable(['file', 'SIP messages', 'other', 'duplicates', 'frames', 'defects'], rows));
}

async function checkReadable(file: string): Promise<void> {
  if (file === '-') return;
  try {
    if (!(await stat(file)).isFile()) throw new Error('it is not a file');
  } catch (error) {
    throw new CommandError(ExitCode.NOT_FOUND, `${file} cannot be read: ${(error as Error).message}`);
  }
}

async function* withProgress(file: string, format: string): AsyncIterable<Uint8Array> {
  const total = file === '-' ? undefined : (await stat(file)).size;
  const stream = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1 << 20 });
  const show = format === 'text' && process.stderr.isTTY;
  let done = 0;
  let lastShown = Date.now();
  for await (const chunk of stream) {
    yield chunk as Uint8Array;
    done += (chunk as Uint8Array).length;
    if (show && Date.now() - lastShown > 200) {
      lastShown = Date.now();
      process.stderr.write(
        `\r${file}: ${(done / 1e6).toFixed(1)} MB${total ? ` of ${(total / 1e6).toFixed(1)} (${Math.floor((100 * done) / total)} %)` : ''}  `,
      );
    }
  }
  if (show) process.stderr.write('\r\u001b[K');
}

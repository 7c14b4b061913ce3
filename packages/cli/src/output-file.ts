import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** Writes to FILE, or to standard output when it is undefined or `-`; keeps the pace of whoever reads. A closed pipe ends quietly. */
export async function writeOutput(
  file: string | undefined,
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): Promise<void> {
  const toFile = file !== undefined && file !== '-';
  const stream = toFile ? createWriteStream(file) : process.stdout;
  let broken = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') broken = true;
  });
  for await (const chunk of chunks) {
    if (broken) return;
    if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), once(stream, 'close')]);
  }
  if (toFile) {
    stream.end();
    await finished(stream);
  }
}

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/**
 * The bytes of a file that may be gzip (RFC 1952, several members too), as they are or inflated as they come. `onBroken` is told when gzip data is damaged or
 * cut: what came before it has been given. Errors of the source are thrown.
 */
export async function* inflatedCapture(
  source: AsyncIterable<Uint8Array>,
  onBroken: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await firstBytes(chunks);
  const rest = prepend(first, chunks);
  if (!(first[0] === 0x1f && first[1] === 0x8b)) {
    yield* rest;
    return;
  }
  const gunzip = createGunzip();
  // The reading below is told of every error, so this promise has nobody else to tell.
  const feeding = pipeline(Readable.from(rest), gunzip).catch(() => {});
  try {
    for await (const chunk of gunzip) yield chunk;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!code.startsWith('Z_')) throw error;
    onBroken();
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

/** At least two bytes, where there are so many. */
async function firstBytes(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let bytes = new Uint8Array(0);
  while (bytes.length < 2) {
    const next = await chunks.next();
    if (next.done) break;
    bytes = bytes.length === 0 ? new Uint8Array(next.value) : Uint8Array.from([...bytes, ...next.value]);
  }
  return bytes;
}

async function* prepend(first: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}

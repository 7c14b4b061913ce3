import type { Message } from '@calliope/model';
import type { BoundedPages } from './text-export.ts';

/** The pages up to `limit` messages. They were counted, so more is only what came in since. */
export function boundPages(pages: AsyncIterable<Message[]>, limit: number): BoundedPages {
  let wasCut = false;
  return {
    get wasCut() {
      return wasCut;
    },
    async *[Symbol.asyncIterator]() {
      let left = limit;
      for await (const page of pages) {
        wasCut = page.length > left;
        yield wasCut ? page.slice(0, left) : page;
        if (wasCut) return;
        left -= page.length;
      }
    },
  };
}

/**
 * Starts reading: resolves when the first piece is there, so that a search that fails at once can still be answered as an error.
 * A later failure ends the stream with that error, which breaks the connection: a client never takes a part for the whole.
 */
export async function startStream(
  pieces: AsyncIterable<string | Uint8Array>,
  onEnd: (failure: unknown) => void,
): Promise<AsyncGenerator<Buffer>> {
  const iterator = pieces[Symbol.asyncIterator]();
  let first: IteratorResult<string | Uint8Array>;
  try {
    first = await iterator.next();
  } catch (error) {
    onEnd(error);
    throw error;
  }
  return (async function* () {
    let failure: unknown;
    try {
      for (let next = first; !next.done; next = await iterator.next()) yield toBuffer(next.value);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      // Also reached when the client went away.
      await iterator.return?.();
      onEnd(failure);
    }
  })();
}

function toBuffer(piece: string | Uint8Array): Buffer {
  return typeof piece === 'string'
    ? Buffer.from(piece, 'utf8')
    : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
}

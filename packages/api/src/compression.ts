import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { ApiApp } from './api-app.ts';

const compress = promisify(gzip);
/** Less than this is one packet or two anyway. */
const LEAST_LENGTH = 8 * 1024;

/**
 * Compresses JSON answers for who takes gzip: a call of 10,000 messages is 10 MB, and most of it repeats.
 * What secrets the API tells (a new token, a new password) is far below the least length, so sizes tell nothing of them.
 */
export function addCompression(app: ApiApp): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const isJson = String(reply.getHeader('content-type') ?? '').startsWith('application/json');
    if (typeof payload !== 'string' || payload.length < LEAST_LENGTH || !isJson) return payload;
    reply.header('vary', 'accept-encoding');
    if (!takesGzip(request.headers['accept-encoding'])) return payload;
    const compressed = await compress(payload, { level: constants.Z_BEST_SPEED });
    reply.header('content-encoding', 'gzip').header('content-length', compressed.length);
    return compressed;
  });
}

function takesGzip(header: string | string[] | undefined): boolean {
  return /(?:^|,)\s*gzip\s*(?:;\s*q=(?:1|0?\.\d*[1-9])[\d.]*\s*)?(?:,|$)/i.test(String(header ?? ''));
}

import type { ImportResponse } from '@calliope/model';
import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import type { ApiContext } from '../api-context.ts';
import { ApiError } from '../api-error.ts';
import { createConcurrencyGate } from '../concurrency-gate.ts';
import { EXAMPLE_RANGE } from '../schemas/answer-examples.ts';
import { answerRef, errorAnswers, jsonAnswer } from '../schemas/answer-schemas.ts';

const CAPTURE_TYPES = [
  'application/octet-stream',
  'application/vnd.tcpdump.pcap',
  'application/x-pcapng',
  'application/gzip',
] as const;

/** Only this route takes such bodies, and at its own pace, so it has a scope of its own. */
export async function addImportRoute(app: ApiApp, context: ApiContext): Promise<void> {
  const { importMaxBytes, maxImports } = context.limits;
  const gate = createConcurrencyGate(maxImports);

  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...CAPTURE_TYPES], (_request, payload, done) => done(null, payload));

  app.post(
    '/imports',
    {
      config: { access: 'user' },
      bodyLimit: importMaxBytes,
      schema: {
        operationId: 'importCapture',
        tags: ['import'],
        summary: 'Store the SIP messages of a capture file',
        description: 'The body is the file: pcap or pcapng, also compressed with gzip. It is read as it comes.',
        consumes: CAPTURE_TYPES,
        body: Type.Unsafe<AsyncIterable<Uint8Array>>({
          description: 'The bytes of the file.',
          content: Object.fromEntries(
            CAPTURE_TYPES.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
          ),
        }),
        response: {
          200: jsonAnswer('What was found in the file.', answerRef('ImportResponse'), {
            messages: 1204,
            frames: 1300,
            otherMessages: 0,
            duplicates: 0,
            defects: { truncated_frame: 2 },
            firstUs: EXAMPLE_RANGE.fromUs,
            lastUs: EXAMPLE_RANGE.toUs,
          } satisfies ImportResponse),
          ...errorAnswers(
            'bad_request',
            'unauthorized',
            'cross_site_request',
            'payload_too_large',
            'unsupported_media_type',
            'import_failed',
            'busy',
            'store_unavailable',
          ),
        },
      },
      // The body is a stream: there is nothing to validate before it was read.
      validatorCompiler: () => () => true,
    },
    async ({ body, headers, principal }): Promise<ImportResponse> => {
      if (!isByteStream(body))
        throw new ApiError('bad_request', 'The body is missing: send the capture file as it is.');
      if (Number(headers['content-length'] ?? 0) > importMaxBytes) throw tooLarge(importMaxBytes);
      const leave = gate.enter();
      try {
        const result = await context.importCapture(bounded(body, importMaxBytes), () => {});
        const { messages, frames } = result;
        context.log('info', 'A capture was imported.', { by: principal!.username, messages, frames });
        return result;
      } catch (error) {
        throw isImportFailure(error) ? new ApiError('import_failed', error.message, { cause: error }) : error;
      } finally {
        leave();
      }
    },
  );
}

function isByteStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

async function* bounded(stream: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > limit) throw tooLarge(limit);
    yield chunk;
  }
}

function tooLarge(limit: number): ApiError {
  return new ApiError(
    'payload_too_large',
    `A capture of more than ${limit} bytes is not taken. Cut it, or raise the limit.`,
  );
}

function isImportFailure(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'import_failed';
}

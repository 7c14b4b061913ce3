import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import type { ApiContext } from '../api-context.ts';
import { createConcurrencyGate } from '../concurrency-gate.ts';
import { EXPORT_FORMATS, EXPORT_WRITERS, type ExportFormat } from '../export/export-formats.ts';
import { contentDisposition } from '../export/export-name.ts';
import { type ExportInput, openExport } from '../export/export-source.ts';
import { boundPages, startStream } from '../export/export-stream.ts';
import { EXAMPLE_MESSAGE } from '../schemas/answer-examples.ts';
import { errorAnswers, SEARCH_ERRORS } from '../schemas/answer-schemas.ts';
import { CallIdsParameter, rangeParameters } from '../schemas/search-schemas.ts';
import { TextEnum } from '../schemas/text-enum.ts';
import { checkTimeZone } from '../search-request.ts';

const MAX_IDS = 10_000;

const parameters = Type.Object(
  {
    format: TextEnum([...EXPORT_FORMATS], {
      description:
        '`pcap`, `pcapng`: packets, SIP only. `text`: every message with a heading. `json`: every field and the payload. ' +
        '`csv`: a line a message. `svg`, `ladder`: the ladder as a drawing or as text.',
      examples: ['pcap'],
    }),
    ...rangeParameters,
    of: Type.Optional(
      TextEnum(['messages', 'calls'], {
        description: 'What `q` finds: `messages` (default), or `calls`, of which all messages are exported.',
      }),
    ),
    call_id: Type.Optional(CallIdsParameter),
    id: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
        minItems: 1,
        maxItems: MAX_IDS,
        description: 'Message id; repeat the parameter for several.',
        examples: [[EXAMPLE_MESSAGE.id]],
      }),
    ),
  },
  { additionalProperties: false },
);

/** `GET export`, and `POST export` for selections that are too long for an address */
export function addExportRoutes(app: ApiApp, context: ApiContext): void {
  const gate = createConcurrencyGate(context.limits.maxExports);

  const sendExport = async (input: ExportInput & { format: ExportFormat }, reply: FastifyReply, by: string) => {
    const writer = EXPORT_WRITERS[input.format];
    const timeZone = checkTimeZone(input.tz || 'UTC');
    const limit = writer.limitOf(context.limits);
    const leave = gate.enter();
    try {
      const source = await openExport(input, { limit, sipOnly: writer.sipOnly }, context);
      const pieces = await startStream(
        writer.write(boundPages(source.pages, limit), timeZone, context.reader),
        (failure) => {
          leave();
          if (failure) context.log('warn', 'An export was broken off.', { by, reason: String(failure) });
        },
      );
      // Should the client go before the first piece is asked for, nobody would run the generator to its end.
      reply.raw.once('close', leave);
      reply
        .type(writer.contentType)
        .header('content-disposition', contentDisposition(source.name, writer.extension, context.clock.nowUs()));
      return reply.send(Readable.from(pieces, { objectMode: false }));
    } catch (error) {
      leave();
      throw error;
    }
  };

  const description =
    'Give `id`, or `call_id`, or `q` with a range. What is larger than one export may be is refused before anything is sent; ' +
    'a file that breaks off in the middle ends with a broken connection.';
  const response = {
    200: {
      description: 'The file, as an attachment.',
      content: Object.fromEntries(
        Object.values(EXPORT_WRITERS).map(({ contentType }) => [
          contentType.split(';', 1)[0],
          { schema: { type: 'string', format: 'binary' } },
        ]),
      ),
    },
    ...errorAnswers(...SEARCH_ERRORS, 'not_found', 'export_too_large', 'cross_site_request', 'busy'),
  };

  app.get(
    '/export',
    {
      config: { access: 'user' },
      schema: {
        operationId: 'export',
        tags: ['export'],
        summary: 'Messages as a file',
        description,
        querystring: parameters,
        response,
      },
    },
    async ({ query, principal }, reply) => sendExport(query, reply, principal!.username),
  );

  app.post(
    '/export',
    {
      config: { access: 'user' },
      schema: {
        operationId: 'exportSelection',
        tags: ['export'],
        summary: 'The same, for long selections',
        description,
        body: parameters,
        response,
      },
    },
    async ({ body, principal }, reply) => sendExport(body, reply, principal!.username),
  );
}

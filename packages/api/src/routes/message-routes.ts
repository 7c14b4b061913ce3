import type { MessageResponse, MessagesResponse } from '@calliope/model';
import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import type { ApiContext } from '../api-context.ts';
import { ApiError } from '../api-error.ts';
import { messageResponseOf } from '../message-view.ts';
import { EXAMPLE_MESSAGE, EXAMPLE_OBSERVATION, EXAMPLE_RANGE } from '../schemas/answer-examples.ts';
import { answerRef, errorAnswers, jsonAnswer, SEARCH_ERRORS } from '../schemas/answer-schemas.ts';
import { searchParameters } from '../schemas/search-schemas.ts';
import { planSearch } from '../search-request.ts';
import { answerSearch } from './search-answer.ts';

/** `GET messages`, `GET messages/:id` */
export function addMessageRoutes(app: ApiApp, context: ApiContext): void {
  const { reader } = context;

  app.get(
    '/messages',
    {
      config: { access: 'user' },
      schema: {
        operationId: 'searchMessages',
        tags: ['search'],
        summary: 'Find messages',
        description: 'All methods and payload types, newest first unless asked otherwise, with a true total.',
        querystring: Type.Object(searchParameters, { additionalProperties: false }),
        response: {
          200: jsonAnswer('A page of messages.', answerRef('MessagesResponse'), {
            items: [EXAMPLE_MESSAGE],
            total: { count: 1, exact: true },
            ...EXAMPLE_RANGE,
          } satisfies MessagesResponse),
          ...errorAnswers(...SEARCH_ERRORS),
        },
      },
    },
    async ({ query }): Promise<MessagesResponse> => {
      const planned = planSearch(query, 'messages', context);
      return answerSearch(
        planned,
        query.count ?? true,
        () => reader.searchMessages(planned.request),
        () => reader.countMessages(planned.request),
      );
    },
  );

  app.get(
    '/messages/:id',
    {
      config: { access: 'user' },
      schema: {
        operationId: 'getMessage',
        tags: ['search'],
        summary: 'One message, whole',
        description: 'With its exact bytes, and taken apart into headers, body and SDP.',
        params: Type.Object({ id: Type.String({ examples: [EXAMPLE_MESSAGE.id] }) }),
        response: {
          200: jsonAnswer('The message.', answerRef('MessageResponse'), {
            message: EXAMPLE_MESSAGE,
            payloadBase64: Buffer.from(EXAMPLE_TEXT).toString('base64'),
            text: EXAMPLE_TEXT,
            startLine: 'INVITE sip:+49697654321@10.30.0.9 SIP/2.0',
            headers: [{ name: 'i', canonicalName: 'Call-ID', value: EXAMPLE_MESSAGE.callId }],
            body: '',
            sdp: null,
            alsoSeenBy: [EXAMPLE_OBSERVATION],
          } satisfies MessageResponse),
          ...errorAnswers('unauthorized', 'not_found', 'query_timeout', 'store_unavailable'),
        },
      },
    },
    async ({ params }): Promise<MessageResponse> => {
      const message = await reader.message(params.id);
      if (!message) throw new ApiError('not_found', 'There is no such message, or it is older than what is kept.');
      const observations = await reader.observations([message]);
      return messageResponseOf(message, observations.get(message.id) ?? []);
    },
  );
}

const EXAMPLE_TEXT = `INVITE sip:+49697654321@10.30.0.9 SIP/2.0\r\ni: ${EXAMPLE_MESSAGE.callId}\r\n\r\n`;

import type { CallRecord, CallResponse, CallsResponse } from '@calliope/model';
import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import type { ApiContext } from '../api-context.ts';
import { ApiError } from '../api-error.ts';
import { callMessagesOf } from '../message-view.ts';
import { EXAMPLE_CALL, EXAMPLE_MESSAGE, EXAMPLE_OBSERVATION, EXAMPLE_RANGE } from '../schemas/answer-examples.ts';
import { answerRef, errorAnswers, jsonAnswer, SEARCH_ERRORS } from '../schemas/answer-schemas.ts';
import {
  CallIdsParameter,
  MAX_PAGE,
  pageParameters,
  rangeParameters,
  searchParameters,
} from '../schemas/search-schemas.ts';
import { nearRange, planSearch } from '../search-request.ts';
import { answerSearch } from './search-answer.ts';

const { from, to, tz } = rangeParameters;
const { cursor } = pageParameters;
const callParameters = {
  from,
  to,
  tz,
  cursor,
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: MAX_PAGE, description: `Messages of a page, default ${MAX_PAGE}.` }),
  ),
};

interface CallInput {
  from?: string;
  to?: string;
  tz?: string;
  cursor?: string;
  limit?: number;
}

/** `GET calls`, `GET calls/:callId`, `GET call?call_id=…` */
export function addCallRoutes(app: ApiApp, context: ApiContext): void {
  const { reader } = context;

  app.get(
    '/calls',
    {
      config: { access: 'user' },
      schema: {
        operationId: 'searchCalls',
        tags: ['search'],
        summary: 'Find calls',
        description: 'One record a Call-ID, latest start first unless asked otherwise, with a true total.',
        querystring: Type.Object(searchParameters, { additionalProperties: false }),
        response: {
          200: jsonAnswer('A page of calls.', answerRef('CallsResponse'), {
            items: [EXAMPLE_CALL],
            total: { count: 1, exact: true },
            ...EXAMPLE_RANGE,
          } satisfies CallsResponse),
          ...errorAnswers(...SEARCH_ERRORS),
        },
      },
    },
    async ({ query }): Promise<CallsResponse> => {
      const planned = planSearch(query, 'calls', context);
      return answerSearch(
        planned,
        query.count ?? true,
        () => reader.searchCalls(planned.request),
        () => reader.countCalls(planned.request),
      );
    },
  );

  const response = {
    200: jsonAnswer('The record and the messages.', answerRef('CallResponse'), {
      call: EXAMPLE_CALL,
      messages: [
        {
          ...EXAMPLE_MESSAGE,
          text: 'INVITE sip:+49697654321@10.30.0.9 SIP/2.0\r\n…',
          viaBranch: 'z9hG4bK776',
          sdp: null,
          alsoSeenBy: [EXAMPLE_OBSERVATION],
        },
      ],
    } satisfies CallResponse),
    ...errorAnswers(
      'invalid_parameter',
      'cursor_invalid',
      'unauthorized',
      'not_found',
      'query_timeout',
      'query_memory',
      'store_unavailable',
    ),
  };

  const answerCalls = async (callIds: string[], input: CallInput): Promise<CallResponse> => {
    const near = nearRange(input, context);
    const options = { ...(near ? { near } : {}), limit: input.limit ?? MAX_PAGE };
    const [records, page] = await Promise.all([
      Promise.all(callIds.map((callId) => reader.call(callId, near))),
      reader.messagesOfCalls(callIds, { ...options, ...(input.cursor ? { cursor: input.cursor } : {}) }),
    ]);
    const calls = records
      .filter((record): record is CallRecord => record !== undefined)
      .sort((a, b) => (a.inviteUs ?? a.firstUs) - (b.inviteUs ?? b.firstUs));
    return {
      call: calls[0] ?? null,
      ...(callIds.length > 1 ? { calls } : {}),
      messages: await callMessagesOf(page.items, reader),
      ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
    };
  };

  const answerCall = async (callId: string, input: CallInput): Promise<CallResponse> => {
    const answer = await answerCalls([callId], input);
    if (!answer.call && answer.messages.length === 0 && !input.cursor) {
      throw new ApiError('not_found', `There is no message of Call-ID ${JSON.stringify(callId)}.`);
    }
    return answer;
  };

  app.get(
    '/calls/:callId',
    {
      config: { access: 'user' },
      schema: {
        operationId: 'getCall',
        tags: ['search'],
        summary: 'One call with its messages',
        description: 'All of stored time is looked at unless a range is given. The Call-ID is percent-encoded.',
        params: Type.Object({ callId: Type.String({ examples: [EXAMPLE_CALL.callId] }) }),
        querystring: Type.Object(callParameters, { additionalProperties: false }),
        response,
      },
    },
    async ({ params, query }) => answerCall(params.callId, query),
  );

  // For clients, and proxies, that undo the encoding of a slash in a path.
  app.get(
    '/calls/*',
    {
      config: { access: 'user' },
      schema: {
        hide: true,
        querystring: Type.Object(callParameters, { additionalProperties: false }),
        response,
      },
    },
    async ({ params, query }) => answerCall((params as { '*': string })['*'], query),
  );

  app.get(
    '/call',
    {
      config: { access: 'user' },
      schema: {
        operationId: 'getCallsTogether',
        tags: ['search'],
        summary: 'The messages of one or several Call-IDs in one ladder',
        description: 'As `calls/{callId}`, but nothing found is an empty list.',
        querystring: Type.Object({ call_id: CallIdsParameter, ...callParameters }, { additionalProperties: false }),
        response,
      },
    },
    async ({ query }) => answerCalls([...new Set(query.call_id)], query),
  );
}

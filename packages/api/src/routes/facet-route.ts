import {
  CALL_ADDRESS_COLUMNS,
  CALL_TEXT_COLUMNS,
  type FacetsResponse,
  MESSAGE_ADDRESS_COLUMNS,
  MESSAGE_TEXT_COLUMNS,
} from '@calliope/model';
import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import type { ApiContext } from '../api-context.ts';
import { ApiError } from '../api-error.ts';
import { answerRef, errorAnswers, jsonAnswer, SEARCH_ERRORS } from '../schemas/answer-schemas.ts';
import { OfParameter, rangeParameters } from '../schemas/search-schemas.ts';
import { planSearch, type SearchOf } from '../search-request.ts';

/** Columns whose values are worth counting. */
const FACET_COLUMNS: Record<SearchOf, ReadonlySet<string>> = {
  messages: new Set([
    ...MESSAGE_TEXT_COLUMNS.filter((column) => column !== 'payload'),
    ...MESSAGE_ADDRESS_COLUMNS,
    'responseCode',
    'sourcePort',
    'destinationPort',
    'payloadType',
    'ipVersion',
  ]),
  calls: new Set([...CALL_TEXT_COLUMNS, ...CALL_ADDRESS_COLUMNS, 'responseCode']),
};
const MAX_FIELDS = 12;

/** `GET facets` */
export function addFacetRoute(app: ApiApp, context: ApiContext): void {
  app.get(
    '/facets',
    {
      config: { access: 'user' },
      schema: {
        operationId: 'facets',
        tags: ['search'],
        summary: 'The most frequent values of columns among the matches',
        description: `Columns of calls: ${[...FACET_COLUMNS.calls].join(', ')}. Columns of messages: ${[...FACET_COLUMNS.messages].join(', ')}.`,
        querystring: Type.Object(
          {
            ...rangeParameters,
            of: OfParameter,
            fields: Type.String({
              maxLength: 400,
              description: `Columns, separated by commas; ${MAX_FIELDS} at most.`,
              examples: ['outcome,userAgents'],
            }),
            limit: Type.Optional(
              Type.Integer({ minimum: 1, maximum: 1000, description: 'Values of each column, default 20.' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: {
          200: jsonAnswer('Values and counts by column.', answerRef('FacetsResponse'), {
            facets: {
              outcome: [
                { value: 'answered', count: 1100 },
                { value: 'failed', count: 104 },
              ],
            },
          } satisfies FacetsResponse),
          ...errorAnswers(...SEARCH_ERRORS),
        },
      },
    },
    async ({ query }): Promise<FacetsResponse> => {
      const of = query.of ?? 'messages';
      const columns = readColumns(query.fields, of);
      const { request, hasRange } = planSearch({ ...query, limit: query.limit ?? 20 }, of, context);
      const facets: FacetsResponse['facets'] = {};
      // One after the other: they are the same search, and the others' searches should get their turn.
      for (const column of columns) {
        facets[column] = hasRange ? await context.reader.facet({ ...request, of, column }) : [];
      }
      return { facets };
    },
  );
}

function readColumns(fields: string, of: SearchOf): string[] {
  const columns = [...new Set(fields.split(',').map((field) => field.trim()))].filter((field) => field !== '');
  const unknown = columns.find((column) => !FACET_COLUMNS[of].has(column));
  if (unknown !== undefined) {
    throw new ApiError(
      'invalid_parameter',
      `There is no column ${JSON.stringify(unknown)} to count in ${of}. There are: ${[...FACET_COLUMNS[of]].join(', ')}.`,
    );
  }
  if (columns.length === 0 || columns.length > MAX_FIELDS) {
    throw new ApiError('invalid_parameter', `"fields" names 1 to ${MAX_FIELDS} columns, separated by commas.`);
  }
  return columns;
}

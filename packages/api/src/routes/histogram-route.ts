import type { HistogramResponse } from '@calliope/model';
import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import type { ApiContext } from '../api-context.ts';
import { bucketWidthUs } from '../histogram-bucket.ts';
import { EXAMPLE_RANGE } from '../schemas/answer-examples.ts';
import { answerRef, errorAnswers, jsonAnswer, SEARCH_ERRORS } from '../schemas/answer-schemas.ts';
import { OfParameter, rangeParameters } from '../schemas/search-schemas.ts';
import { planSearch } from '../search-request.ts';

/** `GET histogram` */
export function addHistogramRoute(app: ApiApp, context: ApiContext): void {
  app.get(
    '/histogram',
    {
      config: { access: 'user' },
      schema: {
        operationId: 'histogram',
        tags: ['search'],
        summary: 'How many there were, over time',
        description: 'Calls by outcome, or messages by method and class of response.',
        querystring: Type.Object({ ...rangeParameters, of: OfParameter }, { additionalProperties: false }),
        response: {
          200: jsonAnswer('Counts by bucket and group.', answerRef('HistogramResponse'), {
            bucketUs: 60_000_000,
            fromUs: EXAMPLE_RANGE.fromUs,
            toUs: EXAMPLE_RANGE.toUs,
            buckets: [{ startUs: 1_795_352_520_000_000, counts: { answered: 12, failed: 1 } }],
          } satisfies HistogramResponse),
          ...errorAnswers(...SEARCH_ERRORS),
        },
      },
    },
    async ({ query }): Promise<HistogramResponse> => {
      const of = query.of ?? 'messages';
      const { request, hasRange, openStart, openEnd } = planSearch(query, of, context);
      // All of time would be drawn as one bar: an open end is drawn from or to what is stored.
      const stored = openStart || openEnd ? await context.reader.statistics() : undefined;
      const nowUs = context.clock.nowUs();
      const toUs = openEnd ? Math.max(request.fromUs + 1, nowUs, (stored?.newestUs ?? 0) + 1) : request.toUs;
      const fromUs = openStart ? Math.min(stored?.oldestUs ?? nowUs, toUs - 1) : request.fromUs;
      const bucketUs = bucketWidthUs(fromUs, toUs);
      const buckets = hasRange ? await context.reader.histogram({ ...request, fromUs, toUs, of, bucketUs }) : [];
      return { bucketUs, fromUs, toUs, buckets };
    },
  );
}

import { Type } from 'typebox';
import { CallRecordSchema } from './call-schemas.ts';
import { MessageSummarySchema } from './message-schemas.ts';
import { TextEnum } from './text-enum.ts';

export const MAX_EXPRESSION_LENGTH = 8192;
export const MAX_PAGE = 10_000;

/** Which messages or calls: common to every search, histogram, facet and export. */
export const rangeParameters = {
  q: Type.Optional(
    Type.String({
      maxLength: MAX_EXPRESSION_LENGTH,
      description: 'Search expression: a number, a Call-ID, an address, or typed conditions. Everything when empty.',
      examples: ['status >= 500 and src in 10.30.0.0/24'],
    }),
  ),
  from: Type.Optional(
    Type.String({
      maxLength: 64,
      description:
        'Start, included: ISO 8601 with up to six digits of fraction and a zone, a local time read in `tz`, epoch seconds, or `now-1h`. ' +
        'Without it, from the oldest that is stored.',
      examples: ['now-1h'],
    }),
  ),
  to: Type.Optional(
    Type.String({
      maxLength: 64,
      description:
        'End, not included; as `from`, or with microseconds: `2026-11-22T13:05:00.000001Z`. Without it, to the newest that is stored.',
      examples: ['now'],
    }),
  ),
  tz: Type.Optional(
    Type.String({
      maxLength: 64,
      description: 'IANA time zone of local times, default UTC.',
      examples: ['Europe/Berlin'],
    }),
  ),
};

export const pageParameters = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, description: 'Items of a page, default 100.' })),
  cursor: Type.Optional(
    Type.String({ maxLength: 4096, description: 'What the page before returned; the other parameters stay the same.' }),
  ),
};

export const searchParameters = {
  ...rangeParameters,
  ...pageParameters,
  order: Type.Optional(TextEnum(['desc', 'asc'], { description: 'By time; default desc, newest first.' })),
  count: Type.Optional(Type.Boolean({ description: 'Whether to count all matches, default true.' })),
};

export const OfParameter = Type.Optional(
  TextEnum(['messages', 'calls'], { description: 'What is counted, default messages.' }),
);

/** Call-IDs repeat the parameter, since any byte may be in one: `call_id=a&call_id=b`. */
export const MAX_CALL_IDS = 200;
export const CallIdsParameter = Type.Array(Type.String({ minLength: 1, maxLength: 2048 }), {
  minItems: 1,
  maxItems: MAX_CALL_IDS,
  description: 'Call-ID; repeat the parameter for several.',
  examples: [['f81d4fae-7dec@10.30.0.4']],
});

const searchAnswer = {
  cursor: Type.Optional(Type.String({ description: 'Present when there is more.' })),
  total: Type.Optional(
    Type.Object(
      { count: Type.Integer(), exact: Type.Boolean() },
      { description: '`exact: false` means more than `count`.' },
    ),
  ),
  fromUs: Type.Integer(),
  toUs: Type.Integer(),
  elapsedMs: Type.Number(),
};

export const MessagesResponseSchema = Type.Object(
  { items: Type.Array(MessageSummarySchema), ...searchAnswer },
  { $id: 'MessagesResponse' },
);

export const CallsResponseSchema = Type.Object(
  { items: Type.Array(CallRecordSchema), ...searchAnswer },
  { $id: 'CallsResponse' },
);

export const HistogramResponseSchema = Type.Object(
  {
    bucketUs: Type.Integer({ description: 'Width of a bucket in microseconds, chosen so that there are 120 at most.' }),
    fromUs: Type.Integer(),
    toUs: Type.Integer(),
    buckets: Type.Array(
      Type.Object({
        startUs: Type.Integer(),
        counts: Type.Record(Type.String(), Type.Integer(), {
          description: 'Of calls by outcome; of messages by method, of responses by class such as "4xx".',
        }),
      }),
      { description: 'Oldest first; empty ones are left out.' },
    ),
  },
  { $id: 'HistogramResponse' },
);

export const FacetsResponseSchema = Type.Object(
  {
    facets: Type.Record(Type.String(), Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() })), {
      description: 'By column: its values, most frequent first.',
    }),
  },
  { $id: 'FacetsResponse' },
);

import { Type } from 'typebox';
import { API_ERRORS, ApiError, type ApiErrorCode } from '../api-error.ts';
import { TokenCreatedSchema, TokenInfoSchema, UserCreatedSchema, UserInfoSchema } from './account-schemas.ts';
import { CallRecordSchema, CallResponseSchema } from './call-schemas.ts';
import { CallMessageSchema, MessageResponseSchema, MessageSummarySchema } from './message-schemas.ts';
import {
  CallsResponseSchema,
  FacetsResponseSchema,
  HistogramResponseSchema,
  MessagesResponseSchema,
} from './search-schemas.ts';
import { HealthReportSchema, HealthSummarySchema, ImportResponseSchema } from './server-schemas.ts';
import { TextEnum } from './text-enum.ts';

export const ErrorResponseSchema = Type.Object(
  {
    error: Type.Object({
      code: TextEnum(Object.keys(API_ERRORS) as ApiErrorCode[]),
      message: Type.String(),
      position: Type.Optional(Type.Integer({ description: 'Of query_syntax: UTF-16 offset into `q`.' })),
      length: Type.Optional(Type.Integer()),
      expected: Type.Optional(Type.Array(Type.String())),
      retryable: Type.Boolean({ description: 'The same request may succeed later.' }),
    }),
  },
  { $id: 'ErrorResponse' },
);

/** The bodies that the document names; they become `components/schemas`. */
export const ANSWER_SCHEMAS = {
  CallMessage: CallMessageSchema,
  CallRecord: CallRecordSchema,
  CallResponse: CallResponseSchema,
  CallsResponse: CallsResponseSchema,
  ErrorResponse: ErrorResponseSchema,
  FacetsResponse: FacetsResponseSchema,
  HealthReport: HealthReportSchema,
  HealthSummary: HealthSummarySchema,
  HistogramResponse: HistogramResponseSchema,
  ImportResponse: ImportResponseSchema,
  MessageResponse: MessageResponseSchema,
  MessageSummary: MessageSummarySchema,
  MessagesResponse: MessagesResponseSchema,
  TokenCreated: TokenCreatedSchema,
  TokenInfo: TokenInfoSchema,
  UserCreated: UserCreatedSchema,
  UserInfo: UserInfoSchema,
} as const;

export type AnswerName = keyof typeof ANSWER_SCHEMAS;

/** The named bodies as documents: one that stands in another becomes a reference, since a name may be defined only once. */
export function namedSchemas(): object[] {
  return Object.entries(ANSWER_SCHEMAS).map(([name, schema]) => {
    const { $id: _, ...rest } = schema as object & { $id?: string };
    return { $id: name, ...(withReferences(rest) as object) };
  });
}

function withReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withReferences);
  if (typeof value !== 'object' || value === null) return value;
  if ('$id' in value && typeof value.$id === 'string') return answerRef(value.$id as AnswerName);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withReferences(member)]));
}

/** Reference to a named body. */
export function answerRef(name: AnswerName): { $ref: string } {
  return { $ref: `${name}#` };
}

/** A successful answer in JSON, with an example. */
export function jsonAnswer(description: string, schema: object, example: unknown): object {
  return { description, content: { 'application/json': { schema, example } } };
}

/** The error answers of a route, grouped by status, each code with an example. Every route can fail with `internal`. */
export function errorAnswers(...codes: ApiErrorCode[]): Record<number, object> {
  const byStatus: Record<number, ApiErrorCode[]> = {};
  for (const code of [...codes, 'internal'] as const) {
    const { status } = API_ERRORS[code];
    byStatus[status] = [...(byStatus[status] ?? []), code];
  }
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${API_ERRORS[code].message}`).join(' '),
        content: {
          'application/json': {
            schema: answerRef('ErrorResponse'),
            examples: Object.fromEntries(ofStatus.map((code) => [code, { value: new ApiError(code).toResponse() }])),
          },
        },
      },
    ]),
  );
}

/** Errors of everything that searches. */
export const SEARCH_ERRORS = [
  'invalid_parameter',
  'query_syntax',
  'query_type',
  'query_unknown_field',
  'query_invalid',
  'cursor_invalid',
  'unauthorized',
  'query_timeout',
  'query_memory',
  'store_unavailable',
] as const satisfies ApiErrorCode[];

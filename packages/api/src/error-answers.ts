import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { StoreError, type StoreErrorCode } from '@calliope/model';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiApp } from './api-app.ts';
import { ApiError, type ApiErrorCode } from './api-error.ts';
import type { ApiLog } from './api-options.ts';

/** What Fastify and Node raise before a handler runs. */
const FRAMEWORK_ERRORS: Record<string, ApiErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'bad_request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'bad_request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad_request',
  FST_ERR_CTP_EMPTY_TYPE: 'unsupported_media_type',
  FST_ERR_BAD_URL: 'bad_request',
  FST_ERR_ASYNC_CONSTRAINT: 'bad_request',
  FST_ERR_MAX_PARAM_LENGTH: 'uri_too_long',
  FST_ERR_VALIDATION: 'invalid_parameter',
  FST_ERR_HANDLER_TIMEOUT: 'busy',
};

const STORE_ERRORS: Partial<Record<StoreErrorCode, ApiErrorCode>> = {
  query_timeout: 'query_timeout',
  query_memory: 'query_memory',
  query_invalid: 'query_invalid',
  unavailable: 'store_unavailable',
};

/** Anything thrown, as a coded error; undefined for what nobody foresaw. */
export function toApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (error instanceof StoreError) {
    const code = STORE_ERRORS[error.code];
    // The database's own words help whoever wrote a bad regular expression; otherwise the advice of the table is better.
    if (code) return new ApiError(code, code === 'query_invalid' ? error.message : undefined, { cause: error });
    return undefined;
  }
  // Anything can be thrown, also null.
  const { code, message, statusCode, validation, validationContext } = Object(error) as FastifyError;
  if (validation) return new ApiError('invalid_parameter', validationMessage(validation, validationContext));
  const known = FRAMEWORK_ERRORS[code];
  if (known) return new ApiError(known, known === 'bad_request' ? message : undefined);
  if (statusCode === 403 || statusCode === 404) return new ApiError('not_found');
  if (statusCode === 413) return new ApiError('payload_too_large');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new ApiError('bad_request', message);
  return undefined;
}

/** Makes every failure an answer with an ErrorResponse. What nobody foresaw is logged with an id, and only the id is told. */
export function addErrorAnswers(app: ApiApp, log: ApiLog): void {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, log));
}

export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: ApiLog): FastifyReply {
  const known = toApiError(error);
  const answer = known ?? unforeseen(error, request, log);
  if (known && known.status >= 500) {
    log('warn', 'A request failed.', { route: routeOf(request), code: known.code, reason: reasonOf(known) });
  }
  if (answer.details.retryAfterSeconds !== undefined) reply.header('retry-after', answer.details.retryAfterSeconds);
  // What is left of a body that nobody will read would hold the connection.
  if (!request.raw.complete && request.raw.headers['content-length'] !== '0') reply.header('connection', 'close');
  // A URL that cannot be read is refused before the hooks that set these.
  reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  return reply.code(answer.status).type('application/json; charset=utf-8').send(answer.toResponse());
}

function unforeseen(error: unknown, request: FastifyRequest, log: ApiLog): ApiError {
  const id = randomBytes(6).toString('hex');
  const stack = error instanceof Error ? (error.stack ?? error.message) : describe(error);
  log('error', 'A request failed in a way that was not foreseen.', { id, route: routeOf(request), error: stack });
  return new ApiError('internal', `Something failed in the server. Its log says more under the id ${id}.`);
}

function describe(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return 'something that has no text was thrown';
  }
}

function routeOf(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? '(none)'}`;
}

function reasonOf(error: ApiError): string {
  const { cause } = error.details;
  return cause instanceof Error ? cause.message : error.message;
}

type Validation = NonNullable<FastifyError['validation']>;

function validationMessage(validation: Validation, context: FastifyError['validationContext']): string {
  const where = context === 'querystring' ? 'parameter' : context === 'params' ? 'path component' : 'field';
  const unknown = validation.find(({ keyword }) => keyword === 'additionalProperties');
  if (unknown) {
    const names = (unknown.params as { additionalProperties?: string[] }).additionalProperties ?? [];
    return `There is no ${where} ${names.map((name) => JSON.stringify(name)).join(', ')}.`;
  }
  const [first] = validation;
  if (!first) return 'The request is not as documented.';
  const name = first.instancePath.slice(1);
  if (first.keyword === 'anyOf') {
    const values = validation.flatMap(({ params }) => (params as { allowedValue?: unknown }).allowedValue ?? []);
    if (values.length > 0) return `The ${where} ${JSON.stringify(name)} must be one of ${values.join(', ')}.`;
  }
  return name === ''
    ? `The ${context ?? 'request'} ${first.message}.`
    : `The ${where} ${JSON.stringify(name)} ${first.message}.`;
}

/** Answers bytes that are no HTTP request. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = error.code === 'HPE_HEADER_OVERFLOW' ? 'headers_too_large' : 'bad_request';
  const answer = new ApiError(code);
  const body = JSON.stringify(answer.toResponse());
  socket.end(
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `x-content-type-options: nosniff\r\ncache-control: no-store\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

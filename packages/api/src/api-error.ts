import type { ErrorResponse } from '@calliope/model';

/**
 * Every way in which the API refuses or fails: its HTTP status, whether the same request may succeed later, and what it says
 * when the place that raises it has nothing better to say.
 */
export const API_ERRORS = {
  bad_request: { status: 400, retryable: false, message: 'The request is not well-formed.' },
  invalid_parameter: { status: 400, retryable: false, message: 'A parameter has a value that is not allowed.' },
  query_syntax: { status: 400, retryable: false, message: 'The search expression cannot be read.' },
  query_type: {
    status: 400,
    retryable: false,
    message: 'A value or an operator of the search expression does not fit its field.',
  },
  query_unknown_field: {
    status: 400,
    retryable: false,
    message: 'The search expression names a field that there is not.',
  },
  query_invalid: { status: 400, retryable: false, message: 'The database refused the search.' },
  cursor_invalid: {
    status: 400,
    retryable: false,
    message: 'The cursor is not one that this search returned. Start again without it.',
  },
  password_rules: { status: 400, retryable: false, message: 'The password is not acceptable.' },
  unauthorized: { status: 401, retryable: false, message: 'Log in, or send a token as "Authorization: Bearer cal_…".' },
  login_failed: { status: 401, retryable: false, message: 'The user name or the password is wrong.' },
  forbidden: { status: 403, retryable: false, message: 'Your role does not allow this.' },
  // Not 401: clients take that for a session that ended.
  current_password_wrong: { status: 403, retryable: false, message: 'The current password is wrong.' },
  session_required: {
    status: 403,
    retryable: false,
    message: 'A token cannot do this: log in with a user name and a password.',
  },
  cross_site_request: {
    status: 403,
    retryable: false,
    message: 'The request was made by a page of another site and was refused.',
  },
  host_not_allowed: {
    status: 421,
    retryable: false,
    message:
      'The server does not answer under this host name. Use its address, localhost, or allow the name in its configuration.',
  },
  not_found: { status: 404, retryable: false, message: 'There is nothing here.' },
  user_exists: { status: 409, retryable: false, message: 'There is a user of this name already.' },
  last_admin: { status: 409, retryable: false, message: 'This is the last administrator: make another one first.' },
  too_many_tokens: { status: 409, retryable: false, message: 'The user has too many tokens: remove one first.' },
  payload_too_large: { status: 413, retryable: false, message: 'The request body is larger than allowed.' },
  export_too_large: { status: 413, retryable: false, message: 'The export would be larger than allowed.' },
  uri_too_long: { status: 414, retryable: false, message: 'The address is longer than allowed.' },
  unsupported_media_type: { status: 415, retryable: false, message: 'The body is of a type that is not taken here.' },
  import_failed: { status: 422, retryable: false, message: 'The body could not be read as a capture.' },
  too_many_attempts: { status: 429, retryable: true, message: 'Too many failed logins: wait before the next one.' },
  headers_too_large: { status: 431, retryable: false, message: 'The headers are larger than allowed.' },
  internal: { status: 500, retryable: false, message: 'Something failed in the server.' },
  busy: {
    status: 503,
    retryable: true,
    message: 'The server is busy with requests of this kind. Try again in a moment.',
  },
  query_memory: {
    status: 503,
    retryable: false,
    message: 'The search needs more memory than one may have. Shorten the range of time or narrow the expression.',
  },
  store_unavailable: {
    status: 503,
    retryable: true,
    message: 'The database does not answer at the moment. It is restarted by itself; capture goes on.',
  },
  query_timeout: {
    status: 504,
    retryable: true,
    message: 'The search took longer than one may. Shorten the range of time or narrow the expression.',
  },
} as const satisfies Record<string, { status: number; retryable: boolean; message: string }>;

export type ApiErrorCode = keyof typeof API_ERRORS;

/** What an error says beyond its code. `position`, `length` and `expected` are of `query_syntax`, `query_type` and `query_unknown_field`. */
export interface ApiErrorDetails {
  position?: number;
  length?: number;
  expected?: string[];
  /** Sent as Retry-After. Whole seconds. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** A refusal or failure with its place in {@link API_ERRORS}; also thrown by the account functions, for the command line. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly details: ApiErrorDetails;

  constructor(code: ApiErrorCode, message?: string, details: ApiErrorDetails = {}) {
    super(message ?? API_ERRORS[code].message, { cause: details.cause });
    this.name = 'ApiError';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return API_ERRORS[this.code].status;
  }

  /** The body of the answer. */
  toResponse(): ErrorResponse {
    const { position, length, expected } = this.details;
    return {
      error: {
        code: this.code,
        message: this.message,
        ...(position === undefined ? {} : { position }),
        ...(length === undefined ? {} : { length }),
        ...(expected === undefined ? {} : { expected }),
        retryable: API_ERRORS[this.code].retryable,
      },
    };
  }
}

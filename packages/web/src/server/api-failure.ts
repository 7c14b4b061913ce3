import type { ErrorResponse } from '@calliope/model';

/** What a request failed with: the server's coded error, or `unreachable` / `bad_answer` when there was none. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryable: boolean;
  /** UTF-16 offset into the searched expression, for `query_syntax`. */
  readonly position: number | undefined;
  readonly length: number | undefined;
  readonly expected: readonly string[];

  constructor(status: number, error: ErrorResponse['error']) {
    super(error.message);
    this.name = 'ApiFailure';
    this.status = status;
    this.code = error.code;
    this.retryable = error.retryable;
    this.position = error.position;
    this.length = error.length;
    this.expected = error.expected ?? [];
  }
}

/** The failure for an answer with status ≥ 400, whatever its body is. */
export function failureOfAnswer(status: number, body: string): ApiFailure {
  try {
    const parsed = JSON.parse(body) as Partial<ErrorResponse>;
    if (typeof parsed.error?.code === 'string' && typeof parsed.error.message === 'string') {
      return new ApiFailure(status, parsed.error);
    }
  } catch {
    // A proxy in between may answer with a page of its own.
  }
  return new ApiFailure(status, {
    code: status === 401 ? 'unauthorized' : 'bad_answer',
    message: `The server answered with status ${status} and no reason.`,
    retryable: status >= 500,
  });
}

export function unreachable(): ApiFailure {
  return new ApiFailure(0, {
    code: 'unreachable',
    message: 'The server does not answer. Is it running, and is the network between here and there up?',
    retryable: true,
  });
}

/** Something thrown, as a failure. */
export function asFailure(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiFailure(0, { code: 'bad_answer', message, retryable: false });
}

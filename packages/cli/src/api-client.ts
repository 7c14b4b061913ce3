import type { ErrorResponse } from '@calliope/model';
import { CommandError, ExitCode } from './exit-codes.ts';

/** Speaks to a server's `/api/v1` with a token. Every failure is a {@link CommandError} with a plain sentence. */
export interface ApiClient {
  readonly url: string;
  json<T>(path: string, parameters?: Parameters): Promise<T>;
  send<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
  /** Sends bytes as they come. */
  upload<T>(path: string, bytes: AsyncIterable<Uint8Array>): Promise<T>;
  /** The answer's body as it comes. */
  download(path: string, parameters?: Parameters): Promise<AsyncIterable<Uint8Array>>;
}

/** Query parameters; lists are repeated, undefined ones left out. */
export type Parameters = Record<string, string | number | readonly string[] | undefined>;

export function createApiClient(serverUrl: string, token: string | undefined): ApiClient {
  const base = new URL(serverUrl);
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };

  const request = async (
    path: string,
    parameters: Parameters,
    init: RequestInit & { duplex?: 'half' } = {},
  ): Promise<Response> => {
    const url = new URL(`/api/v1/${path}`, base);
    for (const [name, value] of Object.entries(parameters)) {
      for (const one of value === undefined ? [] : Array.isArray(value) ? value : [value])
        url.searchParams.append(name, String(one));
    }
    let response: Response;
    try {
      response = await fetch(url, {
        ...init,
        headers: { ...headers, ...(init.headers as Record<string, string> | undefined) },
      });
    } catch (error) {
      const cause = (error as Error).cause as Error | undefined;
      throw new CommandError(
        ExitCode.UNREACHABLE,
        `${base.origin} cannot be reached: ${cause?.message || (error as Error).message}`,
      );
    }
    if (!response.ok) throw await refusal(response, parameters.q);
    return response;
  };

  return {
    url: base.origin,
    json: async (path, parameters = {}) => (await request(path, parameters)).json(),
    send: async (method, path, body) => {
      const response = await request(
        path,
        {},
        body === undefined
          ? { method }
          : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
      );
      return response.status === 204 ? undefined : response.json();
    },
    upload: async (path, bytes) => {
      // Node's fetch takes any async iterable as a body; the DOM's types do not know that.
      const body = bytes as unknown as BodyInit;
      const response = await request(
        path,
        {},
        { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'application/octet-stream' } },
      );
      return response.json();
    },
    download: async (path, parameters = {}) => {
      const response = await request(path, parameters);
      return (response.body ?? []) as AsyncIterable<Uint8Array>;
    },
  };
}

async function refusal(response: Response, expression: Parameters[string]): Promise<CommandError> {
  let body: Partial<ErrorResponse> = {};
  try {
    body = (await response.json()) as ErrorResponse;
  } catch {
    // Not our error body (a proxy's page, say): the status has to do.
  }
  const error = body.error;
  let message = error?.message ?? `the server answered ${response.status} ${response.statusText}`;
  if (error?.position !== undefined && typeof expression === 'string') {
    message += `\n  ${expression}\n  ${' '.repeat(error.position)}${'^'.repeat(Math.max(1, error.length ?? 1))}`;
    if (error.expected?.length) message += `\n  expected: ${error.expected.join(', ')}`;
  }
  if (response.status === 401 || response.status === 403) {
    return new CommandError(ExitCode.UNREACHABLE, `${message} (give a token with --token or CALLIOPE_TOKEN)`);
  }
  if (response.status === 404) return new CommandError(ExitCode.NOT_FOUND, message);
  if (response.status === 400 || response.status === 422) return new CommandError(ExitCode.USAGE, message);
  return new CommandError(ExitCode.FAILURE, message);
}

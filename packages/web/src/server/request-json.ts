import { failureOfAnswer, unreachable } from './api-failure.ts';

/** Asks the API and gives the body. Throws ApiFailure, or the AbortError of `signal`. */
export async function requestJson<T>(
  path: string,
  options: { method?: string; body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
  const init: RequestInit = { method: options.method ?? 'GET', credentials: 'same-origin' };
  if (options.signal) init.signal = options.signal;
  if (options.body !== undefined) {
    init.body = JSON.stringify(options.body);
    init.headers = { 'content-type': 'application/json' };
  }
  let response: Response;
  try {
    response = await fetch(`/api/v1/${path}`, init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw unreachable();
  }
  const text = await response.text();
  if (!response.ok) throw failureOfAnswer(response.status, text);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

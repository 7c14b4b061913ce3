import { parseParameters } from './parse-name-address.ts';

export interface RetryAfter {
  seconds: number;
  /** How long the callee will then be there, in seconds; undefined when not said. */
  durationSeconds: number | undefined;
  comment: string;
}

/** Parses Retry-After (RFC 3261 section 20.33): `18000 (in a meeting);duration=3600`; undefined when it does not begin with a number of 32 bits. */
export function parseRetryAfter(value: string): RetryAfter | undefined {
  const digits = /^\s*(\d{1,10})(?!\d)/.exec(value);
  if (!digits || Number(digits[1]) > 4_294_967_295) return undefined;
  const rest = value.slice(digits[0].length);
  const close = rest.trimStart().startsWith('(') ? rest.indexOf(')') : -1;
  const duration = parseParameters(close < 0 ? rest : rest.slice(close + 1)).get('duration') ?? '';
  return {
    seconds: Number(digits[1]),
    durationSeconds: /^\d{1,10}$/.test(duration) ? Number(duration) : undefined,
    comment: close < 0 ? '' : rest.slice(rest.indexOf('(') + 1, close).trim(),
  };
}

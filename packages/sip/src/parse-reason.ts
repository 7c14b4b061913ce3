import { parseParameters } from './parse-name-address.ts';
import { splitList, trimBlanks } from './split-list.ts';

export interface Reason {
  /** As written: `Q.850`, `SIP`, `X.int` … */
  protocol: string;
  /** Q.850 cause or SIP status code, undefined when there is no number. */
  cause: number | undefined;
  /** '' when there is none. */
  text: string;
}

/** Parses Reason (RFC 3326): several values with commas between. */
export function parseReason(value: string): Reason[] {
  return splitList(value).map((reason) => {
    const semicolon = reason.indexOf(';');
    const parameters = parseParameters(semicolon < 0 ? '' : reason.slice(semicolon));
    const cause = parameters.get('cause') ?? '';
    return {
      protocol: trimBlanks(semicolon < 0 ? reason : reason.slice(0, semicolon)),
      cause: /^\d{1,9}$/.test(cause) ? Number(cause) : undefined,
      text: parameters.get('text') ?? '',
    };
  });
}

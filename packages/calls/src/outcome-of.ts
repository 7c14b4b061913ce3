import type { CallRecord, Outcome } from '@calliope/model';

/** Codes by which somebody said "not with me" or "not like this", on purpose. */
export const REJECTED_CODES: readonly number[] = [403, 433, 488, 603, 606, 607, 608];
export const BUSY_CODES: readonly number[] = [486, 600];
export const NO_ANSWER_CODES: readonly number[] = [408, 480];

/**
 * How a call ended or where it stands. The first line that holds is the outcome; a store writes the same as one conditional expression:
 *
 * | when | outcome |
 * |---|---|
 * | `inviteUs` is null | unknown |
 * | `answerUs` is not null | answered |
 * | `responseCode` 300..399 | redirected |
 * | 401, 407 | challenged |
 * | 486, 600 | busy |
 * | 408, 480 | no_answer |
 * | 487 | cancelled |
 * | 403, 433, 488, 603, 606, 607, 608 | rejected |
 * | any other `responseCode` but 0 | failed |
 * | `cancelUs` is not null | cancelled |
 * | `ringingUs` is not null | ringing |
 * | else | trying |
 *
 * The final response decides before the CANCEL does: a proxy that gives up on a gateway sends a CANCEL too, and then answers 408.
 * 487 is `cancelled` also when no CANCEL was seen, for nothing but a CANCEL (or a BYE before the answer) makes one (RFC 3261 section 21.4.25).
 */
export function outcomeOf(
  facts: Pick<CallRecord, 'inviteUs' | 'answerUs' | 'cancelUs' | 'ringingUs' | 'responseCode'>,
): Outcome {
  if (facts.inviteUs === null) return 'unknown';
  if (facts.answerUs !== null) return 'answered';
  if (facts.responseCode !== 0) return outcomeOfFailure(facts.responseCode);
  if (facts.cancelUs !== null) return 'cancelled';
  return facts.ringingUs === null ? 'trying' : 'ringing';
}

function outcomeOfFailure(code: number): Outcome {
  if (code >= 300 && code <= 399) return 'redirected';
  if (code === 401 || code === 407) return 'challenged';
  if (BUSY_CODES.includes(code)) return 'busy';
  if (NO_ANSWER_CODES.includes(code)) return 'no_answer';
  if (code === 487) return 'cancelled';
  return REJECTED_CODES.includes(code) ? 'rejected' : 'failed';
}

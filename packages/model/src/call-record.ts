/**
 * How a call ended, or where it stands. A pure function of the record (see `outcomeOf` in `@calliope/calls`).
 * `challenged`: the last word was 401 or 407 and nobody came back. `unknown`: its beginning was not seen.
 */
export const OUTCOMES = [
  'trying',
  'ringing',
  'answered',
  'busy',
  'no_answer',
  'cancelled',
  'rejected',
  'redirected',
  'challenged',
  'failed',
  'unknown',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * What the messages of one Call-ID say of a call. Times are microseconds since 1970, or null when that never happened (or was not seen).
 * Every field merges in any order: times by least or greatest, sets by union (see `mergeCallFragments`).
 */
export interface CallRecord {
  callId: string;
  /** First and last message of any kind. */
  firstUs: number;
  lastUs: number;
  fromUser: string;
  fromHost: string;
  toUser: string;
  toHost: string;
  requestUser: string;
  assertedUser: string;
  /** First INVITE outside a dialog (no To tag). */
  inviteUs: number | null;
  /** First 100; first 180..199; first 2xx to the INVITE; first ACK; first CANCEL; first BYE. */
  tryingUs: number | null;
  ringingUs: number | null;
  answerUs: number | null;
  ackUs: number | null;
  cancelUs: number | null;
  byeUs: number | null;
  /** Last final response (≥ 200) to an INVITE without a To tag in the request, 0 when none. 401 and 407 only while nothing else came. */
  responseCode: number;
  reasonPhrase: string;
  outcome: Outcome;
  /** Post-dial delay: INVITE to first 18x, else to the final response; null when unknown. Milliseconds, with fraction. */
  pddMs: number | null;
  /** Answer to BYE, or to the last message while there is no BYE; null when not answered. */
  durationMs: number | null;
  /** Source and destination of the first INVITE. */
  sourceIp: string;
  destinationIp: string;
  /** All addresses seen, sorted. */
  hosts: string[];
  userAgents: string[];
  nodes: string[];
  methods: string[];
  messageCount: number;
}

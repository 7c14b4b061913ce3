/**
 * What a search asks of a store: a tree of few primitive predicates over columns. The language, the form and the number rules are
 * compiled to this by `@calliope/query`; a store needs to know nothing of them.
 */
export const MESSAGE_TEXT_COLUMNS = [
  'callId',
  'method',
  'reasonPhrase',
  'fromUser',
  'fromHost',
  'fromTag',
  'toUser',
  'toHost',
  'toTag',
  'requestUser',
  'requestHost',
  'assertedUser',
  'diversionUser',
  'userAgent',
  'node',
  'transport',
  'correlationId',
  'payload',
] as const;
export type MessageTextColumn = (typeof MESSAGE_TEXT_COLUMNS)[number];

export const MESSAGE_INTEGER_COLUMNS = [
  'timestampUs',
  'responseCode',
  'cseq',
  'sourcePort',
  'destinationPort',
  'payloadType',
  'ipVersion',
  'size',
  'defects',
] as const;
export type MessageIntegerColumn = (typeof MESSAGE_INTEGER_COLUMNS)[number];

export const MESSAGE_ADDRESS_COLUMNS = ['sourceIp', 'destinationIp'] as const;
export type MessageAddressColumn = (typeof MESSAGE_ADDRESS_COLUMNS)[number];

/** Columns of a call record. Set columns (`hosts`, `userAgents`, `nodes`, `methods`) match when any member does. */
export const CALL_TEXT_COLUMNS = [
  'callId',
  'fromUser',
  'fromHost',
  'toUser',
  'toHost',
  'requestUser',
  'assertedUser',
  'reasonPhrase',
  'outcome',
  'userAgents',
  'nodes',
  'methods',
] as const;
export type CallTextColumn = (typeof CALL_TEXT_COLUMNS)[number];

export const CALL_INTEGER_COLUMNS = [
  'inviteUs',
  'firstUs',
  'lastUs',
  'responseCode',
  'pddMs',
  'durationMs',
  'messageCount',
] as const;
export type CallIntegerColumn = (typeof CALL_INTEGER_COLUMNS)[number];

export const CALL_ADDRESS_COLUMNS = ['sourceIp', 'destinationIp', 'hosts'] as const;
export type CallAddressColumn = (typeof CALL_ADDRESS_COLUMNS)[number];

export type TextColumn = MessageTextColumn | CallTextColumn;
export type IntegerColumn = MessageIntegerColumn | CallIntegerColumn;
export type AddressColumn = MessageAddressColumn | CallAddressColumn;

/**
 * `equals`, `startsWith`, `endsWith`, `contains`: literal, by Unicode code point; `ignoreCase` folds ASCII letters only.
 * `matches`: an RE2 expression, unanchored. `payload` is compared as bytes of UTF-8 text.
 */
export interface TextFilter {
  kind: 'text';
  column: TextColumn;
  match: 'equals' | 'startsWith' | 'endsWith' | 'contains' | 'matches';
  /** For `equals` several values mean any of them; otherwise exactly one. */
  values: string[];
  ignoreCase: boolean;
}

/** Comparisons with an absent value (null `pddMs` …) are false, also for `!=`. `hasBits`: any bit of `value` is set. */
export interface IntegerFilter {
  kind: 'integer';
  column: IntegerColumn;
  op: '=' | '!=' | '<' | '<=' | '>' | '>=' | 'hasBits';
  value: number;
}

/** Both ends inclusive, 16 bytes each in network order; IPv4 as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2). */
export interface AddressFilter {
  kind: 'address';
  column: AddressColumn;
  low: Uint8Array;
  high: Uint8Array;
}

export type Filter =
  | TextFilter
  | IntegerFilter
  | AddressFilter
  | { kind: 'and'; filters: Filter[] }
  | { kind: 'or'; filters: Filter[] }
  | { kind: 'not'; filter: Filter }
  /** Calls only: some message of the call, in the searched time range, matches (the inner filter is over message columns). */
  | { kind: 'hasMessage'; filter: Filter };
/** Matches all (`and` of nothing) and nothing (`or` of nothing) need no kind of their own. */

export const MATCH_ALL: Filter = { kind: 'and', filters: [] };

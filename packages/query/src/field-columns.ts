import type { AddressColumn, IntegerColumn, TextColumn } from '@calliope/model';
import type { View } from './search-fields.ts';

/** A user column and, where the view has it, the column of the same URI's host. */
export interface UserColumns {
  user: TextColumn;
  host?: TextColumn;
}

const FROM: UserColumns = { user: 'fromUser', host: 'fromHost' };
const TO: UserColumns = { user: 'toUser', host: 'toHost' };
const REQUEST: UserColumns = { user: 'requestUser', host: 'requestHost' };
const REQUEST_OF_CALL: UserColumns = { user: 'requestUser' };
const ASSERTED: UserColumns = { user: 'assertedUser' };

/** Which users a number field looks at. Calls keep neither the Diversion user nor the request-URI's host. */
export const NUMBER_COLUMNS: Record<View, Record<string, readonly UserColumns[]>> = {
  messages: {
    a: [FROM, ASSERTED],
    b: [TO, REQUEST],
    number: [FROM, ASSERTED, TO, REQUEST, { user: 'diversionUser' }],
  },
  calls: {
    a: [FROM, ASSERTED],
    b: [TO, REQUEST_OF_CALL],
    number: [FROM, ASSERTED, TO, REQUEST_OF_CALL],
  },
};

const TEXT: Record<string, readonly TextColumn[]> = {
  call_id: ['callId'],
  method: ['method'],
  reason: ['reasonPhrase'],
  ua: ['userAgent'],
  node: ['node'],
  transport: ['transport'],
  from_user: ['fromUser'],
  from_host: ['fromHost'],
  from_tag: ['fromTag'],
  to_user: ['toUser'],
  to_host: ['toHost'],
  to_tag: ['toTag'],
  tag: ['fromTag', 'toTag'],
  request_user: ['requestUser'],
  request_host: ['requestHost'],
  host: ['fromHost', 'toHost', 'requestHost'],
  asserted: ['assertedUser'],
  diversion: ['diversionUser'],
  correlation_id: ['correlationId'],
  text: ['payload'],
};

/** Where a call's column is not the message's. */
const CALL_TEXT: Record<string, readonly TextColumn[]> = {
  method: ['methods'],
  ua: ['userAgents'],
  node: ['nodes'],
  host: ['fromHost', 'toHost'],
  outcome: ['outcome'],
};

/** Columns of which a call has a set. */
export const SET_COLUMNS: ReadonlySet<TextColumn> = new Set(['methods', 'userAgents', 'nodes']);

export function textColumns(field: string, of: View): readonly TextColumn[] {
  return (of === 'calls' ? CALL_TEXT[field] : undefined) ?? TEXT[field] ?? [];
}

const INTEGER: Record<string, readonly IntegerColumn[]> = {
  code: ['responseCode'],
  sport: ['sourcePort'],
  dport: ['destinationPort'],
  port: ['sourcePort', 'destinationPort'],
  ipv: ['ipVersion'],
  cseq: ['cseq'],
  type: ['payloadType'],
  size: ['size'],
  messages: ['messageCount'],
  duration: ['durationMs'],
  pdd: ['pddMs'],
};

export function integerColumns(field: string): readonly IntegerColumn[] {
  return INTEGER[field] ?? [];
}

/** `ip` of a call is any address that was seen in it. */
export function addressColumns(field: string, of: View): readonly AddressColumn[] {
  if (field === 'src') return ['sourceIp'];
  if (field === 'dst') return ['destinationIp'];
  return of === 'calls' ? ['hosts'] : ['sourceIp', 'destinationIp'];
}

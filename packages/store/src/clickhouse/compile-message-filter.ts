import type {
  Filter,
  IntegerFilter,
  MessageAddressColumn,
  MessageIntegerColumn,
  MessageTextColumn,
  TextFilter,
} from '@calliope/model';
import { MAX_TIMESTAMP_US } from '../search-limits.ts';
import { ASSERTED_SAME_AS_FROM, REQUEST_SAME_AS_TO } from './batch-format.ts';
import { RARE_SUFFIX_BYTES, RARE_SUFFIXES, REVERSED } from './messages-table.ts';
import {
  addressCondition,
  allOf,
  anyOf,
  atom,
  type Condition,
  FALSE,
  integerCondition,
  not,
  reversedTextCondition,
  suffixCondition,
  TRUE,
  textCondition,
} from './predicate-sql.ts';
import { integerLiteral, type Sql, timestampLiteral } from './sql-literal.ts';

/** Expressions of type String for the text columns of a message. */
export const MESSAGE_TEXT: Readonly<Record<MessageTextColumn, Sql>> = {
  callId: 'call_id',
  method: 'method',
  reasonPhrase: 'reason',
  fromUser: 'from_user',
  fromHost: 'from_host',
  fromTag: 'from_tag',
  toUser: 'to_user',
  toHost: 'to_host',
  toTag: 'to_tag',
  requestUser: 'request_user',
  requestHost: 'request_host',
  assertedUser: 'asserted_user',
  diversionUser: 'diversion_user',
  userAgent: 'user_agent',
  node: 'node',
  transport: 'toString(transport)',
  correlationId: 'correlation_id',
  payload: 'payload',
};

export const MESSAGE_INTEGER: Readonly<Record<MessageIntegerColumn, Sql>> = {
  timestampUs: 'toUnixTimestamp64Micro(ts)',
  responseCode: 'code',
  cseq: 'cseq',
  sourcePort: 'src_port',
  destinationPort: 'dst_port',
  payloadType: 'payload_type',
  ipVersion: 'ip_version',
  // The lengths of texts are stored apart from their bytes, so this reads no payload.
  size: 'length(payload)',
  defects: 'defects',
};

export const MESSAGE_ADDRESS: Readonly<Record<MessageAddressColumn, Sql>> = {
  sourceIp: 'src_ip',
  destinationIp: 'dst_ip',
};

/** A filter over messages (checked before) as a condition of a WHERE. */
export function compileMessageFilter(filter: Filter): Condition {
  switch (filter.kind) {
    case 'and':
      return allOf(filter.filters.map(compileMessageFilter));
    case 'or':
      return anyOf(filter.filters.map(compileMessageFilter));
    case 'not':
      return not(compileMessageFilter(filter.filter));
    case 'text':
      return textCondition(MESSAGE_TEXT[filter.column as MessageTextColumn], filter);
    case 'integer':
      return compileInteger(filter);
    case 'address':
      return addressCondition(MESSAGE_ADDRESS[filter.column as MessageAddressColumn], filter);
    case 'hasMessage':
      return FALSE;
  }
}

function compileInteger(filter: IntegerFilter): Condition {
  const column = filter.column as MessageIntegerColumn;
  if (column === 'timestampUs') {
    const bits = MESSAGE_INTEGER.timestampUs;
    return integerCondition('ts', filter, { least: 0, greatest: MAX_TIMESTAMP_US, literal: timestampLiteral, bits });
  }
  return integerCondition(MESSAGE_INTEGER[column], filter, {
    least: 0,
    greatest: 2 ** 32 - 1,
    literal: integerLiteral,
  });
}

/** Where an index finds a filter's messages: those that satisfy `index` and at least one of `alternatives`. */
export interface IndexTerm {
  index: Condition;
  alternatives: Condition[];
  /** The index only leads to granules, so each look at it costs; no other term should have to say that it is not of this one. */
  last?: boolean;
}

/** More pieces than this are read faster in one go. */
const MAX_TERMS = 12;

/**
 * The filter as a union of terms that each have an index (the sort key for Call-IDs, projections for users), or undefined when some part of it
 * has none. Terms of the same index are one.
 */
export function indexTerms(filter: Filter): IndexTerm[] | undefined {
  const terms = termsOf(filter);
  if (!terms) return undefined;
  const merged = new Map<Sql, IndexTerm>();
  for (const { index, alternatives, last } of terms) {
    const term = merged.get(index.yes);
    if (term) term.alternatives.push(...alternatives);
    else merged.set(index.yes, { index, alternatives: [...alternatives], last: last ?? false });
  }
  const ordered = [...merged.values()].sort((a, b) => Number(a.last ?? false) - Number(b.last ?? false));
  return ordered.length <= MAX_TERMS ? ordered : undefined;
}

function termsOf(filter: Filter): IndexTerm[] | undefined {
  switch (filter.kind) {
    case 'or': {
      const terms = filter.filters.map(termsOf);
      if (terms.length === 0 || !terms.every((of) => of !== undefined)) return undefined;
      return terms.flat();
    }
    case 'and': {
      const candidates = filter.filters
        .map((child, at) => ({ at, terms: termsOf(child) }))
        .filter(({ terms }) => terms);
      const best = candidates.sort((a, b) => a.terms!.length - b.terms!.length)[0];
      if (!best) return undefined;
      const rest = allOf(filter.filters.filter((_, at) => at !== best.at).map(compileMessageFilter));
      return best.terms!.map((term) => ({ ...term, alternatives: [allOf([anyOf(term.alternatives), rest])] }));
    }
    case 'text': {
      if (filter.column === 'callId' && filter.match === 'equals' && !filter.ignoreCase && filter.values.length > 0) {
        return [{ index: textCondition(MESSAGE_TEXT.callId, filter), alternatives: [TRUE] }];
      }
      return userTerms(filter);
    }
    default:
      return undefined;
  }
}

/** A user that is the same as that of From or To is stored only there. */
function userTerms(filter: TextFilter): IndexTerm[] | undefined {
  const column = filter.column as MessageTextColumn;
  const from = reversedTextCondition(REVERSED.from, filter);
  const to = reversedTextCondition(REVERSED.to, filter);
  const rare = suffixCondition(RARE_SUFFIXES, RARE_SUFFIX_BYTES, filter);
  if (!from || !to) return undefined;
  const same = (bit: number): Condition => atom(`(bitAnd(same_users, ${bit}) != 0)`);
  const inRare = (name: Sql): IndexTerm[] =>
    rare ? [{ index: rare, alternatives: [textCondition(name, filter)], last: true }] : [];
  switch (column) {
    case 'fromUser':
      return [{ index: from, alternatives: [TRUE] }];
    case 'toUser':
      return [{ index: to, alternatives: [TRUE] }];
    case 'requestUser':
      return rare === undefined
        ? undefined
        : [{ index: to, alternatives: [same(REQUEST_SAME_AS_TO)] }, ...inRare('request_other')];
    case 'assertedUser':
      return rare === undefined
        ? undefined
        : [{ index: from, alternatives: [same(ASSERTED_SAME_AS_FROM)] }, ...inRare('asserted_other')];
    case 'diversionUser':
      return rare === undefined ? undefined : inRare('diversion_user');
    default:
      return undefined;
  }
}

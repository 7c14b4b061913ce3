import { BUSY_CODES, NO_ANSWER_CODES, REJECTED_CODES } from '@calliope/calls';
import type {
  CallAddressColumn,
  CallIntegerColumn,
  CallTextColumn,
  Filter,
  IntegerFilter,
  TextFilter,
  TimeRange,
} from '@calliope/model';
import { assertedUser, BEFORE_ALL, finalParts, identityParts, methodNames, NEVER, seenMembers } from './calls-table.ts';
import { planMessages, selectMessages } from './plan-search.ts';
import {
  addressCondition,
  allOf,
  anyOf,
  atom,
  type Condition,
  FALSE,
  fractionCondition,
  integerCondition,
  joinAnd,
  joinOr,
  not,
  TRUE,
  textCondition,
} from './predicate-sql.ts';
import { addressBytesLiteral, integerLiteral, listLiteral, type Sql } from './sql-literal.ts';

type SingleText = Exclude<CallTextColumn, 'userAgents' | 'nodes' | 'methods'>;

/** Columns of `selectCalls`. */
export const CALL_TEXT: Readonly<Record<SingleText, Sql>> = {
  callId: 'call_id',
  fromUser: 'from_user',
  fromHost: 'from_host',
  toUser: 'to_user',
  toHost: 'to_host',
  requestUser: 'request_user',
  assertedUser: 'asserted_user',
  reasonPhrase: 'reason',
  outcome: 'outcome',
};
export const CALL_SETS: Readonly<Record<string, Sql>> = {
  userAgents: 'user_agents',
  nodes: 'nodes',
  methods: 'methods',
  hosts: 'hosts',
};
export const CALL_TIMES: Partial<Record<CallIntegerColumn, Sql>> = {
  inviteUs: 'invite_us',
  firstUs: 'first_us',
  lastUs: 'last_us',
};
export const CALL_FRACTIONS: Partial<Record<CallIntegerColumn, Sql>> = { pddMs: 'pdd_ms', durationMs: 'duration_ms' };
export const CALL_INTEGERS: Partial<Record<CallIntegerColumn, Sql>> = {
  responseCode: 'code',
  messageCount: 'message_count',
};
export const CALL_ADDRESSES: Readonly<Record<Exclude<CallAddressColumn, 'hosts'>, Sql>> = {
  sourceIp: 'src_ip',
  destinationIp: 'dst_ip',
};

/** A filter over calls (checked before) as a condition on the columns of `selectCalls`. `range`: where `hasMessage` looks. */
export function compileCallFilter(filter: Filter, range: TimeRange): Condition {
  switch (filter.kind) {
    case 'and':
      return allOf(filter.filters.map((child) => compileCallFilter(child, range)));
    case 'or':
      return anyOf(filter.filters.map((child) => compileCallFilter(child, range)));
    case 'not':
      return not(compileCallFilter(filter.filter, range));
    case 'hasMessage':
      return hasMessage(filter.filter, range);
    case 'text': {
      const set = CALL_SETS[filter.column];
      return set ? anyMember(set, filter) : textCondition(CALL_TEXT[filter.column as SingleText], filter);
    }
    case 'integer':
      return compileInteger(filter);
    case 'address':
      return filter.column === 'hosts'
        ? atom(`arrayExists(member -> ${addressCondition('member', filter, addressBytesLiteral).yes}, hosts)`)
        : addressCondition(CALL_ADDRESSES[filter.column as keyof typeof CALL_ADDRESSES], filter, addressBytesLiteral);
  }
}

function anyMember(set: Sql, filter: TextFilter): Condition {
  return atom(`arrayExists(member -> ${textCondition('member', filter).yes}, ${set})`);
}

function hasMessage(filter: Filter, range: TimeRange): Condition {
  const plan = planMessages(filter);
  return plan.branches.length === 0 ? FALSE : atom(`(call_id IN (${selectMessages(plan, range, 'call_id', '')}))`);
}

const WHOLE = { least: 0, greatest: Number.MAX_SAFE_INTEGER, literal: integerLiteral };

function compileInteger(filter: IntegerFilter): Condition {
  const column = filter.column as CallIntegerColumn;
  const fraction = CALL_FRACTIONS[column];
  if (fraction) return fractionCondition(fraction, filter);
  const time = CALL_TIMES[column];
  // Of these three only the INVITE may not have been seen.
  if (time) return allOf([atom(`(${time} != ${NEVER})`), integerCondition(time, filter, WHOLE)]);
  return integerCondition(CALL_INTEGERS[column]!, filter, WHOLE);
}

/**
 * A condition on single fragments that at least one fragment of every matching call satisfies, to find candidates without merging all calls;
 * TRUE when none is known. It need not be sharp, but must never leave a match out.
 */
export function fragmentCondition(filter: Filter): Sql[] {
  switch (filter.kind) {
    case 'and':
      return filter.filters.flatMap(fragmentCondition);
    case 'or': {
      // Each part must have a condition of its own; of several one will do.
      const parts = filter.filters.map((child) => fragmentCondition(child)[0] ?? TRUE.yes);
      const condition = joinOr(parts);
      return condition === TRUE.yes ? [] : [condition];
    }
    case 'text': {
      const set = FRAGMENT_SETS[filter.column];
      if (set) return [anyMember(set, filter).yes];
      if (filter.column === 'outcome') return outcomeFragments(filter);
      const text = FRAGMENT_TEXT[filter.column];
      return text ? [textCondition(text, filter).yes] : [];
    }
    case 'integer': {
      if (filter.column !== 'responseCode') return [];
      const codes = [ANSWER, FAILURE, CHALLENGE].map(({ present, code }) => `if(${present}, ${code}, 0)`);
      return [joinOr(codes.map((code) => integerCondition(code, filter, WHOLE).yes))];
    }
    case 'address': {
      if (filter.column === 'hosts') {
        return [
          `arrayExists(member -> ${addressCondition('member', filter, addressBytesLiteral).yes}, ${seenMembers('seen', 'host')})`,
        ];
      }
      return [
        addressCondition(filter.column === 'sourceIp' ? IDENTITY.srcIp : IDENTITY.dstIp, filter, addressBytesLiteral)
          .yes,
      ];
    }
    default:
      return [];
  }
}

const ANSWER = finalParts('answer');
const FAILURE = finalParts('failure');
const CHALLENGE = finalParts('challenge');
const IDENTITY = identityParts('identity');

/** A call has the identity and the asserted user of one of its fragments. */
const FRAGMENT_TEXT: Partial<Record<string, Sql>> = {
  callId: 'call_id',
  fromUser: IDENTITY.fromUser,
  fromHost: IDENTITY.fromHost,
  toUser: IDENTITY.toUser,
  toHost: IDENTITY.toHost,
  requestUser: IDENTITY.requestUser,
  assertedUser: assertedUser('asserted'),
};
const FRAGMENT_SETS: Partial<Record<string, Sql>> = {
  userAgents: seenMembers('seen', 'userAgent'),
  nodes: seenMembers('seen', 'node'),
  methods: methodNames('methods'),
};

function outcomeFragments(filter: TextFilter): Sql[] {
  if (filter.match !== 'equals' || filter.ignoreCase) return [];
  const condition = joinOr(
    filter.values.map((value) => (Object.hasOwn(OUTCOME_FRAGMENT, value) ? OUTCOME_FRAGMENT[value]! : FALSE.yes)),
  );
  return condition === TRUE.yes ? [] : [condition];
}

const failedWith = (codes: readonly number[]): Sql =>
  joinAnd([FAILURE.present, `(${FAILURE.code} IN ${listLiteral(codes, integerLiteral)})`]);
const OUTCOME_FRAGMENT: Readonly<Record<string, Sql>> = {
  answered: ANSWER.present,
  redirected: joinAnd([FAILURE.present, `(${FAILURE.code} < 400)`]),
  busy: failedWith(BUSY_CODES),
  no_answer: failedWith(NO_ANSWER_CODES),
  rejected: failedWith(REJECTED_CODES),
  failed: joinAnd([
    FAILURE.present,
    `(${FAILURE.code} NOT IN ${listLiteral([...BUSY_CODES, ...NO_ANSWER_CODES, ...REJECTED_CODES, 487], integerLiteral)})`,
  ]),
  challenged: CHALLENGE.present,
  cancelled: joinOr([failedWith([487]), `(cancel_us != ${NEVER})`]),
  ringing: `(ringing_us != ${NEVER})`,
  // A fragment without an INVITE's beginning says nothing of the others.
  trying: `(last_invite_us != ${BEFORE_ALL})`,
  unknown: TRUE.yes,
};

import type { Filter, TimeRange } from '@calliope/model';
import { compileMessageFilter, indexTerms } from './compile-message-filter.ts';
import { allOf, anyOf, type Condition, FALSE, joinAnd, not } from './predicate-sql.ts';
import { type Sql, timestampLiteral } from './sql-literal.ts';

/**
 * Conditions that together select what a filter does, each message by one of them only. One, unless the filter is a union of
 * parts with different indexes: ClickHouse uses no index for a OR b, but does for each part alone.
 */
export interface MessagePlan {
  branches: readonly Sql[];
  /** Each branch finds its messages by an index, so that a long range costs little. */
  indexed: boolean;
}

export function planMessages(filter: Filter): MessagePlan {
  const terms = indexTerms(filter);
  if (!terms) {
    const condition = compileMessageFilter(filter);
    return { branches: condition.yes === FALSE.yes ? [] : [condition.yes], indexed: false };
  }
  const branches: Sql[] = [];
  const before: Condition[] = [];
  for (const { index, alternatives } of terms) {
    const own = allOf([index, anyOf(alternatives)]);
    branches.push(allOf([own, ...before.map(not)]).yes);
    before.push(own);
  }
  return { branches, indexed: true };
}

/** `SELECT <columns> FROM messages`, one for each branch, within a range; `tail` is what follows the WHERE (order and limit). */
export function selectBranches(plan: MessagePlan, range: TimeRange, columns: Sql, tail: Sql, more: Sql = '1'): Sql[] {
  const time = rangeCondition(range);
  // Filtering by projections is off but where a plan counts on it.
  const settings = plan.indexed ? 'SETTINGS optimize_use_projection_filtering = 1' : '';
  return plan.branches.map((branch) => {
    return `SELECT ${columns} FROM calliope.messages WHERE ${joinAnd([time, branch, more])} ${tail} ${settings}`;
  });
}

/** All branches as one query. */
export function selectMessages(plan: MessagePlan, range: TimeRange, columns: Sql, tail: Sql): Sql {
  const selects = selectBranches(plan, range, columns, tail);
  return selects.length === 1 ? selects[0]! : selects.map((select) => `(${select})`).join('\nUNION ALL\n');
}

export function rangeCondition({ fromUs, toUs }: TimeRange): Sql {
  return `(ts >= ${timestampLiteral(fromUs)} AND ts < ${timestampLiteral(toUs)})`;
}

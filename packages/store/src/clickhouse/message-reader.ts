import { type Filter, type Message, type MessageReader, type Page, StoreError, type TimeRange } from '@calliope/model';
import { parseMessageId } from '../message-id.ts';
import { CALL_SPAN_US, checkedLimit, MAX_LIMIT, MAX_TIMESTAMP_US } from '../search-limits.ts';
import { createCallSearch } from './call-search.ts';
import type { DatabaseSession } from './database-session.ts';
import { readWhole, WHOLE_COLUMNS } from './message-row.ts';
import { createMessageSearch, messageIdCondition } from './message-search.ts';
import { createObservationSearch } from './observation-search.ts';
import { RowReader } from './row-reader.ts';
import { createStatistics } from './statistics.ts';

export interface MessageReaderOptions {
  /** Totals are counted up to this, default 10,000,000; beyond it they are "more than". */
  countLimit?: number;
}

/** What a merge of all fragments takes less than a second for. */
const UNBOUNDED_FRAGMENTS = 3_000_000;

/** Most Call-IDs of one question. */
const MAX_CALL_IDS = 1_000;

/** The contract's reader over a ClickHouse with our schema. */
export function createMessageReader(database: DatabaseSession, options: MessageReaderOptions = {}): MessageReader {
  const countLimit = options.countLimit ?? 10_000_000;
  const messages = createMessageSearch(database, countLimit);
  const calls = createCallSearch(database, { countLimit, unboundedFragments: UNBOUNDED_FRAGMENTS });

  async function message(id: string): Promise<Message | undefined> {
    const position = parseMessageId(id);
    if (!position || position.timestampUs > MAX_TIMESTAMP_US) return undefined;
    const sql = `SELECT ${WHOLE_COLUMNS} FROM calliope.messages WHERE ${messageIdCondition(position)} LIMIT 1`;
    const row = new RowReader(await database.read(sql));
    return row.done ? undefined : readWhole(row);
  }

  async function messagesOfCalls(
    callIds: readonly string[],
    of: { near?: TimeRange; limit?: number; cursor?: string } = {},
  ): Promise<Page<Message>> {
    if (callIds.length > MAX_CALL_IDS) {
      throw new StoreError('query_invalid', `At most ${MAX_CALL_IDS} Call-IDs at a time.`, { retryable: false });
    }
    const filter: Filter = { kind: 'text', column: 'callId', match: 'equals', values: [...callIds], ignoreCase: false };
    const { near, cursor } = of;
    return messages.wholeOfFew({
      fromUs: near ? near.fromUs - CALL_SPAN_US : 0,
      toUs: near ? near.toUs + CALL_SPAN_US : MAX_TIMESTAMP_US + 1,
      filter,
      limit: checkedLimit(of.limit ?? MAX_LIMIT),
      ascending: true,
      ...(cursor === undefined ? {} : { cursor }),
    });
  }

  return {
    searchMessages: messages.summaries,
    searchMessagesWhole: messages.whole,
    countMessages: messages.count,
    searchCalls: calls.page,
    countCalls: calls.count,
    message,
    observations: createObservationSearch(database),
    messagesOfCalls,
    call: calls.call,
    histogram: (request) => (request.of === 'calls' ? calls.histogram(request) : messages.histogram(request)),
    facet: (request) => (request.of === 'calls' ? calls.facet(request) : messages.facet(request)),
    statistics: createStatistics(database, messages),
  };
}

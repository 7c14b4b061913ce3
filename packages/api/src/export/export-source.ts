import { END_OF_TIME_US, type Filter, type Message, PayloadType, type SearchRequest } from '@calliope/model';
import type { ApiContext } from '../api-context.ts';
import { ApiError } from '../api-error.ts';
import { nearRange, planSearch, type SearchInput, type SearchOf } from '../search-request.ts';

/** What to export: messages by id, or of Call-IDs, or what a search finds (of calls: all messages of the calls found). */
export interface ExportInput extends Omit<SearchInput, 'cursor' | 'limit' | 'order'> {
  of?: SearchOf;
  call_id?: string[];
  id?: string[];
}

/** Messages to export, page by page, read as they are asked for. */
export interface ExportSource {
  /** Stem of the file's name. */
  name: string;
  /** Oldest first; of a search for calls, in groups of calls by their start. */
  pages: AsyncIterable<Message[]>;
}

interface Bounds {
  limit: number;
  /** Leave out what is not SIP. */
  sipOnly: boolean;
}

const PAGE_SIZE = 1000;
const CALLS_OF_GROUP = 200;
const IDS_AT_ONCE = 20;

/**
 * Counts first, so that what is too large is refused before anything was sent.
 * @throws ApiError `export_too_large`, `not_found`, and those of `planSearch`
 */
export async function openExport(input: ExportInput, bounds: Bounds, context: ApiContext): Promise<ExportSource> {
  const selections = [input.id, input.call_id, input.q].filter(
    (selection) => selection !== undefined && selection !== '',
  );
  if (selections.length > 1) {
    throw new ApiError('invalid_parameter', 'Give one of "id", "call_id" and "q", not several.');
  }
  if (input.id) return exportOfIds(input.id, bounds, context);
  if (input.call_id) return exportOfCallIds([...new Set(input.call_id)], input, bounds, context);
  return input.of === 'calls' ? exportOfCalls(input, bounds, context) : exportOfMessages(input, bounds, context);
}

async function exportOfIds(ids: string[], { limit, sipOnly }: Bounds, { reader }: ApiContext): Promise<ExportSource> {
  checkCount({ count: ids.length, exact: true }, limit);
  const messages: Message[] = [];
  const distinct = [...new Set(ids)];
  for (let at = 0; at < distinct.length; at += IDS_AT_ONCE) {
    const some = distinct.slice(at, at + IDS_AT_ONCE);
    const found = await Promise.all(some.map((id) => reader.message(id)));
    for (const [index, message] of found.entries()) {
      if (!message) throw new ApiError('not_found', `There is no message ${JSON.stringify(some[index])}.`);
      if (!sipOnly || message.payloadType === PayloadType.SIP) messages.push(message);
    }
  }
  messages.sort((a, b) => a.timestampUs - b.timestampUs);
  return { name: distinct.length === 1 ? `message-${distinct[0]}` : 'messages', pages: onePage(messages) };
}

async function* onePage(messages: Message[]): AsyncGenerator<Message[]> {
  yield messages;
}

async function exportOfCallIds(
  callIds: string[],
  input: ExportInput,
  bounds: Bounds,
  context: ApiContext,
): Promise<ExportSource> {
  const near = nearRange(input, context);
  const total = await context.reader.countMessages({
    ...(near ?? { fromUs: 0, toUs: END_OF_TIME_US }),
    filter: withSipOnly(
      { kind: 'text', column: 'callId', match: 'equals', values: callIds, ignoreCase: false },
      bounds,
    ),
    limit: 1,
    timeoutMs: context.limits.queryTimeoutMs,
  });
  if (total.count === 0) {
    throw new ApiError(
      'not_found',
      `There is nothing to export of Call-ID ${callIds.map((id) => JSON.stringify(id)).join(', ')}.`,
    );
  }
  checkCount(total, bounds.limit);
  return { name: callIds[0]!, pages: pagesOfCallIds(callIds, near, bounds, context) };
}

async function* pagesOfCallIds(
  callIds: string[],
  near: { fromUs: number; toUs: number } | undefined,
  { sipOnly }: Bounds,
  { reader }: ApiContext,
): AsyncGenerator<Message[]> {
  let cursor: string | undefined;
  do {
    const page = await reader.messagesOfCalls(callIds, {
      limit: PAGE_SIZE,
      ...(near ? { near } : {}),
      ...(cursor === undefined ? {} : { cursor }),
    });
    yield sipOnly ? page.items.filter(({ payloadType }) => payloadType === PayloadType.SIP) : page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

async function exportOfMessages(input: ExportInput, bounds: Bounds, context: ApiContext): Promise<ExportSource> {
  const { request, hasRange } = planSearch({ ...input, order: 'asc', limit: PAGE_SIZE }, 'messages', context);
  const filtered = { ...request, filter: withSipOnly(request.filter, bounds) };
  if (hasRange) checkCount(await context.reader.countMessages(filtered), bounds.limit);
  return { name: 'search', pages: hasRange ? pagesOfMessages(filtered, context) : onePage([]) };
}

async function* pagesOfMessages(request: SearchRequest, { reader }: ApiContext): AsyncGenerator<Message[]> {
  let cursor: string | undefined;
  do {
    const page = await reader.searchMessagesWhole({ ...request, ...(cursor === undefined ? {} : { cursor }) });
    yield page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** The records of all calls found are gone through first, to know how many messages they have. */
async function exportOfCalls(input: ExportInput, bounds: Bounds, context: ApiContext): Promise<ExportSource> {
  const { request, hasRange } = planSearch({ ...input, order: 'asc', limit: 10 * PAGE_SIZE }, 'calls', context);
  const callIds: string[] = [];
  let count = 0;
  for (let cursor: string | undefined, more = hasRange; more; more = cursor !== undefined) {
    const page = await context.reader.searchCalls({ ...request, ...(cursor === undefined ? {} : { cursor }) });
    for (const call of page.items) {
      callIds.push(call.callId);
      count += call.messageCount;
    }
    cursor = page.cursor;
    checkCount({ count, exact: cursor === undefined }, bounds.limit);
  }
  return { name: 'calls', pages: pagesOfGroups(callIds, bounds, context) };
}

async function* pagesOfGroups(callIds: string[], bounds: Bounds, context: ApiContext): AsyncGenerator<Message[]> {
  for (let at = 0; at < callIds.length; at += CALLS_OF_GROUP) {
    yield* pagesOfCallIds(callIds.slice(at, at + CALLS_OF_GROUP), undefined, bounds, context);
  }
}

function withSipOnly(filter: Filter, { sipOnly }: Bounds): Filter {
  if (!sipOnly) return filter;
  return {
    kind: 'and',
    filters: [filter, { kind: 'integer', column: 'payloadType', op: '=', value: PayloadType.SIP }],
  };
}

function checkCount({ count, exact }: { count: number; exact: boolean }, limit: number): void {
  if (count <= limit) return;
  throw new ApiError(
    'export_too_large',
    `That is ${exact ? '' : 'more than '}${count} messages; this export takes ${limit} at most. Shorten the range of time or narrow the search.`,
  );
}

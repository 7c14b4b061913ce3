import { completeCallRecord, foldMessage, isCall, type RawCallRecord } from '@calliope/calls';
import {
  type AddressColumn,
  type CallRecord,
  type FacetValue,
  type HistogramBucket,
  type Message,
  type MessageIntegerColumn,
  type MessageReader,
  type MessageSummary,
  type MessageTextColumn,
  type Observation,
  type Page,
  PayloadType,
  parseAddress,
  type SearchRequest,
  type TimeRange,
} from '@calliope/model';
import { FOLDED_METHODS } from '../call-methods.ts';
import { checkFacetColumn, checkFilter } from '../filter-rules.ts';
import { histogramGroup } from '../histogram-group.ts';
import {
  formatCallCursor,
  formatMessageId,
  parseCallCursor,
  parseMessageCursor,
  parseMessageId,
} from '../message-id.ts';
import { observedKey } from '../observed-message.ts';
import { CALL_SPAN_US, checkBuckets, checkedLimit, checkedRequest, MAX_LIMIT } from '../search-limits.ts';
import { callAddresses, callTexts, compileCallFilter, compileMessageFilter, messageInteger } from './compile-filter.ts';
import { type CountedValue, countValues } from './count-values.ts';
import { bytesOfText, type StoredMessage } from './stored-message.ts';
import type { StoredObservation } from './stored-observation.ts';

/** The contract's reader over messages in memory, in plain code: what other stores are compared with. Every search looks at everything. */
export function createMessageReader(
  stored: () => readonly StoredMessage[],
  observed: () => readonly StoredObservation[] = () => [],
): MessageReader {
  const newestFirst = (a: StoredMessage, b: StoredMessage): number =>
    b.message.timestampUs - a.message.timestampUs || (a.id < b.id ? 1 : -1);

  function matchingMessages(asked: SearchRequest): StoredMessage[] {
    const request = checkedRequest(asked);
    checkFilter(request.filter, 'messages');
    const test = compileMessageFilter(request.filter);
    const found = stored().filter((one) => isWithin(one.message.timestampUs, request) && test(one));
    return found.sort(request.ascending ? (a, b) => newestFirst(b, a) : newestFirst);
  }

  function page<T>(request: SearchRequest, map: (one: StoredMessage) => T): Page<T> {
    let found = matchingMessages(request);
    if (request.cursor !== undefined) {
      const { timestampUs, id } = parseMessageCursor(request.cursor);
      const sign = request.ascending ? -1 : 1;
      found = found.filter(({ message, id: own }) => {
        return sign * (timestampUs - message.timestampUs || (own < id ? 1 : own > id ? -1 : 0)) > 0;
      });
    }
    const items = found.slice(0, request.limit);
    if (found.length <= request.limit) return { items: items.map(map) };
    const last = items.at(-1)!;
    return { items: items.map(map), cursor: formatMessageId(last.message.timestampUs, last.id) };
  }

  /** Calls by Call-ID, of everything stored. */
  function allCalls(): CallRecord[] {
    const raw = new Map<string, RawCallRecord>();
    for (const { message } of stored()) {
      const { callId, method, payloadType } = message;
      if (payloadType !== PayloadType.SIP || callId === '' || !FOLDED_METHODS.includes(method)) continue;
      raw.set(callId, foldMessage(raw.get(callId), message));
    }
    for (const { copy, observation } of observed()) {
      const { callId, method, payloadType } = copy.message;
      const record = raw.get(callId);
      if (!record || payloadType !== PayloadType.SIP || !FOLDED_METHODS.includes(method)) continue;
      const nodes = new Set([...record.nodes, ...(observation.node === '' ? [] : [observation.node])]);
      raw.set(callId, { ...record, nodes: [...nodes].sort(compareBytes) });
    }
    return [...raw.values()].filter(isCall).map(completeCallRecord);
  }

  function observations(messages: readonly MessageSummary[]): Map<string, Observation[]> {
    const found = new Map<string, Observation[]>();
    const inOrder = [...observed()].sort(
      (a, b) =>
        a.observation.timestampUs - b.observation.timestampUs ||
        compareBytes(a.observation.node, b.observation.node) ||
        Buffer.compare(parseAddress(a.observation.senderIp)!.bytes, parseAddress(b.observation.senderIp)!.bytes),
    );
    for (const message of messages) {
      const key = observedKey(message);
      const of = inOrder.filter((one) => one.key === key).map(({ observation }) => observation);
      if (of.length > 0) found.set(message.id, of);
    }
    return found;
  }

  function matchingCalls(asked: SearchRequest): CallRecord[] {
    const request = checkedRequest(asked);
    checkFilter(request.filter, 'calls');
    const messagesOf = (callId: string): StoredMessage[] =>
      stored().filter(({ message }) => message.callId === callId && isWithin(message.timestampUs, request));
    const test = compileCallFilter(request.filter, messagesOf);
    const found = allCalls().filter((call) => isWithin(startUs(call), request) && test(call));
    return found.sort(request.ascending ? (a, b) => compareCalls(a, b) : (a, b) => compareCalls(b, a));
  }

  function callPage(request: SearchRequest): Page<CallRecord> {
    let found = matchingCalls(request);
    if (request.cursor !== undefined) {
      const { startUs: atUs, callId } = parseCallCursor(request.cursor);
      const sign = request.ascending ? 1 : -1;
      found = found.filter((call) => sign * (startUs(call) - atUs || compareBytes(call.callId, callId)) > 0);
    }
    const items = found.slice(0, request.limit);
    if (found.length <= request.limit) return { items };
    const last = items.at(-1)!;
    return { items, cursor: formatCallCursor({ startUs: startUs(last), callId: last.callId }) };
  }

  function histogram(request: SearchRequest & { of: 'messages' | 'calls'; bucketUs: number }): HistogramBucket[] {
    checkBuckets(checkedRequest(request), request.bucketUs);
    const points =
      request.of === 'calls'
        ? matchingCalls(request).map((call) => ({ us: startUs(call), group: call.outcome as string }))
        : matchingMessages(request).map(({ message: { timestampUs, method, responseCode } }) => {
            return { us: timestampUs, group: histogramGroup(method, responseCode) };
          });
    const buckets = new Map<number, Record<string, number>>();
    for (const { us, group } of points) {
      const at = Math.floor(us / request.bucketUs) * request.bucketUs;
      const counts = buckets.get(at) ?? {};
      counts[group] = (counts[group] ?? 0) + 1;
      buckets.set(at, counts);
    }
    return [...buckets].sort(([a], [b]) => a - b).map(([atUs, counts]) => ({ startUs: atUs, counts }));
  }

  function facet(request: SearchRequest & { of: 'messages' | 'calls'; column: string }): FacetValue[] {
    const kind = checkFacetColumn(request.column, request.of);
    const values =
      request.of === 'calls'
        ? matchingCalls(request).flatMap((call) => callFacet(call, request.column, kind))
        : matchingMessages(request).flatMap((one) => messageFacet(one, request.column, kind));
    return countValues(values, request.limit);
  }

  function messagesOfCalls(
    callIds: readonly string[],
    options: { near?: TimeRange; limit?: number; cursor?: string } = {},
  ): Page<Message> {
    const { near, cursor } = options;
    const request: SearchRequest = {
      fromUs: near ? near.fromUs - CALL_SPAN_US : 0,
      toUs: near ? near.toUs + CALL_SPAN_US : Number.MAX_SAFE_INTEGER,
      filter: { kind: 'text', column: 'callId', match: 'equals', values: [...callIds], ignoreCase: false },
      limit: checkedLimit(options.limit ?? MAX_LIMIT),
      ascending: true,
      ...(cursor === undefined ? {} : { cursor }),
    };
    return page(request, ({ message }) => message);
  }

  return {
    searchMessages: async (request) => page(request, summaryOf),
    searchMessagesWhole: async (request) => page(request, ({ message }) => message),
    countMessages: async (request) => ({ count: matchingMessages(request).length, exact: true }),
    searchCalls: async (request) => callPage(request),
    countCalls: async (request) => ({ count: matchingCalls(request).length, exact: true }),
    message: async (id) => {
      const position = parseMessageId(id);
      const found = stored().find((one) => {
        return one.id === position?.id && one.message.timestampUs === position.timestampUs;
      });
      return found?.message;
    },
    observations: async (messages) => observations(messages),
    messagesOfCalls: async (callIds, options) => messagesOfCalls(callIds, options),
    call: async (callId) => allCalls().find((call) => call.callId === callId),
    histogram: async (request) => histogram(request),
    facet: async (request) => facet(request),
    statistics: async () => {
      const times = stored().map(({ message }) => message.timestampUs);
      return {
        messages: times.length,
        calls: allCalls().length,
        bytes: stored().reduce((sum, { message }) => sum + message.size, 0),
        oldestUs: times.length > 0 ? times.reduce((a, b) => Math.min(a, b)) : null,
        newestUs: times.length > 0 ? times.reduce((a, b) => Math.max(a, b)) : null,
      };
    },
  };
}

function summaryOf({ message: { payload: _, ...summary } }: StoredMessage): MessageSummary {
  return summary;
}

function isWithin(us: number, { fromUs, toUs }: TimeRange): boolean {
  return us >= fromUs && us < toUs;
}

function startUs(call: CallRecord): number {
  return call.inviteUs ?? call.firstUs;
}

function compareCalls(a: CallRecord, b: CallRecord): number {
  return startUs(a) - startUs(b) || compareBytes(a.callId, b.callId);
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function messageFacet(one: StoredMessage, column: string, kind: 'text' | 'integer' | 'address'): CountedValue[] {
  if (kind === 'integer') return numbers([messageInteger(one, column as MessageIntegerColumn)]);
  if (kind === 'text') return texts([one.bytesOf[column as MessageTextColumn]], (bytes) => bytes);
  return addresses([column === 'sourceIp' ? one.message.sourceIp : one.message.destinationIp]);
}

function callFacet(call: CallRecord, column: string, kind: 'text' | 'integer' | 'address'): CountedValue[] {
  if (kind === 'integer') return numbers([call[column as keyof CallRecord] as number | null]);
  if (kind === 'text') return texts(callTexts(call, column), bytesOfText);
  return addresses(callAddresses(call, column as AddressColumn));
}

function numbers(values: ReadonlyArray<number | null>): CountedValue[] {
  return values.filter((value) => value !== null).map((value) => ({ text: String(value), order: value }));
}

function texts(values: readonly string[], bytesOf: (text: string) => string): CountedValue[] {
  return values
    .filter((text) => text !== '')
    .map((text) => {
      const bytes = bytesOf(text);
      return { text: Buffer.from(bytes, 'latin1').toString('utf8'), order: bytes };
    });
}

function addresses(values: readonly string[]): CountedValue[] {
  return values.map((text) => ({ text, order: Buffer.from(parseAddress(text)!.bytes).toString('latin1') }));
}

import {
  type AddressColumn,
  type CallRecord,
  type Filter,
  type MessageIntegerColumn,
  type MessageTextColumn,
  parseAddress,
  StoreError,
} from '@calliope/model';
import { addressPredicate, integerPredicate, textPredicate } from './predicates.ts';
import { bytesOfText, type StoredMessage } from './stored-message.ts';

export function messageInteger(stored: StoredMessage, column: MessageIntegerColumn): number {
  return column === 'defects' ? stored.defects : stored.message[column];
}

/** The test of a filter over messages. Throws {@link StoreError} `query_invalid`. */
export function compileMessageFilter(filter: Filter): (stored: StoredMessage) => boolean {
  switch (filter.kind) {
    case 'text': {
      const column = filter.column as MessageTextColumn;
      const test = textPredicate(filter);
      return (stored) => test(stored.bytesOf[column]);
    }
    case 'integer': {
      const column = filter.column as MessageIntegerColumn;
      const test = integerPredicate(filter);
      return (stored) => test(messageInteger(stored, column));
    }
    case 'address': {
      const test = addressPredicate(filter);
      return (stored) => test(filter.column === 'sourceIp' ? stored.source : stored.destination);
    }
    case 'hasMessage':
      throw new StoreError('query_invalid', 'Only calls have messages.', { retryable: false });
    default:
      return combine(filter, compileMessageFilter);
  }
}

/** The test of a filter over calls; `messagesOf` gives a call's messages in the searched time. */
export function compileCallFilter(
  filter: Filter,
  messagesOf: (callId: string) => readonly StoredMessage[],
): (call: CallRecord) => boolean {
  switch (filter.kind) {
    case 'text': {
      const test = textPredicate(filter);
      return (call) => callTexts(call, filter.column).some((text) => test(bytesOfText(text)));
    }
    case 'integer': {
      if (filter.op === 'hasBits' && (filter.column === 'pddMs' || filter.column === 'durationMs')) {
        throw new StoreError('query_invalid', `hasBits does not fit ${filter.column}.`, { retryable: false });
      }
      const test = integerPredicate(filter);
      return (call) => test(call[filter.column as keyof CallRecord] as number | null);
    }
    case 'address': {
      const test = addressPredicate(filter);
      return (call) => callAddresses(call, filter.column).some((address) => test(parseAddress(address)!.bytes));
    }
    case 'hasMessage': {
      const test = compileMessageFilter(filter.filter);
      return (call) => messagesOf(call.callId).some(test);
    }
    default:
      return combine(filter, (child) => compileCallFilter(child, messagesOf));
  }
}

/** One text, or the members of a set. */
export function callTexts(call: CallRecord, column: string): readonly string[] {
  const value = call[column as keyof CallRecord];
  return Array.isArray(value) ? value : [value as string];
}

export function callAddresses(call: CallRecord, column: AddressColumn): readonly string[] {
  return column === 'hosts' ? call.hosts : [call[column]];
}

function combine<T>(
  filter: Extract<Filter, { kind: 'and' | 'or' | 'not' }>,
  compile: (filter: Filter) => (item: T) => boolean,
): (item: T) => boolean {
  if (filter.kind === 'not') {
    const test = compile(filter.filter);
    return (item) => !test(item);
  }
  const tests = filter.filters.map(compile);
  if (filter.kind === 'and') return (item) => tests.every((test) => test(item));
  return (item) => tests.some((test) => test(item));
}

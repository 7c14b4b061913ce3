import assert from 'node:assert/strict';
import type { CallsResponse, HealthReport, MessageResponse, MessagesResponse } from '@calliope/model';
import { type CalliopeNode, poll } from './calliope-node.ts';
import { numberedCallId, numberedPayload } from './numbered-traffic.ts';

/** What `/metrics` says of all receivers together. */
export interface MessageAccounts {
  received: number;
  stored: number;
  duplicates: number;
  refused: number;
  undecodable: number;
  pending: number;
  /** By stage. */
  dropped: Record<string, number>;
}

/** Sums of samples of `/metrics` by name, and by name and stage (`name/stage`). */
export async function readMetrics(node: CalliopeNode): Promise<Map<string, number>> {
  const response = await fetch(`${node.url}/metrics`);
  assert.equal(response.status, 200);
  const sums = new Map<string, number>();
  for (const [, name, labels, value] of (await response.text()).matchAll(/^(\w+)(\{.*\})? (\S+)$/gm)) {
    const stage = /stage="(\w+)"/.exec(labels ?? '')?.[1];
    for (const key of [name!, ...(stage ? [`${name}/${stage}`] : [])])
      sums.set(key, (sums.get(key) ?? 0) + Number(value));
  }
  return sums;
}

export async function readAccounts(node: CalliopeNode): Promise<MessageAccounts> {
  const metrics = await readMetrics(node);
  const sum = (name: string): number => metrics.get(`calliope_messages_${name}`) ?? 0;
  const dropped: Record<string, number> = {};
  for (const [key, value] of metrics) {
    const stage = /^calliope_messages_dropped_total\/(\w+)$/.exec(key)?.[1];
    if (stage !== undefined && value > 0) dropped[stage] = value;
  }
  return {
    received: sum('received_total'),
    stored: sum('stored_total'),
    duplicates: sum('duplicate_total'),
    refused: sum('refused_total'),
    undecodable: sum('undecodable_total'),
    pending: sum('pending'),
    dropped,
  };
}

export const droppedOf = ({ dropped }: MessageAccounts): number =>
  Object.values(dropped).reduce((sum, count) => sum + count, 0);

/** Waits until all that was sent is settled: stored, or counted as lost. Gives the last accounts either way. */
export async function settledAccounts(node: CalliopeNode, sent: number, timeoutMs = 60_000): Promise<MessageAccounts> {
  return poll(
    () => readAccounts(node),
    ({ received, pending }) => received >= sent && pending === 0,
    timeoutMs,
  );
}

/** Call-IDs of all stored messages with a prefix. */
async function storedNumbers(node: CalliopeNode, prefix: string): Promise<number[]> {
  const numbers: number[] = [];
  for (let cursor: string | undefined; ; ) {
    const page: MessagesResponse = await node.get('messages', {
      q: `call_id = ${prefix}*`,
      limit: '10000',
      count: 'false',
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { callId } of page.items) numbers.push(Number(callId.slice(prefix.length)));
    cursor = page.cursor;
    if (cursor === undefined) return numbers;
  }
}

/** Fragments of calls are added up, so a fragment stored twice, or not at all, shows in the number of messages of its call. */
async function assertCallsAreWhole(node: CalliopeNode, prefix: string, messages: number): Promise<void> {
  let calls = 0;
  for (let cursor: string | undefined; ; ) {
    const page: CallsResponse = await node.get('calls', {
      q: `call_id = ${prefix}*`,
      limit: '10000',
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { callId, messageCount } of page.items) assert.equal(messageCount, 1, `messages counted for ${callId}`);
    calls += page.items.length;
    cursor = page.cursor;
    if (cursor === undefined) break;
  }
  assert.equal(calls, messages, 'calls');
}

export interface StoredOnce {
  /** Numbers of the messages that are stored, in order. */
  numbers: number[];
}

/**
 * Asserts that each stored message of the run is there once, as is its part of the call record, that the API's own total says the same, and that
 * some of them, chosen at random, are byte for byte what was sent.
 */
export async function assertStoredOnce(
  node: CalliopeNode,
  run: { prefix: string; sent: number; stored: number; padding?: number },
): Promise<StoredOnce> {
  const { prefix, sent, stored, padding } = run;
  const { total } = await node.get<MessagesResponse>('messages', { q: `call_id = ${prefix}*`, limit: '1' });
  assert.deepEqual(total, { count: stored, exact: true }, 'the total of the API');
  const numbers = (await storedNumbers(node, prefix)).sort((a, b) => a - b);
  assert.equal(new Set(numbers).size, numbers.length, 'no message is stored twice');
  assert.equal(numbers.length, stored);
  assert.ok(numbers.every((number) => number < sent));
  await assertCallsAreWhole(node, prefix, stored);
  for (let i = 0; i < Math.min(20, stored); i++) {
    const number = numbers[Math.floor(Math.random() * numbers.length)]!;
    const { items } = await node.get<MessagesResponse>('messages', {
      q: `call_id == "${numberedCallId(prefix, number)}"`,
    });
    assert.equal(items.length, 1);
    const { payloadBase64 } = await node.get<MessageResponse>(`messages/${items[0]!.id}`);
    assert.deepEqual(Buffer.from(payloadBase64, 'base64'), numberedPayload(prefix, number, padding));
  }
  return { numbers };
}

/** The whole check for a run without a restart of the server: sent = stored + counted loss, and each message once. */
export async function assertAccounted(
  node: CalliopeNode,
  run: { prefix: string; sent: number; padding?: number; timeoutMs?: number },
): Promise<StoredOnce & { accounts: MessageAccounts; health: HealthReport }> {
  const accounts = await settledAccounts(node, run.sent, run.timeoutMs);
  const { received, stored, dropped, ...others } = accounts;
  assert.equal(received, run.sent, 'received what was sent');
  assert.deepEqual(others, { duplicates: 0, refused: 0, undecodable: 0, pending: 0 });
  assert.equal(
    stored + droppedOf(accounts),
    received,
    `stored and dropped (${JSON.stringify(dropped)}) make up what was received`,
  );
  const health = await node.get<HealthReport>('health');
  for (const receiver of health.receivers) {
    const lost = Object.values(receiver.dropped).reduce((sum, count) => sum + count, 0);
    assert.equal(receiver.stored + lost, receiver.received, receiver.name);
  }
  return { ...(await assertStoredOnce(node, { ...run, stored })), accounts, health };
}

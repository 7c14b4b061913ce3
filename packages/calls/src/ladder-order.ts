import type { LadderInput } from './ladder.ts';
import { transactionKey } from './ladder-transaction.ts';
import { compareText } from './text-order.ts';

/** Above this many messages of one microsecond only the fixed order is used, so that a capture without times stays fast. */
const CAUSAL_GROUP_LIMIT = 32;

/**
 * How much the time of an effect may lie before that of its cause and still be put behind it. Servers that mirror what they send stamp it after sending
 * (Kamailio's siptrace: some 200 µs late, so that an answer often seems to come before its request); more than this is a wrong clock, and shown as such.
 */
const CAUSAL_SKEW_US = 1_000_000;

/**
 * Sorts messages by time, except that a response never comes before its request, nor an ACK before the final response that it acknowledges, unless
 * their times say so by more than a second. What has the same time is ordered by cause, the same way whatever order it came in: within a
 * transaction the request, provisional, final, ACK; of one sender by CSeq; and along a chain of hops from hop to hop.
 */
export function sortCausally<T extends LadderInput>(messages: readonly T[]): T[] {
  const sorted = placeInTime(messages).sort(compareFixed);
  const result: T[] = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end]!.atUs === sorted[start]!.atUs) end++;
    const group = sorted.slice(start, end);
    const ordered = group.length === 1 || group.length > CAUSAL_GROUP_LIMIT ? group : orderGroup(group);
    for (const entry of ordered) result.push(entry.message);
    start = end;
  }
  return result;
}

/** A message and the time that it is sorted by. */
interface Placed<T extends LadderInput> {
  message: T;
  atUs: number;
}

function placeInTime<T extends LadderInput>(messages: readonly T[]): Placed<T>[] {
  const placed = messages.map((message) => ({ message, atUs: message.timestampUs }));
  const requests = new Map<string, number>();
  for (const { message } of placed) {
    if (message.responseCode === 0 && message.method !== 'ACK')
      keepLeast(requests, transactionKey(message), message.timestampUs);
  }
  const finals = new Map<string, number>();
  for (const entry of placed) {
    const { message } = entry;
    if (message.responseCode === 0) continue;
    entry.atUs = notBefore(message.timestampUs, requests.get(transactionKey(message)));
    const { destinationIp, destinationPort, sourceIp, sourcePort } = message;
    const hop = `${destinationIp}:${destinationPort}>${sourceIp}:${sourcePort}`;
    if (message.responseCode >= 200 && message.method === 'INVITE') keepLeast(finals, ackKey(message, hop), entry.atUs);
  }
  for (const entry of placed) {
    const { message } = entry;
    if (message.responseCode !== 0 || message.method !== 'ACK') continue;
    const { destinationIp, destinationPort, sourceIp, sourcePort } = message;
    const hop = `${sourceIp}:${sourcePort}>${destinationIp}:${destinationPort}`;
    entry.atUs = notBefore(message.timestampUs, finals.get(ackKey(message, hop)));
  }
  return placed;
}

function notBefore(timestampUs: number, causeUs: number | undefined): number {
  return causeUs !== undefined && causeUs > timestampUs && causeUs - timestampUs <= CAUSAL_SKEW_US
    ? causeUs
    : timestampUs;
}

function keepLeast(map: Map<string, number>, key: string, value: number): void {
  map.set(key, Math.min(map.get(key) ?? value, value));
}

/** An ACK has the CSeq number of its INVITE (RFC 3261 section 13.2.2.4 and 17.1.1.3). */
function ackKey(message: LadderInput, hop: string): string {
  return [message.callId, message.fromTag, message.cseq, hop].join('\u0000');
}

/** Takes again and again the first, in fixed order, that nothing left must come before; on a cycle simply the first. */
function orderGroup<T extends { message: LadderInput }>(group: T[]): T[] {
  const left = [...group];
  const ordered: T[] = [];
  while (left.length > 0) {
    const free = left.findIndex(
      (entry) => !left.some((other) => other !== entry && causes(other.message, entry.message)),
    );
    ordered.push(...left.splice(Math.max(free, 0), 1));
  }
  return ordered;
}

/** Whether `a` must come before `b`, given that both have the same time. */
function causes(a: LadderInput, b: LadderInput): boolean {
  const sameCall = a.callId === b.callId && a.fromTag === b.fromTag;
  if (sameCall && a.cseq !== b.cseq) return a.cseq < b.cseq;
  if (sameCall && stage(a) !== stage(b)) return stage(a) < stage(b);
  const sameKind = a.method === b.method && a.responseCode === b.responseCode;
  return sameKind && leadsTo(a, b) && !leadsTo(b, a);
}

function leadsTo(a: LadderInput, b: LadderInput): boolean {
  return a.destinationIp === b.sourceIp && (a.destinationPort === b.sourcePort || a.destinationIp !== a.sourceIp);
}

/** Position within an INVITE's life, or within that of another request. */
function stage(message: LadderInput): number {
  if (message.method === 'ACK') return 2_000;
  if (message.method === 'CANCEL') return message.responseCode === 0 ? 250 : 251;
  return message.responseCode >= 200 ? 1_000 + message.responseCode : message.responseCode;
}

function compareFixed(
  { message: a, atUs }: Placed<LadderInput>,
  { message: b, atUs: otherUs }: Placed<LadderInput>,
): number {
  return (
    atUs - otherUs ||
    stage(a) - stage(b) ||
    a.timestampUs - b.timestampUs ||
    compareText(a.callId, b.callId) ||
    a.cseq - b.cseq ||
    compareText(a.sourceIp, b.sourceIp) ||
    a.sourcePort - b.sourcePort ||
    compareText(a.destinationIp, b.destinationIp) ||
    a.destinationPort - b.destinationPort ||
    compareText(a.node, b.node) ||
    compareText(a.id, b.id)
  );
}

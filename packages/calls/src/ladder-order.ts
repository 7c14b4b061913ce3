import type { LadderInput } from './ladder.ts';
import { compareText } from './text-order.ts';

/** Above this many messages of one microsecond only the fixed order is used, so that a capture without times stays fast. */
const CAUSAL_GROUP_LIMIT = 32;

/**
 * Sorts by time. What has the same time is ordered by cause, the same way whatever order it came in: within a transaction the request,
 * provisional, final, ACK; of one sender by CSeq; and along a chain of hops from hop to hop.
 */
export function sortCausally<T>(items: readonly T[], messageOf: (item: T) => LadderInput): T[] {
  const sorted = items
    .map((item) => ({ item, message: messageOf(item) }))
    .sort((a, b) => compareFixed(a.message, b.message));
  const result: T[] = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end]!.message.timestampUs === sorted[start]!.message.timestampUs) end++;
    const group = sorted.slice(start, end);
    const ordered = group.length === 1 || group.length > CAUSAL_GROUP_LIMIT ? group : orderGroup(group);
    for (const entry of ordered) result.push(entry.item);
    start = end;
  }
  return result;
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

function compareFixed(a: LadderInput, b: LadderInput): number {
  return (
    a.timestampUs - b.timestampUs ||
    stage(a) - stage(b) ||
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

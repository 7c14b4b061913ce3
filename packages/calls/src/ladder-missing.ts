import type { LadderInput, LadderMissing, LadderOptions } from './ladder.ts';
import type { LadderPacket } from './ladder-packets.ts';
import type { LadderTransaction } from './ladder-transactions.ts';

/** Something that did not come: from `request`'s destination to its source, or for ACK and BYE the other way. */
export interface MissingMessage {
  missing: LadderMissing;
  transaction: string;
  /** The packet behind which it is shown. */
  after: LadderPacket;
  fromEndpoint: { ip: string; port: number };
  toEndpoint: { ip: string; port: number };
}

/** 64 × T1: timers B, F and H of RFC 3261 section 17, after which nobody waits for a final response or an ACK any more. */
const TRANSACTION_TIMEOUT_US = 32_000_000;
/** Timer C of RFC 3261 section 16.6: how long a proxy lets somebody ring. */
const RINGING_TIMEOUT_US = 180_000_000;

/** What is missing in transactions whose request was seen. */
export function findMissing(
  transactions: Iterable<LadderTransaction>,
  options: Pick<LadderOptions, 'expectBye' | 'observedUntilUs'>,
): MissingMessage[] {
  const all = [...transactions];
  const observedUntilUs = options.observedUntilUs ?? Number.POSITIVE_INFINITY;
  const acknowledged = new Set<string>();
  for (const { ack } of all) {
    if (!ack) continue;
    acknowledged.add(ackKey(ack.message));
    acknowledged.add(hopAckKey(ack.message));
  }
  const missing: MissingMessage[] = [];
  for (const transaction of all) {
    const { request, final, provisional, last } = transaction;
    if (!request) continue;
    if (!final) {
      const waitUs = provisional && request.message.method === 'INVITE' ? RINGING_TIMEOUT_US : TRANSACTION_TIMEOUT_US;
      if (observedUntilUs - last.message.timestampUs > waitUs) {
        missing.push(describe('final_response', transaction.key, last, request.message));
      }
    } else if (request.message.method === 'INVITE' && !transaction.ack) {
      // The ACK to a 2xx is a transaction of its own and may take another way than the INVITE (RFC 3261 section 13.2.2.4).
      const key = final.message.responseCode < 300 ? ackKey(request.message) : hopAckKey(request.message);
      if (!acknowledged.has(key) && observedUntilUs - final.message.timestampUs > TRANSACTION_TIMEOUT_US) {
        missing.push(describe('ack', transaction.key, last, request.message));
      }
    }
  }
  if (options.expectBye) missing.push(...findMissingByes(all));
  return missing;
}

function findMissingByes(all: readonly LadderTransaction[]): MissingMessage[] {
  const ended = new Set<string>();
  const answered = new Map<string, LadderTransaction>();
  const lastOf = new Map<string, LadderPacket>();
  for (const transaction of all) {
    const { callId, method } = transaction.last.message;
    const last = lastOf.get(callId);
    if (!last || last.message.timestampUs <= transaction.last.message.timestampUs) lastOf.set(callId, transaction.last);
    if (method === 'BYE') ended.add(callId);
    const code = transaction.final?.message.responseCode ?? 0;
    if (method === 'INVITE' && transaction.request && code >= 200 && code <= 299 && !answered.has(callId)) {
      answered.set(callId, transaction);
    }
  }
  return [...answered]
    .filter(([callId]) => !ended.has(callId))
    .map(([callId, { key, request }]) => describe('bye', key, lastOf.get(callId)!, request!.message));
}

function describe(
  missing: LadderMissing,
  transaction: string,
  after: LadderPacket,
  request: LadderInput,
): MissingMessage {
  const client = { ip: request.sourceIp, port: request.sourcePort };
  const server = { ip: request.destinationIp, port: request.destinationPort };
  const [fromEndpoint, toEndpoint] = missing === 'final_response' ? [server, client] : [client, server];
  return { missing, transaction, after, fromEndpoint, toEndpoint };
}

function ackKey(message: LadderInput): string {
  return [message.callId, message.fromTag, message.cseq].join('\u0000');
}

function hopAckKey(message: LadderInput): string {
  return [message.callId, message.fromTag, message.cseq, message.sourceIp, message.destinationIp].join('\u0000');
}

import type { LadderInput } from './ladder.ts';
import type { LadderPacket } from './ladder-packets.ts';
import { transactionKey } from './ladder-transaction.ts';

/** What was seen of one transaction on one hop. */
export interface LadderTransaction {
  key: string;
  request: LadderPacket | null;
  /** Last provisional and last final response. */
  provisional: LadderPacket | null;
  final: LadderPacket | null;
  /** The ACK to a failure, which is part of the INVITE's transaction. */
  ack: LadderPacket | null;
  /** Last message of any kind. */
  last: LadderPacket;
}

/** The transactions of packets in order of time. */
export function collectTransactions(packets: readonly LadderPacket[]): Map<string, LadderTransaction> {
  const transactions = new Map<string, LadderTransaction>();
  for (const packet of packets) {
    const { message } = packet;
    const key = transactionKey(message);
    let transaction = transactions.get(key);
    if (!transaction) {
      transaction = { key, request: null, provisional: null, final: null, ack: null, last: packet };
      transactions.set(key, transaction);
    }
    transaction.last = packet;
    if (message.responseCode >= 200) transaction.final = packet;
    else if (message.responseCode > 0) transaction.provisional = packet;
    else if (message.method === 'ACK') transaction.ack ??= packet;
    else transaction.request ??= packet;
  }
  return transactions;
}

/** Which challenged transactions were tried again: key of the challenged one to key of the one that answers the challenge. */
export function matchChallenges(transactions: ReadonlyMap<string, LadderTransaction>): Map<string, string> {
  const requests = new Map<string, LadderTransaction>();
  for (const transaction of transactions.values()) {
    const message = transaction.request?.message;
    if (message) setOnce(requests, attemptKey(message, message.cseq), transaction);
  }
  const answers = new Map<string, string>();
  for (const transaction of transactions.values()) {
    const request = transaction.request?.message;
    if (!request || !isChallenge(transaction.final?.message)) continue;
    // RFC 3261 section 8.1.3.5: the same Call-ID, From and To, and the CSeq one higher.
    const next = requests.get(attemptKey(request, request.cseq + 1));
    if (next) answers.set(transaction.key, next.key);
  }
  return answers;
}

export function isChallenge(message: LadderInput | undefined): boolean {
  return message?.responseCode === 401 || message?.responseCode === 407;
}

function attemptKey(message: LadderInput, cseq: number): string {
  return [message.callId, message.fromTag, message.method, message.sourceIp, message.destinationIp, cseq].join(
    '\u0000',
  );
}

function setOnce<K, V>(map: Map<K, V>, key: K, value: V): void {
  if (!map.has(key)) map.set(key, value);
}

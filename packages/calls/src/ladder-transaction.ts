import type { LadderInput } from './ladder.ts';

/** What RFC 3261 section 8.1.1.7 has every branch begin with. */
const MAGIC_COOKIE = 'z9hG4bK';

/**
 * Equal for all messages of one transaction on one hop: branch and method of the top Via (RFC 3261 section 17.1.3 and 17.2.3), where the
 * ACK to a failure counts as INVITE. Without a branch that is unique (RFC 2543): Call-ID, CSeq number, From tag and the two endpoints.
 */
export function transactionKey(message: LadderInput): string {
  const method = message.method === 'ACK' ? 'INVITE' : message.method;
  if (message.viaBranch.startsWith(MAGIC_COOKIE) && message.viaBranch.length > MAGIC_COOKIE.length) {
    return `${message.callId}|${message.viaBranch}|${method}`;
  }
  const source = `${message.sourceIp}:${message.sourcePort}`;
  const destination = `${message.destinationIp}:${message.destinationPort}`;
  const [client, server] = message.responseCode === 0 ? [source, destination] : [destination, source];
  return `${message.callId}|${message.cseq}|${message.fromTag}|${client}>${server}|${method}`;
}

/** Whether a message is what its CSeq method says: SIP that could be read. */
export function isReadableSip(message: LadderInput): boolean {
  return message.payloadType === 1 && message.method !== '';
}

export function isInitialInvite(message: LadderInput): boolean {
  return message.method === 'INVITE' && message.responseCode === 0 && message.toTag === '';
}

import { type MessageSummary, parseAddress } from '@calliope/model';

/** What an observation knows of the message that it is of. */
export type ObservedMessage = Pick<
  MessageSummary,
  'timestampUs' | 'callId' | 'sourceIp' | 'sourcePort' | 'destinationIp' | 'destinationPort' | 'size'
>;

/** The same for a message and its observations. */
export function observedKey(of: ObservedMessage): string {
  const { timestampUs, sourceIp, sourcePort, destinationIp, destinationPort, size, callId } = of;
  const source = addressKey(sourceIp);
  const destination = addressKey(destinationIp);
  return `${timestampUs} ${source} ${sourcePort} ${destination} ${destinationPort} ${size} ${callId}`;
}

/** One for all ways to write an address, as IPv4 and mapped into IPv6. */
function addressKey(text: string): string {
  const parsed = parseAddress(text);
  return parsed ? Buffer.from(parsed.bytes).toString('latin1') : text;
}

import { type CapturedPacket, formatAddress, type MessageFields, type Observation } from '@calliope/model';
import { observedKey } from '../observed-message.ts';
import { storedTimestampUs } from '../search-limits.ts';
import { type StoredMessage, storeMessage } from './stored-message.ts';

/** Who else saw a message, beside the message that it would be had it been stored. */
export interface StoredObservation {
  key: string;
  observation: Observation;
  copy: StoredMessage;
}

export function storeObservation(
  packet: CapturedPacket,
  fields: MessageFields | undefined,
  receivedNode: string,
  keptUs: number,
  sender: Uint8Array,
): StoredObservation {
  const copy = storeMessage(packet, fields, receivedNode, 0n);
  const isIpv4 = sender.every((byte, i) => i >= 12 || byte === (i < 10 ? 0 : 0xff));
  return {
    key: observedKey({ ...copy.message, timestampUs: storedTimestampUs(keptUs) }),
    observation: {
      node: copy.message.node,
      senderIp: isIpv4 ? formatAddress(sender, 12, 4) : formatAddress(sender, 0, 6),
      timestampUs: copy.message.timestampUs,
    },
    copy,
  };
}

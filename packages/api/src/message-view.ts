import type {
  CallMessage,
  Message,
  MessageReader,
  MessageResponse,
  MessageSummary,
  Observation,
} from '@calliope/model';
import { PayloadType } from '@calliope/model';
import { parseSip, sdpSummary } from '@calliope/sip';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What lists show: the message without its payload. */
export function summaryOf(message: Message): MessageSummary {
  const { payload: _, ...summary } = message;
  return summary;
}

/** The payload as text, invalid UTF-8 replaced by U+FFFD. */
export function textOf(message: Message): string {
  return decoder.decode(message.payload);
}

/** A message for the ladder. */
export function callMessageOf(message: Message, alsoSeenBy: Observation[] = []): CallMessage {
  const parsed = message.payloadType === PayloadType.SIP ? parseSip(message.payload) : undefined;
  return {
    ...summaryOf(message),
    text: textOf(message),
    viaBranch: parsed?.viaBranch ?? '',
    sdp: parsed ? sdpSummary(parsed) : null,
    ...(alsoSeenBy.length > 0 ? { alsoSeenBy } : {}),
  };
}

/** A message by itself, taken apart. What is not SIP is all body. */
export function messageResponseOf(message: Message, alsoSeenBy: Observation[]): MessageResponse {
  const text = textOf(message);
  const whole = {
    message: summaryOf(message),
    payloadBase64: Buffer.from(message.payload).toString('base64'),
    text,
    alsoSeenBy,
  };
  if (message.payloadType !== PayloadType.SIP) return { ...whole, startLine: '', headers: [], body: text, sdp: null };
  const parsed = parseSip(message.payload);
  return {
    ...whole,
    startLine: parsed.startLine,
    headers: parsed.headers.map(({ name, canonicalName, value }) => ({ name, canonicalName, value })),
    body: decoder.decode(parsed.body),
    sdp: sdpSummary(parsed),
  };
}

const YIELD_EVERY = 200;

/** The same for many, with who else saw them, letting other requests in between: 10,000 messages take a noticeable part of a second. */
export async function callMessagesOf(
  messages: readonly Message[],
  reader: Pick<MessageReader, 'observations'>,
): Promise<CallMessage[]> {
  const observations = await reader.observations(messages);
  const result: CallMessage[] = [];
  for (const message of messages) {
    result.push(callMessageOf(message, observations.get(message.id)));
    if (result.length % YIELD_EVERY === 0) await new Promise((resume) => setImmediate(resume));
  }
  return result;
}

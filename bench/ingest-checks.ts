import type { HealthReport, MessageResponse, MessagesResponse, Total } from '@calliope/model';
import type { IngestServer } from './ingest-server.ts';
import { messageOf } from './sip-templates.ts';

/** What became of the messages, by the server's own counters. */
export interface IngestCounters {
  received: number;
  stored: number;
  pending: number;
  refused: number;
  undecodable: number;
  duplicates: number;
  /** By stage, over all receivers. */
  dropped: Record<string, number>;
}

export function countersOf({ receivers }: HealthReport): IngestCounters {
  const counters = { received: 0, stored: 0, pending: 0, refused: 0, undecodable: 0, duplicates: 0 };
  const dropped: Record<string, number> = {};
  for (const receiver of receivers) {
    for (const name of Object.keys(counters) as (keyof typeof counters)[]) counters[name] += receiver[name];
    for (const [stage, count] of Object.entries(receiver.dropped)) dropped[stage] = (dropped[stage] ?? 0) + count;
  }
  return { ...counters, dropped };
}

/** The API's own count of all messages. */
export async function totalOf(server: IngestServer): Promise<Total> {
  const { total } = await server.get<MessagesResponse>('messages', { limit: '1' });
  if (!total) throw new Error('the API gave no total');
  return total;
}

export interface SampleResult {
  looked: number;
  missing: number;
  different: number;
}

/** Looks random messages up by their Call-ID and compares them byte for byte. */
export async function checkSamples(
  server: IngestServer,
  run: { seed: number; count: number; messagesPerCall: number },
  samples: number,
): Promise<SampleResult> {
  const result: SampleResult = { looked: samples, missing: 0, different: 0 };
  for (let i = 0; i < samples; i++) {
    const index = Math.floor(Math.random() * run.count);
    const { callId, payload } = messageOf(run.seed, index, run.messagesPerCall);
    const { items } = await server.get<MessagesResponse>('messages', { q: `call_id == "${callId}"` });
    const messages = await Promise.all(items.map(({ id }) => server.get<MessageResponse>(`messages/${id}`)));
    if (messages.length === 0) result.missing++;
    else if (!messages.some(({ payloadBase64 }) => payload.equals(Buffer.from(payloadBase64, 'base64')))) {
      result.different++;
    }
  }
  return result;
}

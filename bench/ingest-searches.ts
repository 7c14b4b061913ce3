import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeHep3 } from '@calliope/hep';
import type { MessagesResponse, Total } from '@calliope/model';
import type { IngestServer } from './ingest-server.ts';
import { messageOf } from './sip-templates.ts';

export const SEARCHES = ['Call-ID', 'newest 100', 'number suffix'] as const;
export type SearchName = (typeof SEARCHES)[number];

/** What somebody who uses the server meanwhile would see. All times in milliseconds. */
export interface IngestUse {
  /** From sending a probe to the answer that has it, by probe. */
  freshnessMs: number[];
  latencyMs: Record<SearchName, number[]>;
  /** Probes sent, found or not. */
  probes: number;
  /** Searches for what was sent at least {@link SETTLED_MS} before and was not searchable yet: the server is behind. */
  late: number;
  /** Searches that were answered with an error. */
  errors: string[];
  /** What the last search for all messages counted. */
  total: Total | undefined;
}

export interface IngestUseOptions {
  server: IngestServer;
  seed: number;
  messagesPerCall: number;
  /** Messages sent up to now. */
  sent: () => number;
}

const PROBE_EVERY_MS = 250;
/** Bounds how exact freshness is: it is too high by half of this on average. */
const PROBE_LOOK_EVERY_MS = 100;
const PROBES_A_LOOK = 40;
const SEARCH_EVERY_MS = 1_000;
/** Searches are for what was sent so long ago. */
const SETTLED_MS = 10_000;
/** When all is stored, probes are looked for so much longer. */
const LAST_LOOKS_MS = 5_000;

/**
 * Sends probes and searches (without searches, nothing). `stopSending` ends all but the search for probes; `end` waits for that one to find
 * them, as long as a message that was stored may take.
 */
export function startIngestUse(
  options: IngestUseOptions,
  withSearches: boolean,
): { use: IngestUse; stopSending(): void; end(): Promise<void> } {
  const { server, seed, messagesPerCall, sent } = options;
  const use: IngestUse = {
    freshnessMs: [],
    latencyMs: { 'Call-ID': [], 'newest 100': [], 'number suffix': [] },
    probes: 0,
    late: 0,
    errors: [],
    total: undefined,
  };
  let isSending = true;
  let endMs = Number.POSITIVE_INFINITY;
  /** Probes that were not found yet, oldest first. */
  const waiting = new Map<string, { sentMs: number; sentAt: Date }>();
  const socket = createSocket('udp4');
  const history: { atMs: number; sent: number }[] = [];

  async function sendProbes(): Promise<void> {
    for (let next = performance.now(); isSending; next += PROBE_EVERY_MS) {
      const callId = `${randomBytes(16).toString('hex')}@probe`;
      waiting.set(callId, { sentMs: performance.now(), sentAt: new Date() });
      use.probes++;
      socket.send(probeFrame(callId), server.hepPort, '127.0.0.1');
      history.push({ atMs: performance.now(), sent: sent() });
      await sleep(Math.max(0, next + PROBE_EVERY_MS - performance.now()));
    }
  }

  /** One search for all probes that are under way, in the time since the oldest, so that looking costs little of what is measured. */
  async function lookForProbes(): Promise<void> {
    while (isSending || (waiting.size > 0 && performance.now() < endMs)) {
      if (waiting.size > 0) {
        const wanted = [...waiting.keys()].slice(0, PROBES_A_LOOK).map((callId) => `"${callId}"`);
        const [oldest] = waiting.values();
        const from = oldest!.sentAt.toISOString();
        const answer = await search(`call_id in (${wanted.join(', ')})`, { from, count: 'false' });
        for (const { callId } of answer?.items ?? []) {
          const probe = waiting.get(callId);
          if (probe) use.freshnessMs.push(performance.now() - probe.sentMs);
          waiting.delete(callId);
        }
      }
      await sleep(PROBE_LOOK_EVERY_MS);
    }
  }

  async function search(q: string, parameters: Record<string, string>): Promise<MessagesResponse | undefined> {
    try {
      return await server.get<MessagesResponse>('messages', { q, ...parameters });
    } catch (error) {
      if (use.errors.length < 20) use.errors.push((error as Error).message);
      return undefined;
    }
  }

  async function searchAgain(name: SearchName): Promise<void> {
    while (isSending) {
      const startMs = performance.now();
      const settled = history.findLast(({ atMs }) => atMs < startMs - SETTLED_MS)?.sent ?? 0;
      const index = Math.floor(Math.random() * settled);
      if (name === 'newest 100' || settled > 0) {
        const { callId, fromNumber } = messageOf(seed, index, messagesPerCall);
        const q =
          name === 'Call-ID'
            ? `call_id == "${callId}"`
            : name === 'newest 100'
              ? ''
              : `number = *${fromNumber.slice(-7)}`;
        const answer = await search(q, { limit: '100' });
        if (answer) {
          use.latencyMs[name].push(performance.now() - startMs);
          if (name === 'newest 100') use.total = answer.total;
          else if (!answer.items.some((item) => item.callId === callId)) use.late++;
        }
      }
      await sleep(Math.max(0, startMs + SEARCH_EVERY_MS - performance.now()));
    }
  }

  const running = withSearches ? [sendProbes(), lookForProbes(), ...SEARCHES.map(searchAgain)] : [];
  return {
    use,
    stopSending() {
      isSending = false;
    },
    async end() {
      isSending = false;
      endMs = performance.now() + LAST_LOOKS_MS;
      await Promise.all(running);
      socket.close();
    },
  };
}

function probeFrame(callId: string): Uint8Array {
  const lines = [
    'OPTIONS sip:probe@example.net SIP/2.0',
    `Via: SIP/2.0/UDP 10.20.30.40:5060;branch=z9hG4bK${callId.slice(0, 12)}`,
    'From: <sip:probe@example.net>;tag=1',
    'To: <sip:probe@example.net>',
    `Call-ID: ${callId}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  return encodeHep3({
    timestampUs: Date.now() * 1000,
    sourceIp: '10.20.30.40',
    destinationIp: '10.40.50.60',
    sourcePort: 5060,
    destinationPort: 5060,
    payload: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`),
    captureId: 2002,
  })!;
}

/** Delays of RFC 6076. `registration`: section 4.1; `session`: section 4.3.1; `session_failed`: section 4.3.2. */
export const DELAY_KINDS = ['registration', 'session', 'session_failed'] as const;
export type DelayKind = (typeof DELAY_KINDS)[number];

/** Upper bounds of the buckets in seconds; one more has no bound. */
export const DELAY_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

/** The target of all that have no label of their own. */
export const OTHER_TARGET = 'other';

export interface DelayHistogram {
  kind: DelayKind;
  /** Address of who answered, or {@link OTHER_TARGET}. */
  target: string;
  /** By bucket, each alone (not cumulative): one more than {@link DELAY_BOUNDS}. */
  counts: number[];
  sumSeconds: number;
}

/** What was said over SIP, of messages that were kept, since the start. Plain values: it crosses over from a worker. */
export interface SignallingReport {
  /** By method of `SIGNALLING_METHODS`. Only those that were seen, here and below. */
  requests: Record<string, number>;
  /** By method of the CSeq, then by class `1xx` … `6xx`. */
  responses: Record<string, Record<string, number>>;
  /** By status code, 100 to 699. */
  codes: Record<number, number>;
  delays: DelayHistogram[];
  /** Requests forgotten for lack of room before an answer came: their delay is in no histogram. */
  untimed: number;
}

export function emptySignalling(): SignallingReport {
  return { requests: {}, responses: {}, codes: {}, delays: [], untimed: 0 };
}

/** Histograms that a sum may have: those of all receivers, and of workers that are gone, together. */
const MAX_HISTOGRAMS = 1000;

/** The sum of several receivers, or of several lives of one. */
export function sumSignalling(reports: Iterable<SignallingReport>): SignallingReport {
  const total = emptySignalling();
  const delays = new Map<string, DelayHistogram>();
  for (const report of reports) {
    addCounts(total.requests, report.requests);
    for (const [method, classes] of Object.entries(report.responses)) {
      total.responses[method] ??= {};
      addCounts(total.responses[method], classes);
    }
    addCounts(total.codes, report.codes);
    total.untimed += report.untimed;
    for (const { kind, target, counts, sumSeconds } of report.delays) {
      const isKnown = delays.has(`${kind} ${target}`);
      const name = isKnown || delays.size < MAX_HISTOGRAMS ? target : OTHER_TARGET;
      const known = delays.get(`${kind} ${name}`);
      if (!known) delays.set(`${kind} ${name}`, { kind, target: name, counts: [...counts], sumSeconds });
      else {
        for (const [i, count] of counts.entries()) known.counts[i] = (known.counts[i] ?? 0) + count;
        known.sumSeconds += sumSeconds;
      }
    }
  }
  total.delays = [...delays.values()];
  return total;
}

function addCounts(total: Record<string, number>, more: Record<string, number>): void {
  for (const [name, count] of Object.entries(more)) total[name] = (total[name] ?? 0) + count;
}

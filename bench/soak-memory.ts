import { readFileSync } from 'node:fs';

/** Memory of some processes over time. */
export interface SoakMemory {
  /** Reads it now. A process that is gone is left out. */
  sample(): void;
  /** Of the last sample, bytes that no file backs (RssAnon of proc(5)), by role. */
  latest(): Record<string, number>;
  /** What became of it after a share of the time in which caches fill. */
  trends(warmUpShare: number): Record<string, MemoryTrend>;
}

export interface MemoryTrend {
  /** Medians of the first and of the last quarter after the warm-up: peaks of single merges and collections do not count. */
  firstBytes: number;
  lastBytes: number;
  /** Least squares over all samples after the warm-up. */
  bytesPerHour: number;
  /** Highest of all. */
  mostBytes: number;
}

interface Sample {
  seconds: number;
  bytes: number;
}

/** `nowMs` is monotonic. */
export function createSoakMemory(pids: Readonly<Record<string, number>>, nowMs = () => performance.now()): SoakMemory {
  const startedMs = nowMs();
  const samples = new Map<string, Sample[]>(Object.keys(pids).map((role) => [role, []]));
  return {
    sample() {
      const seconds = (nowMs() - startedMs) / 1000;
      for (const [role, pid] of Object.entries(pids)) {
        const bytes = anonymousBytes(pid);
        if (bytes !== undefined) samples.get(role)!.push({ seconds, bytes });
      }
    },
    latest: () => Object.fromEntries([...samples].map(([role, list]) => [role, list.at(-1)?.bytes ?? 0])),
    trends(warmUpShare) {
      const endS = Math.max(0, ...[...samples.values()].map((list) => list.at(-1)?.seconds ?? 0));
      return Object.fromEntries(
        [...samples].map(([role, list]) => [
          role,
          trendOf(list.filter(({ seconds }) => seconds >= warmUpShare * endS)),
        ]),
      );
    },
  };
}

function anonymousBytes(pid: number): number | undefined {
  try {
    const kilobytes = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
  } catch {
    return undefined;
  }
}

function trendOf(samples: readonly Sample[]): MemoryTrend {
  const quarter = Math.ceil(samples.length / 4);
  const median = (list: readonly Sample[]): number =>
    list.map(({ bytes }) => bytes).sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
  return {
    firstBytes: median(samples.slice(0, quarter)),
    lastBytes: median(samples.slice(-quarter)),
    bytesPerHour: 3600 * slope(samples),
    mostBytes: samples.reduce((most, { bytes }) => Math.max(most, bytes), 0),
  };
}

/** Bytes a second. */
function slope(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / Math.max(1, samples.length);
  const meanS = mean(({ seconds }) => seconds);
  const meanBytes = mean(({ bytes }) => bytes);
  const variance = mean(({ seconds }) => (seconds - meanS) ** 2);
  return variance === 0 ? 0 : mean(({ seconds, bytes }) => (seconds - meanS) * (bytes - meanBytes)) / variance;
}

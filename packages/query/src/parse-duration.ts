const UNIT_MS: Record<string, number> = {
  us: 0.001,
  µs: 0.001,
  ms: 1,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const PART = /(\d{1,12}(?:\.\d{1,9})?)(µs|us|ms|sec|s|min|m|h|d|w)/iy;

export interface Duration {
  ms: number;
  /** The finest unit or decimal place that was written, in milliseconds: 1000 for `2m30s`, 100 for `1.5`. */
  resolutionMs: number;
}

/** `300ms`, `2m30s`, `1.5h`, or a plain number of seconds; undefined for anything else. */
export function parseDuration(text: string): Duration | undefined {
  const plain = /^\d{1,12}(?:\.(\d{1,9}))?$/.exec(text);
  if (plain) return { ms: round(Number(text) * 1000), resolutionMs: 1000 / 10 ** (plain[1]?.length ?? 0) };
  let at = 0;
  let ms = 0;
  let resolutionMs = Number.POSITIVE_INFINITY;
  while (at < text.length) {
    PART.lastIndex = at;
    const part = PART.exec(text);
    if (!part) return undefined;
    const unitMs = UNIT_MS[part[2]!.toLowerCase()]!;
    ms += Number(part[1]) * unitMs;
    resolutionMs = Math.min(resolutionMs, unitMs / 10 ** (part[1]!.split('.')[1]?.length ?? 0));
    at += part[0].length;
  }
  return at === 0 ? undefined : { ms: round(ms), resolutionMs };
}

/** To the microsecond, since 0.1 and its like have no exact binary form. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/** Offsets of IANA time zones through Intl, which every runtime has. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Every change of an offset since 1970 is at a quarter of an hour. */
const BUCKET_MS = 15 * MINUTE_MS;
const MAX_ZONES = 64;
const MAX_BUCKETS = 4096;

interface Zone {
  format: Intl.DateTimeFormat;
  offsets: Map<number, number>;
}

const zones = new Map<string, Zone>();

function zoneOf(timeZone: string): Zone | undefined {
  const known = zones.get(timeZone);
  if (known) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    if (zones.size >= MAX_ZONES) zones.clear();
    const zone = { format, offsets: new Map() };
    zones.set(timeZone, zone);
    return zone;
  } catch {
    return undefined;
  }
}

/** True for a zone that this runtime knows, e.g. `Europe/Berlin` or `UTC`. */
export function isTimeZone(timeZone: string): boolean {
  return zoneOf(timeZone) !== undefined;
}

/** Local time minus UTC in milliseconds at an instant (milliseconds since 1970). An unknown zone is UTC: ask {@link isTimeZone} first. */
export function zoneOffsetMs(timeZone: string, instantMs: number): number {
  const zone = zoneOf(timeZone);
  if (!zone) return 0;
  const bucket = Math.floor(instantMs / BUCKET_MS);
  const known = zone.offsets.get(bucket);
  if (known !== undefined) return known;
  const startMs = bucket * BUCKET_MS;
  const part: Record<string, number> = {};
  for (const { type, value } of zone.format.formatToParts(startMs)) part[type] = Number(value);
  const localMs = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
  if (zone.offsets.size >= MAX_BUCKETS) zone.offsets.clear();
  zone.offsets.set(bucket, localMs - startMs);
  return localMs - startMs;
}

/**
 * The instant of a local time, both in milliseconds since 1970 (the local one as if it were UTC). Where the clock was put back and the time
 * was twice, the first; where it was put forward and the time never was, as far after the gap as the time is after the gap's beginning
 * (the rule "compatible" of RFC 5545 and of Temporal).
 */
export function localToInstantMs(timeZone: string, localMs: number): number {
  const before = zoneOffsetMs(timeZone, localMs - DAY_MS);
  const after = zoneOffsetMs(timeZone, localMs + DAY_MS);
  for (const offset of [before, after]) {
    if (zoneOffsetMs(timeZone, localMs - offset) === offset) return localMs - offset;
  }
  return localMs - before;
}

/** A moment as a clock in some zone shows it. */
export interface ZonedParts {
  /** `2026-11-22` */
  date: string;
  /** `13:02:10` */
  time: string;
  /** Six digits. */
  micros: string;
}

const MICROS_PER_SECOND = 1_000_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (!formatter) {
    const options: Intl.DateTimeFormatOptions = {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    };
    try {
      formatter = new Intl.DateTimeFormat('en-CA', { ...options, timeZone: zone });
    } catch {
      // A zone typed into the URL that this browser does not know: UTC is shown, as the server would refuse it with a reason.
      formatter = new Intl.DateTimeFormat('en-CA', { ...options, timeZone: 'UTC' });
    }
    formatters.set(zone, formatter);
  }
  return formatter;
}

/** What a clock in `zone` (IANA name) shows at `us` microseconds since 1970. */
export function zonedParts(us: number, zone: string): ZonedParts {
  const seconds = Math.floor(us / MICROS_PER_SECOND);
  const micros = String(us - seconds * MICROS_PER_SECOND).padStart(6, '0');
  if (zone === 'UTC') {
    const iso = new Date(seconds * 1000).toISOString();
    return { date: iso.slice(0, 10), time: iso.slice(11, 19), micros };
  }
  const found: Record<string, string> = {};
  for (const part of formatterOf(zone).formatToParts(seconds * 1000)) found[part.type] = part.value;
  return {
    date: `${found.year}-${found.month}-${found.day}`,
    time: `${found.hour}:${found.minute}:${found.second}`,
    micros,
  };
}

/** `13:02:10.118` (3 digits) or `13:02:10.118000` (6). */
export function clockText(us: number, zone: string, digits: 3 | 6): string {
  const parts = zonedParts(us, zone);
  return `${parts.time}.${parts.micros.slice(0, digits)}`;
}

/** `2026-11-22 13:02:10.118000`: what the range picker shows, and reads again in the same zone. */
export function localText(us: number, zone: string): string {
  const parts = zonedParts(us, zone);
  return `${parts.date} ${parts.time}.${parts.micros}`;
}

/** ISO 8601 in UTC with all six digits: the form in which moments are sent. */
export function isoText(us: number): string {
  const parts = zonedParts(us, 'UTC');
  return `${parts.date}T${parts.time}.${parts.micros}Z`;
}

/** The zone of this browser. */
export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

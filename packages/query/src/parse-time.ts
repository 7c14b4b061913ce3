import { parseDuration } from './parse-duration.ts';
import { quoteForMessage } from './query-error.ts';
import { isTimeZone, localToInstantMs, zoneOffsetMs } from './time-zone.ts';

export interface TimeOptions {
  nowUs: number;
  /** IANA name; times without an offset are read in it. */
  timeZone: string;
}

/** Half-open, in microseconds since 1970: what was written, taken as long as its precision says. */
export interface TimeSpan {
  fromUs: number;
  toUs: number;
  /** A date alone was written: the span is a calendar day in the zone. */
  isDay: boolean;
}

const DAY_MS = 86_400_000;
/** Start of the year 2200: all times are well within safe integers of microseconds. */
const LATEST_US = 7_258_118_400_000_000;
const EXPECTED =
  'Expected a time such as 2026-11-22 13:00, 2026-11-22T13:00:00.123456Z, now-15m, today, or seconds since 1970';

const DATE_TIME =
  /^(?:(\d{4})-(\d\d)-(\d\d)|(today|yesterday))(?:(?:T|\s+)(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
const CLOCK = /^\d\d?:\d\d(?::\d\d(?:\.\d{1,6})?)?$/;

/**
 * ISO 8601 with up to six digits of fraction and `Z` or an offset; the same without them, in the time zone (see `localToInstantMs` for
 * times that a change of the clock doubles or skips); a date alone, for its first instant; a time of day, for today;
 * seconds (9 to 11 digits, with a fraction), milliseconds (12 to 14) or microseconds (15 or 16) since 1970; `now`, `now-1h30m`, `now+5m`,
 * `-15m`; `today`, `yesterday`, also with a time of day. Anything else, and what is before 1970 or after 2199, is an error for people.
 */
export function parseTime(text: string, options: TimeOptions): { us: number } | { error: string } {
  const span = parseTimeSpan(text, options);
  return 'error' in span ? span : { us: span.fromUs };
}

/** The same, with the length that the precision of the text says: a day, a minute, a second, a part of it. */
export function parseTimeSpan(text: string, options: TimeOptions): TimeSpan | { error: string } {
  const trimmed = text.trim();
  if (!isTimeZone(options.timeZone)) return { error: `Unknown time zone ${quoteForMessage(options.timeZone)}` };
  const span = relativeTime(trimmed, options) ?? epochTime(trimmed) ?? dateTime(trimmed, options);
  if (!span) return { error: EXPECTED };
  if ('error' in span) return span;
  if (!(span.fromUs >= 0 && span.fromUs < LATEST_US)) return { error: 'The time is before 1970 or after 2199' };
  return span;
}

function instant(us: number, lengthUs = 1): TimeSpan {
  return { fromUs: us, toUs: us + lengthUs, isDay: false };
}

function relativeTime(text: string, { nowUs }: TimeOptions): TimeSpan | undefined {
  const match = /^(?:now)?(?:\s*([+-])\s*(\S+))?$/i.exec(text);
  if (!match || text === '') return undefined;
  if (match[2] === undefined) return instant(nowUs);
  const duration = /[a-zµ]$/i.test(match[2]) ? parseDuration(match[2]) : undefined;
  if (!duration) return undefined;
  return instant(nowUs + (match[1] === '-' ? -1 : 1) * Math.round(duration.ms * 1000));
}

function epochTime(text: string): TimeSpan | undefined {
  const match = /^(\d{9,16})(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) return undefined;
  const [, digits, fraction] = match;
  if (digits!.length <= 11) {
    const lengthUs = 10 ** (6 - (fraction?.length ?? 0));
    return instant(Number(digits) * 1e6 + Number((fraction ?? '').padEnd(6, '0')), lengthUs);
  }
  if (fraction !== undefined) return undefined;
  return digits!.length <= 14 ? instant(Number(digits) * 1000, 1000) : instant(Number(digits));
}

function dateTime(text: string, options: TimeOptions): TimeSpan | { error: string } | undefined {
  const match = DATE_TIME.exec(CLOCK.test(text) ? `today ${text}` : text);
  if (!match) return undefined;
  const [, year, month, day, relative, hour, minute, second, fraction, offset] = match;
  const dayMs = relative ? localDayMs(relative, options) : Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (!relative && new Date(dayMs).toISOString().slice(0, 10) !== `${year}-${month}-${day}`) {
    return { error: `There is no ${year}-${month}-${day}` };
  }
  if (hour === undefined) {
    const fromUs = localToInstantMs(options.timeZone, dayMs) * 1000;
    return { fromUs, toUs: localToInstantMs(options.timeZone, dayMs + DAY_MS) * 1000, isDay: true };
  }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) {
    return { error: 'A time of day is at most 23:59:59.999999' };
  }
  const localMs = dayMs + (Number(hour) * 3600 + Number(minute) * 60 + Number(second ?? 0)) * 1000;
  const offsetMs = offset === undefined ? undefined : parseOffsetMs(offset);
  if (offset !== undefined && offsetMs === undefined) return { error: 'An offset is at most 23:59' };
  const ms = offsetMs === undefined ? localToInstantMs(options.timeZone, localMs) : localMs - offsetMs;
  const lengthUs = second === undefined ? 60e6 : 10 ** (6 - (fraction?.length ?? 0));
  return instant(ms * 1000 + Number((fraction ?? '').padEnd(6, '0')), lengthUs);
}

/** Today's or yesterday's date in the zone, as if it were midnight in UTC. */
function localDayMs(name: string, { nowUs, timeZone }: TimeOptions): number {
  const nowMs = Math.floor(nowUs / 1000);
  const localMs = nowMs + zoneOffsetMs(timeZone, nowMs);
  return Math.floor(localMs / DAY_MS) * DAY_MS - (name.toLowerCase() === 'yesterday' ? DAY_MS : 0);
}

function parseOffsetMs(text: string): number | undefined {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(text);
  if (!match) return 0;
  const hours = Number(match[2]);
  const minutes = Number(match[3] ?? 0);
  if (hours > 23 || minutes > 59) return undefined;
  return (match[1] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

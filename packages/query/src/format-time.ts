import { zoneOffsetMs } from './time-zone.ts';

export interface FormatTimeOptions {
  /** Default `datetime`. */
  show?: 'datetime' | 'date' | 'time';
  /** Digits of the second's fraction, cut, not rounded; default 6. */
  digits?: 0 | 1 | 2 | 3 | 4 | 5 | 6;
  /** Writes `T` between date and time and the offset (or `Z` where it is none) at the end, as in RFC 3339. */
  iso?: boolean;
}

/** A day short of the range of dates (ECMA-262, section "Time Values and Time Range"), so that local times are in it too. */
const MAX_DATE_MS = 8.64e15 - 86_400_000;

/**
 * A time in microseconds since 1970 as local time of the zone, e.g. `2026-11-22 13:02:10.482123`; with `iso`,
 * `2026-11-22T13:02:10.482123+01:00`, which `parseTime` reads back exactly. An unknown zone is UTC; what is not a time is ''.
 */
export function formatTime(us: number, timeZone: string, options: FormatTimeOptions = {}): string {
  const { show = 'datetime', digits = 6, iso = false } = options;
  const ms = Math.floor(us / 1000);
  if (!(Math.abs(ms) < MAX_DATE_MS)) return '';
  const offsetMs = zoneOffsetMs(timeZone, ms);
  const text = new Date(ms + offsetMs).toISOString();
  const at = text.indexOf('T');
  const date = text.slice(0, at);
  if (show === 'date') return date;
  const micros = String(Math.floor(us) - ms * 1000).padStart(3, '0');
  const fraction = (text.slice(at + 10, at + 13) + micros).slice(0, digits);
  const time = text.slice(at + 1, at + 9) + (digits === 0 ? '' : `.${fraction}`);
  const zone = iso ? formatOffset(offsetMs) : '';
  return show === 'time' ? time + zone : `${date}${iso ? 'T' : ' '}${time}${zone}`;
}

function formatOffset(offsetMs: number): string {
  if (offsetMs === 0) return 'Z';
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

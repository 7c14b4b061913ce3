const grouped = new Intl.NumberFormat('en-US');

/** `1,204` */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/** So many a second: `0.4`, `812`. */
export function formatRate(perSecond: number): string {
  return perSecond < 10 ? String(Math.round(perSecond * 10) / 10) : formatCount(Math.round(perSecond));
}

/** A length of time from milliseconds: `310 ms`, `4.21 s`, `2:05`, `1:02:05`; `–` for null. */
export function formatDuration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return '–';
  const sign = ms < 0 ? '−' : '';
  const size = Math.abs(ms);
  if (size < 1) return `${sign}${size === 0 ? '0' : size.toFixed(3)} ms`;
  if (size < 999.5) return `${sign}${size < 10 ? size.toFixed(1) : Math.round(size)} ms`;
  if (size < 59_995) return `${sign}${(size / 1000).toFixed(2)} s`;
  const seconds = Math.round(size / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${sign}${hours}:${two(minutes)}:${two(seconds % 60)}` : `${sign}${minutes}:${two(seconds % 60)}`;
}

/** `+0.000123 s` style difference of two moments in microseconds, with every digit that is known. */
export function formatDeltaUs(us: number): string {
  const sign = us < 0 ? '−' : '';
  const size = Math.abs(us);
  if (size < 1000) return `${sign}${size} µs`;
  if (size < 1_000_000) return `${sign}${(size / 1000).toFixed(size < 10_000 ? 2 : size < 100_000 ? 1 : 0)} ms`;
  if (size < 60_000_000) return `${sign}${(size / 1_000_000).toFixed(3)} s`;
  return formatDuration(us / 1000);
}

/** `1.4 GiB`: binary units, as file systems count. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${bytes} B` : `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ${units[unit]}`;
}

/** `3 d 4 h`, `12 min`, `45 s`: for how long something runs. */
export function formatUptime(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  if (minutes > 0) return `${minutes} min`;
  return `${Math.floor(seconds)} s`;
}

/** Counts with their noun: `1 call`, `1,204 calls`; "more than" when counting was given up. */
export function formatTotal(total: { count: number; exact: boolean }, noun: string): string {
  const figure = `${formatCount(total.count)} ${noun}${total.count === 1 ? '' : 's'}`;
  return total.exact ? figure : `more than ${figure}`;
}

import type { PortRange } from '@calliope/collector';
import { parseAddress } from '@calliope/model';

/** A value, or what was expected instead (as the end of a sentence: "must be …"). */
export type Parsed<T> = { value: T } | { expected: string };

export interface HostPort {
  host: string;
  /** 0..65535; 0 lets the system choose. */
  port: number;
}

/** `HOST:PORT`, `[IPv6]:PORT`, `*:PORT`, `:PORT` or `PORT`; `*` and an empty host are all addresses. */
export function parseHostPort(text: string): Parsed<HostPort> {
  const match = /^(?:(?<bracketed>\[[^\]]*\])|(?<host>[^:[\]]*))?(?::(?<port>\d{1,5}))$|^(?<only>\d{1,5})$/.exec(
    text.trim(),
  );
  const expected = 'HOST:PORT, for example 127.0.0.1:9080 or [::]:9060';
  if (!match?.groups) return { expected };
  const { bracketed, host, port, only } = match.groups;
  const number = Number(port ?? only);
  if (number > 65_535) return { expected: 'a port from 0 to 65535' };
  if (bracketed !== undefined) {
    const inner = bracketed.slice(1, -1);
    return parseAddress(inner)?.ipVersion === 6 ? { value: { host: inner, port: number } } : { expected };
  }
  return { value: { host: host === undefined || host === '' || host === '*' ? '::' : host, port: number } };
}

/** As above; an empty text is undefined: nowhere. */
export function parseOptionalHostPort(text: string): Parsed<HostPort | undefined> {
  return text.trim() === '' ? { value: undefined } : parseHostPort(text);
}

/** The text form of an address to listen on or to reach. */
export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

const UNITS: Record<string, number> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

/** Bytes: `500000000`, `500MB` (decimal), `2GiB` (binary). */
export function parseBytes(text: string): Parsed<number> {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]i?)?b?$/i.exec(text.trim());
  if (!match) return { expected: 'a size such as 500MB or 2GiB' };
  return { value: Math.round(Number(match[1]) * (UNITS[(match[2] ?? '').toLowerCase()] ?? 1)) };
}

/** A whole number within bounds. */
export function parseInteger(low: number, high: number): (text: string) => Parsed<number> {
  return (text) => {
    const value = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= low && value <= high) return { value };
    return { expected: `a whole number from ${low} to ${high}` };
  };
}

/** A port, or ports from the first to the last: `5060`, `5060-5090`. */
export function parsePortRange(text: string): Parsed<PortRange> {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text.trim());
  const low = Number(match?.[1]);
  const high = Number(match?.[2] ?? match?.[1]);
  if (low <= high && high <= 65_535) return { value: { low, high } };
  return { expected: 'a port or a range of ports, such as 5060 or 5060-5090' };
}

/** One of some words. */
export function parseChoice<T extends string>(choices: readonly T[]): (text: string) => Parsed<T> {
  return (text) => {
    const found = choices.find((choice) => choice === text.trim());
    return found === undefined ? { expected: `one of ${choices.join(', ')}` } : { value: found };
  };
}

export function parseBoolean(text: string): Parsed<boolean> {
  if (/^(true|yes|on|1)$/i.test(text.trim())) return { value: true };
  if (/^(false|no|off|0)$/i.test(text.trim())) return { value: false };
  return { expected: 'true or false' };
}

/** A numeric address to listen on, in brackets or not; `*` is every address. */
export function parseListenAddress(text: string): Parsed<string> {
  const inner = text.trim().replace(/^\[(.*)\]$/, '$1');
  if (inner === '*') return { value: '::' };
  return parseAddress(inner) ? { value: inner } : { expected: 'an IP address of this machine, or * for every one' };
}

/** Any text up to a length, without control characters. */
export function parseText(maxLength: number): (text: string) => Parsed<string> {
  return (text) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
    if (text.length > maxLength || /[\u0000-\u001f\u007f]/.test(text)) {
      return { expected: `at most ${maxLength} characters, none of them control characters` };
    }
    return { value: text };
  };
}

/** Networks as `10.0.0.0/8`, or single addresses. */
export function parseNetwork(text: string): Parsed<string> {
  const [address = '', length, ...rest] = text.trim().split('/');
  const parsed = parseAddress(address);
  const bits = length === undefined ? 0 : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  const most = parsed?.ipVersion === 4 ? 32 : 128;
  if (!parsed || rest.length > 0 || !(bits <= most))
    return { expected: 'a network such as 10.0.0.0/8 or 2001:db8::/32' };
  return { value: text.trim() };
}

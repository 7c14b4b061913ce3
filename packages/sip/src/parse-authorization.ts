import { type Parameters, unescapeQuoted } from './parse-name-address.ts';
import { splitAt } from './split-list.ts';

/** What Authorization, Proxy-Authorization, WWW-Authenticate and Proxy-Authenticate have in common (RFC 3261 section 20.7, RFC 8760). */
export interface Credentials {
  /** As written: `Digest`, `Bearer` … */
  scheme: string;
  /** By name in lower case, quotes removed. Empty for schemes that have one opaque token instead. */
  parameters: Parameters;
  username: string;
  realm: string;
  nonce: string;
  uri: string;
  algorithm: string;
  /** As written, several with commas between in a challenge. */
  qop: string;
  /** Hash in an Authorization. */
  response: string;
  /** True when a challenge says that only the nonce was too old. */
  isStale: boolean;
}

/** Parses Authorization or Proxy-Authorization. One line is one set of credentials: the commas divide parameters. */
export function parseAuthorization(value: string): Credentials {
  const text = value.trim();
  const space = text.search(/\s/);
  const parameters: Parameters = new Map();
  for (const part of splitAt(space < 0 ? '' : text.slice(space + 1), ',')) {
    const equals = part.indexOf('=');
    if (equals <= 0) continue;
    const name = part.slice(0, equals).trim().toLowerCase();
    const written = part.slice(equals + 1).trim();
    const isQuoted = written.length >= 2 && written.startsWith('"') && written.endsWith('"');
    if (!parameters.has(name)) parameters.set(name, isQuoted ? unescapeQuoted(written.slice(1, -1)) : written);
  }
  const parameter = (name: string) => parameters.get(name) ?? '';
  return {
    scheme: space < 0 ? text : text.slice(0, space),
    parameters,
    username: parameter('username'),
    realm: parameter('realm'),
    nonce: parameter('nonce'),
    uri: parameter('uri'),
    algorithm: parameter('algorithm'),
    qop: parameter('qop'),
    response: parameter('response'),
    isStale: parameter('stale').toLowerCase() === 'true',
  };
}

/** Parses WWW-Authenticate or Proxy-Authenticate: the same form as {@link parseAuthorization}. */
export function parseChallenge(value: string): Credentials {
  return parseAuthorization(value);
}

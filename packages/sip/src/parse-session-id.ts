import { parseParameters } from './parse-name-address.ts';

export interface SessionId {
  /** 32 lower case hexadecimal digits; all zeros is the nil UUID. */
  local: string;
  /** UUID of the other side; undefined in the older form of RFC 7329, which has none. */
  remote: string | undefined;
}

const UUID = /^[0-9a-f]{32}$/;

/** Parses Session-ID (RFC 7989 section 5, and the older form of RFC 7329); undefined when the first part is no UUID. Hyphens and capitals are tolerated. */
export function parseSessionId(value: string): SessionId | undefined {
  const semicolon = value.indexOf(';');
  const local = plainUuid(semicolon < 0 ? value : value.slice(0, semicolon));
  if (!UUID.test(local)) return undefined;
  const remote = plainUuid(parseParameters(semicolon < 0 ? '' : value.slice(semicolon)).get('remote') ?? '');
  return { local, remote: UUID.test(remote) ? remote : undefined };
}

function plainUuid(text: string): string {
  return text.replaceAll('-', '').trim().toLowerCase();
}

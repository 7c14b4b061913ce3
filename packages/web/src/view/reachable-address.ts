/** A place where packets can be sent. */
export interface ReachableAddress {
  transport: 'udp' | 'tcp' | 'tls' | string;
  host: string;
  port: number;
}

const WILDCARDS = new Set(['0.0.0.0', '::', '*', '']);

/**
 * Reads a listen address as the health report gives it: `udp 0.0.0.0:9060`, `udp:[::]:9060`, `udp://…`, or without a transport (then udp).
 * Wildcards become the name under which this browser reached the server, since that is what a sender can reach too.
 * Undefined when there is no port in it.
 */
export function reachableAddress(text: string, reachedAs: string): ReachableAddress | undefined {
  const match = /^\s*(?:([a-z]+)(?::\/\/|:|\s+))?(\[[^\]]*\]|[^\s[\]]*?):(\d{1,5})\s*$/i.exec(text);
  if (!match) return undefined;
  const bare = match[2]!.replace(/^\[|\]$/g, '');
  const host = WILDCARDS.has(bare) ? reachedAs.replace(/^\[|\]$/g, '') : bare;
  return { transport: (match[1] ?? 'udp').toLowerCase(), host, port: Number(match[3]) };
}

/** `host:port`, an IPv6 address in brackets. */
export function hostPort(address: Pick<ReachableAddress, 'host' | 'port'>): string {
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

/** `192.0.2.1:9060`, `[::]:9060`. */
export function formatEndpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The unspecified IPv6 address takes IPv4 too; where the system has no IPv6, its IPv4 counterpart does. */
export const ANY_IPV6 = '::';
export const ANY_IPV4 = '0.0.0.0';

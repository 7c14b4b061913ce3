import { readFileSync } from 'node:fs';

/** Four ports may have connections: TCP, TLS, ws, wss. */
const SHARES = 4;
/** For the spool, the database's client, HTTP and libraries. */
const RESERVED = 512;
/** Where even that is not to be had. */
const LEAST = 64;

/**
 * Connections that one port may have, so that all ports together leave descriptors for the spool: a batch that cannot be opened is lost. Infinity where
 * the limit is not known (other than Linux).
 */
export function descriptorBound(limit = openFilesLimit()): number {
  return Math.max(LEAST, Math.floor((limit - RESERVED) / SHARES));
}

/** The soft limit, which Node raises to the hard one at its start. */
function openFilesLimit(): number {
  try {
    const match = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
    return match ? Number(match[1]) : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

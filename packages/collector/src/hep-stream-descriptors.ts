import { readFileSync } from 'node:fs';

/** For HTTP (1,024 connections), the spool, the database's client and libraries. */
const RESERVED = 2048;
/** Where even that is not to be had. */
const LEAST = 64;

/**
 * Connections that each of `ports` may have, so that all of them together leave descriptors for the rest: a batch for which the spool cannot open a file
 * is lost. Infinity where the limit is not known (other than Linux).
 */
export function descriptorBound(ports: number, limit = openFilesLimit()): number {
  return Math.max(LEAST, Math.floor((limit - RESERVED) / ports));
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

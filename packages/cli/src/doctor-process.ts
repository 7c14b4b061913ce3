import { readFileSync } from 'node:fs';
import process from 'node:process';

/** What the kernel says of one process. */
export interface ProcessFacts {
  pid: number;
  /** Effective capabilities, bit i is capability i (linux/capability.h). */
  capabilities: bigint;
  /** Open files that it may have at most; Node uses all that the hard limit allows. */
  maxOpenFiles: number;
}

/** CAP_NET_BIND_SERVICE, CAP_NET_ADMIN, CAP_NET_RAW. */
export const Capability = { NET_BIND_SERVICE: 10n, NET_ADMIN: 12n, NET_RAW: 13n } as const;

export const hasCapability = (facts: ProcessFacts, capability: bigint): boolean =>
  (facts.capabilities & (1n << capability)) !== 0n;

/** Of this process, or of the server; undefined where /proc does not say. */
export function readProcessFacts(pid: number = process.pid): ProcessFacts | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const limits = readFileSync(`/proc/${pid}/limits`, 'latin1');
    return parseProcessFacts(pid, status, limits);
  } catch {
    return undefined;
  }
}

/** @param status,limits contents of the files of these names in /proc/PID (proc(5)) */
export function parseProcessFacts(pid: number, status: string, limits: string): ProcessFacts | undefined {
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  if (capabilities === undefined || hard === undefined) return undefined;
  return {
    pid,
    capabilities: BigInt(`0x${capabilities}`),
    maxOpenFiles: hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard),
  };
}

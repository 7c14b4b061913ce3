import { formatAddress } from '@calliope/model';

/** Which of the hosts that answer have a label of their own: those that answer most. Bounded, as hosts come from outside. */
export interface SignallingTargets {
  /** Counts an answer of the host at `head[at]`; gives its slot, 1 to `slots`, or 0 while it has none. */
  note(head: Uint8Array, at: number, ipVersion: 4 | 6): number;
  /** Text of the host that has a slot; undefined for a free one. */
  nameOf(slot: number): string | undefined;
  /**
   * Gives slots to those that answered most of late; to be called about once a minute. A host that has a slot keeps it while another answers less
   * than twice as often, so that labels do not come and go.
   * @param onFreed a slot whose counts are to be forgotten
   */
  rank(onFreed: (slot: number) => void): void;
}

interface Host {
  address: Uint8Array;
  name: string;
  /** Answers of late: halved by each ranking. */
  score: number;
  slot: number;
}

const MAX_HOSTS = 4096;
/** Below this a host is forgotten. */
const LEAST_SCORE = 0.05;

export function createSignallingTargets(slots: number): SignallingTargets {
  const hosts = new Map<number, Host>();
  const bySlot: (Host | undefined)[] = Array.from({ length: slots + 1 });

  function add(hash: number, head: Uint8Array, at: number, ipVersion: 4 | 6): number {
    if (hosts.size >= MAX_HOSTS) return 0;
    const host: Host = {
      address: Uint8Array.from(head.subarray(at, at + (ipVersion === 4 ? 4 : 16))),
      name: formatAddress(head, at, ipVersion),
      score: 1,
      slot: 0,
    };
    hosts.set(hash, host);
    // While there are free ones, nobody has to wait.
    for (let slot = 1; slot <= slots && host.slot === 0; slot++) if (!bySlot[slot]) take(host, slot);
    return host.slot;
  }

  function take(host: Host, slot: number): void {
    bySlot[slot] = host;
    host.slot = slot;
  }

  return {
    note(head, at, ipVersion) {
      const hash = hostHash(head, at, ipVersion);
      const host = hosts.get(hash);
      if (!host) return add(hash, head, at, ipVersion);
      // Another host with the same hash is one of the others.
      for (let i = 0; i < host.address.length; i++) if (host.address[i] !== head[at + i]) return 0;
      host.score++;
      return host.slot;
    },
    nameOf: (slot) => bySlot[slot]?.name,
    rank(onFreed) {
      const waiting: Host[] = [];
      for (const [hash, host] of hosts) {
        host.score /= 2;
        if (host.slot === 0 && host.score >= LEAST_SCORE) waiting.push(host);
        if (host.score >= LEAST_SCORE) continue;
        hosts.delete(hash);
        if (host.slot === 0) continue;
        bySlot[host.slot] = undefined;
        onFreed(host.slot);
      }
      waiting.sort((a, b) => b.score - a.score);
      for (const host of waiting) {
        let weakest = 1;
        for (let slot = 2; slot <= slots; slot++) {
          if ((bySlot[slot]?.score ?? 0) < (bySlot[weakest]?.score ?? 0)) weakest = slot;
        }
        const loser = bySlot[weakest];
        if (loser && host.score <= 2 * loser.score) return;
        if (loser) {
          loser.slot = 0;
          onFreed(weakest);
        }
        take(host, weakest);
      }
    },
  };
}

/** 32 bits of the address at `head[at]`. */
export function hostHash(head: Uint8Array, at: number, ipVersion: 4 | 6): number {
  let hash = word(head, at);
  if (ipVersion === 4) return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  for (let i = 4; i < 16; i += 4) hash = Math.imul(hash ^ (hash >>> 15) ^ word(head, at + i), 0x2c1b3c6d);
  return hash;
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

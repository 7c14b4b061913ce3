import { decodeHep, type HepDefect, HepFlag, hepDefect, isHepPacket } from '@calliope/hep';
import { defectBit, emptyPacket } from '@calliope/model';
import type { AgentTable } from './agent-table.ts';
import type { HepSipAssembler } from './hep-sip-assembler.ts';
import type { KeyCheck } from './key-check.ts';
import type { NetworkFilter } from './network-filter.ts';
import { isKeepAlive } from './packet-pipeline.ts';
import type { ReceiveCounters } from './receive-counters.ts';

export interface HepIntakeOptions {
  assembler: HepSipAssembler;
  counters: ReceiveCounters;
  agents: AgentTable;
  /** Absent: any source may send. */
  isAllowed: NetworkFilter | undefined;
  /** Absent: no key is asked for. */
  hasKey: KeyCheck | undefined;
}

/** Takes datagrams and frames of HEP senders. */
export interface HepIntake {
  /**
   * Takes the datagram or frame `bytes[start, end)`, received at `receivedUs` from `sender[senderAt, senderAt + 16)`
   * (IPv4 as ::ffff:a.b.c.d). Counts it, whatever it is.
   */
  take(bytes: Uint8Array, start: number, end: number, receivedUs: number, sender: Uint8Array, senderAt: number): void;
  /** Counts something that is no HEP at all. */
  countGarbage(receivedUs: number, sender: Uint8Array, senderAt: number): void;
  /** Who may send, from the next datagram or frame on; undefined as in {@link HepIntakeOptions}. */
  setAccess(isAllowed: NetworkFilter | undefined, hasKey: KeyCheck | undefined): void;
}

const BAD_TIMESTAMP = defectBit('bad_timestamp');
const TRUNCATED = defectBit('truncated');

export function createHepIntake(options: HepIntakeOptions): HepIntake {
  const { assembler, counters, agents } = options;
  let { isAllowed, hasKey } = options;
  const packet = emptyPacket();

  function countUndecodable(name: HepDefect, receivedUs: number, sender: Uint8Array, senderAt: number): void {
    const agent = agents.ofAddress(receivedUs, sender, senderAt);
    agent.received++;
    agent.undecodable++;
    counters.received++;
    counters.undecodable++;
    counters.undecodableBy[name] = (counters.undecodableBy[name] ?? 0) + 1;
  }

  function countRefused(receivedUs: number, sender: Uint8Array, senderAt: number): void {
    const agent = agents.ofAddress(receivedUs, sender, senderAt);
    agent.received++;
    agent.refused++;
    counters.received++;
    counters.refused++;
  }

  return {
    take(bytes, start, end, receivedUs, sender, senderAt) {
      if (isAllowed && !isAllowed(sender, senderAt)) {
        countRefused(receivedUs, sender, senderAt);
        return;
      }
      const result = decodeHep(bytes, start, end, packet, receivedUs);
      if (!isHepPacket(result)) {
        // What keeps a path through a NAT open is no fault of anybody's.
        if (isKeepAlive(bytes, start, end)) counters.keepAlives++;
        else countUndecodable(hepDefect(result), receivedUs, sender, senderAt);
        return;
      }
      if (hasKey && !hasKey(packet)) {
        // Whoever has no key may say that he is anybody: counted by address, not by name.
        countRefused(receivedUs, sender, senderAt);
        return;
      }
      let defects = 0;
      if (result & HepFlag.BAD_TIMESTAMP) defects |= BAD_TIMESTAMP;
      if (result & HepFlag.DAMAGED) defects |= TRUNCATED;
      // Before the packet goes on, as whoever takes it may change it. A keep-alive shows as well that an agent is there.
      const hasTime = (result & (HepFlag.BAD_TIMESTAMP | HepFlag.NO_TIMESTAMP)) === 0;
      agents.note(packet, hasTime, receivedUs, sender, senderAt, versionOf(bytes[start]!));
      assembler.take(packet, defects, receivedUs, sender, senderAt);
    },
    countGarbage(receivedUs, sender, senderAt) {
      countUndecodable('not_hep', receivedUs, sender, senderAt);
    },
    setAccess(networks, keys) {
      isAllowed = networks;
      hasKey = keys;
    },
  };
}

/** Of the protocol, by how a datagram or frame begins; undefined within gzip, where it is not to be seen. */
function versionOf(first: number): string | undefined {
  switch (first) {
    case 0x48:
    case 0x45:
      return 'HEP 3';
    case 2:
      return 'HEP 2';
    case 1:
      return 'HEP 1';
    case 8:
      return 'HEP protobuf';
    default:
      return undefined;
  }
}

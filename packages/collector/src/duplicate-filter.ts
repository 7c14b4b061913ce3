import { type CapturedPacket, defectBit } from '@calliope/model';
import type { Agent, ObserverOf } from './agent-table.ts';
import { type DuplicateMemory, openDuplicateMemory } from './duplicate-memory.ts';
import type { DuplicateSettings } from './duplicate-settings.ts';
import { type DuplicateRules, openDuplicateTable } from './duplicate-table.ts';

/** Tells the copies among one receiver's packets. One a pipeline. */
export interface DuplicateFilter {
  /**
   * True for a copy of a packet that this or another receiver took from another agent; else it is remembered as the one that is kept, so to be
   * asked only when it surely is. `defects` as in `PacketPipeline.take`.
   */
  isCopy(packet: CapturedPacket, agent: Agent, defects: number): boolean;
  /** Of the last copy: the time of the packet that was kept, in microseconds. */
  readonly keptUs: number;
  /** Of the last copy: whether its agent had not been noted for that packet. */
  readonly isNewObserver: boolean;
  /** For the table of agents. */
  readonly observerOf: ObserverOf;
  reconfigure(settings: DuplicateSettings): void;
}

/**
 * What its agents make up themselves is no packet of the network: reports, records and logs of these HEP protocol types and above are the same in
 * two places without being copies.
 */
const FIRST_REPORT_TYPE = 32;
const BAD_TIMESTAMP = defectBit('bad_timestamp');

export function createDuplicateFilter(shared: SharedArrayBuffer, settings: DuplicateSettings): DuplicateFilter {
  const memory: DuplicateMemory = openDuplicateMemory(shared);
  const table = openDuplicateTable(memory, rulesOf(settings));
  let { windowMs } = settings;
  let exceptNodes = new Set(settings.exceptNodes);
  /** In the place of an agent whose packet has no time of its own but that of reception. */
  const untimed = { observer: 0, offsetUs: 0 };

  return {
    isCopy(packet, agent, defects) {
      if (agent.observer === 0 || windowMs === 0 || packet.payloadType >= FIRST_REPORT_TYPE) return false;
      if ((defects & BAD_TIMESTAMP) === 0 && agent.isTimed) return table.isCopy(packet, agent);
      untimed.observer = agent.observer;
      return table.isCopy(packet, untimed);
    },
    get keptUs() {
      return table.keptUs;
    },
    get isNewObserver() {
      return table.isNewObserver;
    },
    observerOf({ node, captureId }, identity) {
      return exceptNodes.has(node) || exceptNodes.has(String(captureId)) ? 0 : memory.observerOf(identity);
    },
    reconfigure(changed) {
      windowMs = changed.windowMs;
      exceptNodes = new Set(changed.exceptNodes);
      table.setRules(rulesOf(changed));
    },
  };
}

function rulesOf({ windowMs, sameAgent }: DuplicateSettings): DuplicateRules {
  return { windowUs: windowMs * 1000, sameObserver: sameAgent };
}

import type { PacketAddressing } from '@calliope/frames';
import { type Clock, defectBit } from '@calliope/model';
import type { AgentTable } from './agent-table.ts';
import { type CarriedPayload, createCarriedPayload } from './carried-payload.ts';
import { type PacketPipeline, Taken } from './packet-pipeline.ts';

/** What a capture's payloads are turned into, counted. */
export interface CaptureTaker extends CarriedPayload {
  readonly messages: number;
  readonly otherMessages: number;
  /** Copies that were not stored again. */
  readonly duplicates: number;
  readonly firstUs: number | null;
  readonly lastUs: number | null;
}

const BAD_TIMESTAMP = defectBit('bad_timestamp');

/** `agents`: who sent the HEP in it. `addDefect` is told the names of what could not be used. */
export function createCaptureTaker(
  pipeline: PacketPipeline,
  agents: AgentTable,
  clock: Clock,
  addDefect: (name: string) => void,
): CaptureTaker {
  let messages = 0;
  let otherMessages = 0;
  let duplicates = 0;
  const sender = new Uint8Array(16);
  let firstUs: number | null = null;
  let lastUs: number | null = null;
  const payload = createCarriedPayload(
    (packet, defects, from, isHep) => {
      if (isHep) {
        placeAddress(from, sender);
        agents.note(packet, (defects & BAD_TIMESTAMP) === 0, from.timestampUs, sender, 0);
      } else packet.agent = 0;
      const taken = pipeline.take(packet, defects);
      if (taken === Taken.KEEP_ALIVE) return;
      if (taken === Taken.DROPPED) {
        addDefect('dropped');
        return;
      }
      if (taken === Taken.COPY) {
        duplicates++;
        return;
      }
      if (taken === Taken.SIP) messages++;
      else otherMessages++;
      const { timestampUs } = packet;
      if (firstUs === null || timestampUs < firstUs) firstUs = timestampUs;
      if (lastUs === null || timestampUs > lastUs) lastUs = timestampUs;
    },
    clock,
    addDefect,
  );

  return {
    ...payload,
    get messages() {
      return messages;
    },
    get otherMessages() {
      return otherMessages;
    },
    get duplicates() {
      return duplicates;
    },
    get firstUs() {
      return firstUs;
    },
    get lastUs() {
      return lastUs;
    },
  };
}

/** The source's sixteen bytes, IPv4 as ::ffff:a.b.c.d. */
function placeAddress({ ipVersion, head, sourceAt }: PacketAddressing, out: Uint8Array): void {
  const at = ipVersion === 4 ? 12 : 0;
  if (ipVersion === 4) out.fill(0, 0, 10).fill(0xff, 10, 12);
  for (let i = at; i < 16; i++) out[i] = head[sourceAt + i - at]!;
}

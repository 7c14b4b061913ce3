import type { Clock } from '@calliope/model';
import { type CarriedPayload, createCarriedPayload } from './carried-payload.ts';
import { type PacketPipeline, Taken } from './packet-pipeline.ts';

/** What a capture's payloads are turned into, counted. */
export interface CaptureTaker extends CarriedPayload {
  readonly messages: number;
  readonly otherMessages: number;
  readonly firstUs: number | null;
  readonly lastUs: number | null;
}

/** `addDefect` is told the names of what could not be used. */
export function createCaptureTaker(
  pipeline: PacketPipeline,
  clock: Clock,
  addDefect: (name: string) => void,
): CaptureTaker {
  let messages = 0;
  let otherMessages = 0;
  let firstUs: number | null = null;
  let lastUs: number | null = null;
  const payload = createCarriedPayload(
    (packet, defects) => {
      const taken = pipeline.take(packet, defects);
      if (taken === Taken.KEEP_ALIVE) return;
      if (taken === Taken.DROPPED) {
        addDefect('dropped');
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
    get firstUs() {
      return firstUs;
    },
    get lastUs() {
      return lastUs;
    },
  };
}

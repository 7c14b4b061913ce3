import type { FrameDefect } from '@calliope/frames';
import type { HepDefect } from '@calliope/hep';

/** Why something that was received could not be used; those of frames and streams at receivers that see the network's own packets. */
export type ReceiveDefect = HepDefect | FrameDefect | 'sip_streams_evicted';

/**
 * What one receiver counts, since it started. At any time
 * `received = appended + duplicates + refused + undecodable + droppedKernel + droppedQueue`; keep-alives and ignored packets are counted beside it.
 */
export interface ReceiveCounters {
  /** Messages that reached the machine, those that the kernel had to drop included. */
  received: number;
  keepAlives: number;
  /** Packets passed over, as they carried neither SIP nor HEP, or not at the ports asked for. Only where such packets come. */
  ignored?: number;
  /** Wrong key, or a source that is not allowed. */
  refused: number;
  undecodable: number;
  undecodableBy: Partial<Record<ReceiveDefect, number>>;
  /** Handed to the sink. */
  appended: number;
  /** Copies of messages that another agent's packet brought before: not stored again, but who saw them is. */
  duplicates: number;
  /** Dropped by the kernel because its receive buffer was full. */
  droppedKernel: number;
  /** Dropped here because the sink had no room, or with a worker that failed. */
  droppedQueue: number;
  /** Handed to the sink, and lost since the batch could not be written into the spool. Part of `appended`. */
  lostBySink: number;
}

export function emptyCounters(): ReceiveCounters {
  return {
    received: 0,
    keepAlives: 0,
    refused: 0,
    undecodable: 0,
    undecodableBy: {},
    appended: 0,
    duplicates: 0,
    droppedKernel: 0,
    droppedQueue: 0,
    lostBySink: 0,
  };
}

/** Adds the counters of another worker (or of the same one's former life) to `total`. */
export function addCounters(total: ReceiveCounters, more: ReceiveCounters): void {
  total.received += more.received;
  total.keepAlives += more.keepAlives;
  total.refused += more.refused;
  total.undecodable += more.undecodable;
  total.appended += more.appended;
  total.duplicates += more.duplicates;
  total.droppedKernel += more.droppedKernel;
  total.droppedQueue += more.droppedQueue;
  total.lostBySink += more.lostBySink;
  if (more.ignored !== undefined) total.ignored = (total.ignored ?? 0) + more.ignored;
  for (const [name, count] of Object.entries(more.undecodableBy)) {
    const defect = name as ReceiveDefect;
    total.undecodableBy[defect] = (total.undecodableBy[defect] ?? 0) + count;
  }
}

import type { HepDefect } from '@calliope/hep';

/**
 * What one receiver counts, since it started. At any time
 * `received = appended + refused + undecodable + droppedKernel + droppedQueue`; keep-alives are counted beside it.
 */
export interface ReceiveCounters {
  /** Messages that reached the machine, those that the kernel had to drop included. */
  received: number;
  keepAlives: number;
  /** Wrong key, or a source that is not allowed. */
  refused: number;
  undecodable: number;
  /** By name of HEP_DEFECTS. */
  undecodableBy: Partial<Record<HepDefect, number>>;
  /** Handed to the sink. */
  appended: number;
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
  total.droppedKernel += more.droppedKernel;
  total.droppedQueue += more.droppedQueue;
  total.lostBySink += more.lostBySink;
  for (const [name, count] of Object.entries(more.undecodableBy)) {
    const defect = name as HepDefect;
    total.undecodableBy[defect] = (total.undecodableBy[defect] ?? 0) + count;
  }
}

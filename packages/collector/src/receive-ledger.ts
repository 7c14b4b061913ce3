import type { ReceiverReport, SpoolBatch } from '@calliope/model';
import type { ReceiveCounters } from './receive-counters.ts';
import type { BatchDelivery } from './receiver.ts';

/** Follows one receiver's batches to their end, so that its counters add up. */
export interface ReceiveLedger {
  /** Hands a batch over. */
  deliver(batch: SpoolBatch): void;
  /**
   * The receiver's counters with what became of its messages:
   * `received = stored + duplicates + refused + undecodable + dropped + pending`.
   */
  report(name: string, counters: ReceiveCounters): ReceiverReport;
}

export function createReceiveLedger(deliver: BatchDelivery): ReceiveLedger {
  const settled = { stored: 0, dropped: 0, rejected: 0 };
  return {
    deliver(batch) {
      deliver(batch, (outcome) => {
        settled[outcome] += batch.messages;
      });
    },
    report(name, counters) {
      const dropped: Record<string, number> = {
        kernel: counters.droppedKernel,
        queue: counters.droppedQueue,
        spool: settled.dropped + counters.lostBySink,
      };
      if (settled.rejected > 0) dropped.rejected = settled.rejected;
      const gone = settled.stored + settled.dropped + settled.rejected + counters.lostBySink;
      return {
        name,
        received: counters.received,
        stored: settled.stored,
        // The database takes a batch once however often it is sent; what counts as the same message is the reader's matter.
        duplicates: 0,
        refused: counters.refused,
        undecodable: counters.undecodable,
        dropped,
        pending: counters.appended - gone,
        keepAlives: counters.keepAlives,
        ...(counters.ignored === undefined ? {} : { ignored: counters.ignored }),
      };
    },
  };
}

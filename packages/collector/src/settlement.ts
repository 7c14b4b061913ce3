import type { BatchDelivery, SinkEvents } from './receiver.ts';

/** Follows the batches of one sink until it is known what became of all of them. */
export interface Settlement extends SinkEvents {
  /** Waits at most so long for the batches so far. Messages that were lost, and those of batches that still wait. */
  settled(timeoutMs: number): Promise<{ lost: number; pending: number }>;
}

export function createSettlement(deliver: BatchDelivery): Settlement {
  let lost = 0;
  let pending = 0;
  let onSettled: (() => void) | undefined;
  return {
    onBatch(batch) {
      pending += batch.messages;
      deliver(batch, (outcome, rejected = 0) => {
        pending -= batch.messages;
        lost += outcome === 'stored' ? rejected : batch.messages;
        if (pending === 0) onSettled?.();
      });
    },
    onLost(messages) {
      lost += messages;
    },
    async settled(timeoutMs) {
      if (pending > 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        onSettled = resolve;
        const timer = setTimeout(resolve, timeoutMs);
        await promise;
        clearTimeout(timer);
      }
      return { lost, pending };
    },
  };
}

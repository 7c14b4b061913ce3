import type { MessageSink } from '@calliope/model';

export interface BatchLimits {
  /** A batch is closed at this many messages … */
  maxMessages: number;
  /** … or this long after its first message was seen. The sink itself closes it at its own bound of bytes. */
  maxAgeMs: number;
}

export const DEFAULT_BATCH_LIMITS: BatchLimits = { maxMessages: 50_000, maxAgeMs: 250 };

/** Closes batches in time. */
export interface BatchFlusher {
  /** Call after messages were appended, and at rest at least every `maxAgeMs`. */
  poll(nowMs: number): void;
  /** Closes the open batch now. */
  flush(): void;
}

/** `onError` is told when the sink throws at closing; it is asked again a batch's age later. */
export function createBatchFlusher(
  sink: MessageSink,
  limits: BatchLimits,
  onError: (error: Error) => void,
): BatchFlusher {
  /** When the open batch was first seen not empty; -1 while it is empty. */
  let openedMs = -1;

  function flush(): void {
    openedMs = -1;
    if (sink.pending === 0) return;
    try {
      sink.flush();
    } catch (error) {
      onError(error as Error);
    }
  }

  return {
    poll(nowMs) {
      const { pending } = sink;
      if (pending === 0) openedMs = -1;
      else if (openedMs < 0 || nowMs < openedMs) openedMs = nowMs;
      // Separate from the above: with an age of zero every message is a batch.
      if (pending >= limits.maxMessages || (pending > 0 && nowMs - openedMs >= limits.maxAgeMs)) flush();
    },
    flush,
  };
}

import { createHepStream } from '@calliope/hep';
import type { HepIntake } from './hep-intake.ts';
import type { ReceiveCounters } from './receive-counters.ts';

/** The bytes of one connection on their way to the intake. */
export interface HepStreamFeed {
  /** Takes the next bytes, received at `receivedUs`. True when a frame among them was a HEP packet that was let in. */
  push(chunk: Uint8Array, receivedUs: number): boolean;
  /** Counts one undecodable message: something that cannot be a part of the stream. */
  countGarbage(): void;
  /** The connection is over: what it left unfinished counts as undecodable. Later calls do nothing. */
  end(): void;
  /** Bytes of an unfinished frame, at most 66,560. */
  readonly bufferedBytes: number;
}

/**
 * Cuts a connection's bytes into frames and hands them to the intake. Garbage is skipped up to the next frame; each stretch of it counts as one
 * undecodable message, as does a frame that the end of the connection cut.
 */
export function createHepStreamFeed(intake: HepIntake, counters: ReceiveCounters, sender: Uint8Array): HepStreamFeed {
  let receivedUs = 0;
  let inGarbage = false;
  let skippedBytes = 0;
  let letIn = false;
  let ended = false;

  const stream = createHepStream({
    onFrame(bytes, start, end) {
      countSkipped();
      inGarbage = false;
      const turnedAway = counters.refused + counters.undecodable;
      intake.take(bytes, start, end, receivedUs, sender, 0);
      if (counters.refused + counters.undecodable === turnedAway) letIn = true;
    },
  });

  function countGarbage(): void {
    intake.countGarbage(receivedUs, sender, 0);
  }

  function countSkipped(): void {
    if (stream.skippedBytes === skippedBytes) return;
    skippedBytes = stream.skippedBytes;
    if (!inGarbage) countGarbage();
    inGarbage = true;
  }

  return {
    push(chunk, atUs) {
      receivedUs = atUs;
      letIn = false;
      stream.push(chunk);
      countSkipped();
      return letIn;
    },
    countGarbage,
    end() {
      if (ended) return;
      ended = true;
      if (stream.bufferedBytes > 0) countGarbage();
    },
    get bufferedBytes() {
      return stream.bufferedBytes;
    },
  };
}

import { type Clock, systemClock } from '@calliope/model';
import type { Libc } from './libc.ts';
import type { ReceiveChannel } from './receive-channel.ts';
import type { FromReceiveWorker } from './receive-worker-messages.ts';
import type { ReceiverChange, SinkEvents } from './receiver.ts';

export interface ReceiveLoopOptions<Channel extends ReceiveChannel> {
  libc: Libc;
  createChannel(events: SinkEvents): Channel;
  /**
   * Waits up to {@link WAIT_MS} for packets (not at all with `dontWait`) and gives those that came to the channel. How many, or -1 on an
   * error, whose name `libc.errorName()` has.
   */
  receive(channel: Channel, clock: Clock, dontWait: boolean): number;
  /** By the kernel since the start, modulo 2^32; NaN when it does not say. */
  dropped(): number;
  /** Of the smallest buffer of the kernel's. */
  receiveBufferBytes: number;
  post(message: FromReceiveWorker): void;
  clock?: Clock;
}

/** What a receiving thread does, over and over. */
export interface ReceiveLoop {
  receive(dontWait: boolean): number;
  flush(): void;
  /** Why it was not done; undefined when it was. */
  reconfigure(change: ReceiverChange): string | undefined;
  /** Takes what the kernel holds, and flushes. */
  drain(): void;
}

/** How long a receiving call waits: at rest the thread wakes up this often to look for what it is told. */
export const WAIT_MS = 100;
const COUNTERS_EVERY_MS = 250;
const SIGNALLING_EVERY_MS = 1000;
/** Fewer than these, and the next call waits a moment so that it brings more at once … */
const SMALL_BATCH = 64;
const PAUSE_US = 1000;
/** … which needs a buffer that holds what comes in that moment. */
const PAUSE_NEEDS_BYTES = 4 * 1024 * 1024;
/** What has already arrived at the stop is taken for at most this long. */
const DRAIN_MS = 2000;

/** Throws what `createChannel` throws. */
export function createReceiveLoop<Channel extends ReceiveChannel>(options: ReceiveLoopOptions<Channel>): ReceiveLoop {
  const { libc, post } = options;
  const clock = options.clock ?? systemClock;
  const channel = options.createChannel({
    onBatch: (batch) => {
      countKernelDrops();
      post({ type: 'batch', batch, counters, agents: channel.agents.reports(true) });
    },
    onLost: () => {},
  });
  const { counters } = channel;
  const mayPause = options.receiveBufferBytes >= PAUSE_NEEDS_BYTES;
  let countersPostedMs = 0;
  let signallingPostedMs = 0;
  let receiveError: string | undefined;

  function countKernelDrops(): void {
    const dropped = options.dropped();
    if (Number.isNaN(dropped)) return;
    const more = (dropped - counters.droppedKernel) >>> 0;
    counters.droppedKernel += more;
    counters.received += more;
  }

  function postCounters(): void {
    countKernelDrops();
    const problems: string[] = [];
    if (channel.sinkError !== undefined) problems.push(`a batch could not be written: ${channel.sinkError}`);
    if (receiveError !== undefined) problems.push(`receiving fails: ${receiveError}`);
    post({ type: 'counters', counters, agents: channel.agents.reports(true), problems });
  }

  function postSignalling(): void {
    post({ type: 'signalling', report: channel.signalling.report() });
  }

  function receive(dontWait: boolean): number {
    const count = options.receive(channel, clock, dontWait);
    const nowUs = clock.nowUs();
    const nowMs = nowUs / 1000;
    if (count < 0) {
      receiveError = libc.errorName();
      libc.usleep(WAIT_MS * 1000);
    } else if (count > 0) receiveError = undefined;
    channel.poll(nowUs);
    if (nowMs - countersPostedMs >= COUNTERS_EVERY_MS || nowMs < countersPostedMs) {
      countersPostedMs = nowMs;
      postCounters();
    }
    if (nowMs - signallingPostedMs >= SIGNALLING_EVERY_MS || nowMs < signallingPostedMs) {
      signallingPostedMs = nowMs;
      postSignalling();
    }
    if (count > 0 && count < SMALL_BATCH && mayPause && !dontWait) libc.usleep(PAUSE_US);
    return count;
  }

  function flush(): void {
    channel.flush();
    postCounters();
    postSignalling();
  }

  return {
    receive,
    flush,
    reconfigure(change) {
      try {
        channel.reconfigure(change);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
    drain() {
      const endMs = performance.now() + DRAIN_MS;
      while (receive(true) > 0 && performance.now() < endMs);
      channel.close();
      postCounters();
      postSignalling();
    },
  };
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { createCaptureFileReader, createFrameDissector, type FrameDissectorOptions } from '@calliope/frames';
import { type Clock, type ImportResponse, systemClock } from '@calliope/model';
import { createAgentTable } from './agent-table.ts';
import { createCaptureStreams } from './capture-streams.ts';
import { createCaptureTaker } from './capture-taker.ts';
import { createDuplicateFilter } from './duplicate-filter.ts';
import { createDuplicateMemory } from './duplicate-memory.ts';
import type { DuplicateSettings } from './duplicate-settings.ts';
import { inflatedCapture } from './inflated-capture.ts';
import { createPacketPipeline } from './packet-pipeline.ts';
import { emptyCounters } from './receive-counters.ts';
import type { BatchDelivery, SinkFactory } from './receiver.ts';
import { createSettlement } from './settlement.ts';

export interface ImportCaptureOptions {
  /** Makes the sink of this import. */
  createSink: SinkFactory;
  /** Where its batches go: the spool drainer's `add`. */
  deliver: BatchDelivery;
  /** Names the node of messages that were not in HEP: where the capture is from. */
  nodeName: string;
  /**
   * Copies of packets in HEP of several agents are looked for within the file alone, by the packets' times, so that its result is the same whatever else
   * is stored. What is not in HEP has one observer, the capture, and is all kept. Absent: everything is.
   */
  duplicates?: DuplicateSettings;
  /** Bytes of the capture after decompression; what is beyond is left out (defect `capture_too_large`). No bound when absent. */
  maxBytes?: number;
  /** A batch is closed at this many messages; 50,000 when absent. */
  batchMessages?: number;
  /** How long the end waits for the database. What is not stored by then waits in the spool (defect `not_yet_stored`). 60 s when absent. */
  settleMs?: number;
  /** Bounds of reassembly, see `createFrameDissector`. */
  dissector?: FrameDissectorOptions;
  /** Called now and then while reading. */
  onProgress?: (progress: ImportProgress) => void;
  /** Ends the import: what was read until then stays. */
  signal?: AbortSignal;
  clock?: Clock;
}

export interface ImportProgress {
  /** Of the capture, after decompression. */
  bytes: number;
  frames: number;
  messages: number;
}

/** Others must get their turn while a large file is read: so many bytes are about three milliseconds of work. */
const SLICE_BYTES = 256 * 1024;
/** 2 MiB: packets of a file are mostly in order. */
const DUPLICATE_BUCKETS = 1 << 15;

/**
 * Reads a capture file, pcap or pcapng, also in gzip, and stores the SIP in it: over UDP and SCTP at any port, over TCP, and within HEP; through tunnels
 * and IP-in-IP. RTP, DNS and whatever else is in it are passed over. Memory is bounded whatever the file holds.
 *
 * Resolves when all of it is in the database. Content never throws: what could not be used is counted in `defects`, and so is what the spool or
 * the database would not take (`not_stored`). Errors of the source are thrown; what was read before them is stored.
 */
export async function importCapture(
  source: AsyncIterable<Uint8Array>,
  options: ImportCaptureOptions,
): Promise<ImportResponse> {
  const { nodeName, onProgress, signal } = options;
  const maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
  const batchMessages = options.batchMessages ?? 50_000;
  const defects: Record<string, number> = {};
  const addDefect = (name: string): void => {
    defects[name] = (defects[name] ?? 0) + 1;
  };
  const settlement = createSettlement(options.deliver);
  const sink = options.createSink(settlement);
  const duplicates = options.duplicates
    ? createDuplicateFilter(createDuplicateMemory(DUPLICATE_BUCKETS), options.duplicates)
    : undefined;
  const agents = createAgentTable(nodeName, duplicates ? { observerOf: duplicates.observerOf } : {});
  const pipeline = createPacketPipeline({
    sink,
    nodeName,
    counters: emptyCounters(),
    agents,
    ...(duplicates ? { duplicates } : {}),
  });
  const taker = createCaptureTaker(pipeline, agents, options.clock ?? systemClock, addDefect);
  const streams = createCaptureStreams(taker, addDefect);
  const reader = createCaptureFileReader();
  const dissector = createFrameDissector(options.dissector ?? {}, {
    datagram: taker.takeDatagram,
    stream: streams.take,
  });
  let frames = 0;
  let bytes = 0;

  function takeSlice(slice: Uint8Array): void {
    bytes += slice.length;
    for (const frame of reader.push(slice)) {
      frames++;
      dissector.accept(frame);
      if (sink.pending >= batchMessages) sink.flush();
    }
    onProgress?.({ bytes, frames, messages: taker.messages });
  }

  try {
    reading: for await (const chunk of inflatedCapture(source, () => addDefect('broken_gzip'))) {
      for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
        if (bytes >= maxBytes) {
          addDefect('capture_too_large');
          break reading;
        }
        signal?.throwIfAborted();
        takeSlice(chunk.subarray(at, Math.min(at + SLICE_BYTES, at + maxBytes - bytes)));
        await nextTurn();
      }
    }
  } finally {
    sink.flush();
  }
  reader.end();
  dissector.flush();
  streams.end();
  sink.flush();
  for (const counts of [reader.defects, dissector.defects]) {
    for (const [name, count] of Object.entries(counts)) defects[name] = (defects[name] ?? 0) + count;
  }
  const { lost, pending } = await settlement.settled(options.settleMs ?? 60_000);
  if (lost > 0) defects.not_stored = lost;
  if (pending > 0) defects.not_yet_stored = pending;
  const { messages, otherMessages, duplicates: copies, firstUs, lastUs } = taker;
  return {
    messages: Math.max(0, messages - lost),
    frames,
    otherMessages,
    duplicates: copies,
    defects,
    firstUs,
    lastUs,
  };
}

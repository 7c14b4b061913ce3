import type { CaptureFileDefect } from './capture-file-defect.ts';
import type { CaptureFrame } from './capture-frame.ts';
import { createDefectCounter } from './defect-counter.ts';
import { createPcapParser } from './pcap-parser.ts';
import { createPcapngParser } from './pcapng-parser.ts';
import type { RecordOutput, RecordParser } from './record-parser.ts';

/** Reads a capture file as it arrives. Memory: one record (at most 16 MiB) beside the chunk. */
export interface CaptureFileReader {
  /**
   * Takes the next bytes of the file and gives the frames that are complete. A frame's `data` is a view of `chunk`, or a copy where
   * the frame began in an earlier chunk: whoever keeps frames must not write into the chunk again. Never throws for content.
   * After a defect that stops, gives nothing.
   */
  push(chunk: Uint8Array): CaptureFrame[];
  /** Says that the file is over. Returns the defect that stopped the reading, if any; frames before it have been given. */
  end(): CaptureFileDefect | undefined;
  /** Bytes understood so far: where the reading stopped, or stands. */
  readonly position: number;
  /** Counts by name of {@link CAPTURE_FILE_DEFECTS}. */
  readonly defects: Record<string, number>;
}

/**
 * A reader for pcap (both byte orders; micro- and nanoseconds; Kuznetzov's variant; draft-ietf-opsawg-pcap) and pcapng
 * (both byte orders, several sections; draft-ietf-opsawg-pcapng). Compression is undone by the caller.
 */
export function createCaptureFileReader(): CaptureFileReader {
  const { counts, add } = createDefectCounter<CaptureFileDefect>();
  let parser: RecordParser | undefined;
  let stopped: CaptureFileDefect | undefined;
  let ended = false;
  let frames: CaptureFrame[] = [];
  let position = 0;
  /** The beginning of a record whose rest has not arrived, and how many bytes of it must be there before it is looked at again. */
  let partial = new Uint8Array(0);
  let partialLength = 0;
  let wanted = 0;
  /** Bytes still to come of a record that is of no interest. */
  let toSkip = 0;

  const output: RecordOutput = {
    frame: (frame) => frames.push(frame),
    defect: add,
    stop(defect) {
      add(defect);
      stopped = defect;
    },
  };

  function read(bytes: Uint8Array, at: number, end: number): number {
    if (!parser) {
      if (end - at < 4) return -4;
      parser = createPcapParser(bytes, at, output) ?? createPcapngParser(bytes, at, output);
      if (!parser) {
        output.stop('not_a_capture_file');
        return 0;
      }
    }
    return parser.read(bytes, at, end);
  }

  /** Copies what is wanted, growing by what has arrived and not by what a length field claims. */
  function fillPartial(chunk: Uint8Array, at: number): number {
    const taken = Math.min(wanted - partialLength, chunk.length - at);
    const needed = partialLength + taken;
    if (needed > partial.length) {
      const grown = new Uint8Array(Math.min(wanted, Math.max(needed, 2 * partial.length)));
      grown.set(partial.subarray(0, partialLength));
      partial = grown;
    }
    partial.set(chunk.subarray(at, at + taken), partialLength);
    partialLength += taken;
    return taken;
  }

  function consume(chunk: Uint8Array): void {
    let at = 0;
    while (stopped === undefined) {
      if (toSkip > 0) {
        const skipped = Math.min(toSkip, chunk.length - at);
        toSkip -= skipped;
        at += skipped;
        position += skipped;
      }
      if (at === chunk.length && partialLength === 0) return;
      const fromPartial = partialLength > 0;
      if (fromPartial) {
        at += fillPartial(chunk, at);
        if (partialLength < wanted) return;
      }
      const available = fromPartial ? partialLength : chunk.length - at;
      const size = fromPartial ? read(partial, 0, partialLength) : read(chunk, at, chunk.length);
      if (size < 0) {
        wanted = -size;
        if (!fromPartial) at += fillPartial(chunk, at);
        if (at === chunk.length) return;
      } else if (size > 0) {
        const taken = Math.min(size, available);
        toSkip = size - taken;
        position += taken;
        if (!fromPartial) at += taken;
        // The frame just given may be a view of this buffer, so it is not used again.
        partial = new Uint8Array(0);
        partialLength = 0;
      }
    }
  }

  return {
    defects: counts,
    get position() {
      return position;
    },
    push(chunk) {
      if (ended || stopped !== undefined) return [];
      frames = [];
      consume(chunk);
      const given = frames;
      frames = [];
      return given;
    },
    end() {
      if (!ended && stopped === undefined) {
        if (!parser) output.stop('not_a_capture_file');
        else if (partialLength > 0 || toSkip > 0) output.stop('truncated_file');
      }
      ended = true;
      partial = new Uint8Array(0);
      return stopped;
    },
  };
}

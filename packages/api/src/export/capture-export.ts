import {
  createExportTrace,
  type TraceFrame,
  writePcapHeader,
  writePcapngHeader,
  writePcapngPacket,
  writePcapRecord,
} from '@calliope/frames';
import { type Message, parseAddress } from '@calliope/model';
import type { BoundedPages } from './text-export.ts';

/**
 * Packets as they may have been on the wire, without a link layer.
 * @throws Error, after what there was, when the pages were cut: a capture file has no place to say so, so the connection breaks instead
 */
export async function* pcapExport(pages: BoundedPages): AsyncGenerator<Uint8Array> {
  yield writePcapHeader();
  yield* framesOf(pages, ({ timestampUs, packet }) => writePcapRecord(timestampUs, packet));
}

/** As {@link pcapExport}; the comment of a message's first packet says which node saw it. */
export async function* pcapngExport(pages: BoundedPages): AsyncGenerator<Uint8Array> {
  yield writePcapngHeader({ application: 'Calliope' });
  yield* framesOf(pages, ({ timestampUs, packet, comment }, node, isFirst) => {
    const remarks = isFirst ? [`Seen by ${node}.`, ...(comment === undefined ? [] : [comment])] : [];
    return writePcapngPacket(timestampUs, packet, remarks.length > 0 ? remarks.join(' ') : undefined);
  });
}

async function* framesOf(
  pages: BoundedPages,
  write: (frame: TraceFrame, node: string, isFirst: boolean) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  const trace = createExportTrace();
  for await (const page of pages) {
    const records = page.flatMap((message) =>
      trace.frames(traceMessageOf(message)).map((frame, index) => write(frame, message.node, index === 0)),
    );
    if (records.length > 0) yield Buffer.concat(records);
  }
  if (pages.wasCut) throw new Error('More messages came in than an export may have.');
}

function traceMessageOf(message: Message) {
  const { timestampUs, transport, ipVersion, sourcePort, destinationPort, payload } = message;
  return {
    timestampUs,
    transport,
    ipVersion,
    source: addressBytes(message.sourceIp),
    destination: addressBytes(message.destinationIp),
    sourcePort,
    destinationPort,
    payload,
  };
}

/** Zeros for what is no address. */
function addressBytes(text: string): Uint8Array {
  return parseAddress(text)?.bytes ?? new Uint8Array(16);
}

import { buildLadder, ladderToSvg, ladderToText } from '@calliope/calls';
import type { Message, MessageReader } from '@calliope/model';
import type { ApiLimits } from '../api-options.ts';
import { callMessagesOf } from '../message-view.ts';
import { pcapExport, pcapngExport } from './capture-export.ts';
import { type BoundedPages, csvExport, jsonExport, textExport } from './text-export.ts';

export const EXPORT_FORMATS = ['pcap', 'pcapng', 'text', 'json', 'csv', 'svg', 'ladder'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportWriter {
  contentType: string;
  extension: string;
  /** Only SIP can be put back into packets. */
  sipOnly: boolean;
  limitOf(limits: ApiLimits): number;
  write(
    pages: BoundedPages,
    timeZone: string,
    reader: Pick<MessageReader, 'observations'>,
  ): AsyncIterable<string | Uint8Array>;
}

const ofMessages = (limits: ApiLimits) => limits.maxExportMessages;
const ofLadder = (limits: ApiLimits) => limits.maxLadderMessages;

export const EXPORT_WRITERS: Record<ExportFormat, ExportWriter> = {
  pcap: {
    contentType: 'application/vnd.tcpdump.pcap',
    extension: 'pcap',
    sipOnly: true,
    limitOf: ofMessages,
    write: pcapExport,
  },
  pcapng: {
    contentType: 'application/x-pcapng',
    extension: 'pcapng',
    sipOnly: true,
    limitOf: ofMessages,
    write: pcapngExport,
  },
  text: {
    contentType: 'text/plain; charset=utf-8',
    extension: 'txt',
    sipOnly: false,
    limitOf: ofMessages,
    write: textExport,
  },
  json: {
    contentType: 'application/json; charset=utf-8',
    extension: 'json',
    sipOnly: false,
    limitOf: ofMessages,
    write: jsonExport,
  },
  csv: {
    contentType: 'text/csv; charset=utf-8; header=present',
    extension: 'csv',
    sipOnly: false,
    limitOf: ofMessages,
    write: csvExport,
  },
  svg: {
    contentType: 'image/svg+xml; charset=utf-8',
    extension: 'svg',
    sipOnly: false,
    limitOf: ofLadder,
    async *write(pages, _, reader) {
      yield ladderToSvg(await ladderOf(pages, reader));
    },
  },
  ladder: {
    contentType: 'text/plain; charset=utf-8',
    extension: 'ladder.txt',
    sipOnly: false,
    limitOf: ofLadder,
    async *write(pages, _, reader) {
      yield ladderToText(await ladderOf(pages, reader));
      if (pages.wasCut) yield '# There are more messages than can be drawn.\n';
    },
  },
};

/** A ladder is drawn at once, so all of its messages are needed. */
async function ladderOf(pages: BoundedPages, reader: Pick<MessageReader, 'observations'>) {
  const messages: Message[] = [];
  for await (const page of pages) messages.push(...page);
  return buildLadder(await callMessagesOf(messages, reader));
}

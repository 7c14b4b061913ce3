import { formatEndpoint } from '@calliope/calls';
import type { ExportedMessage, Message, MessageSummary } from '@calliope/model';
import { formatTime } from '@calliope/query';
import { summaryOf, textOf } from '../message-view.ts';

/** Pages of messages, and whether they were cut at a bound (known when they are over). */
export interface BoundedPages extends AsyncIterable<Message[]> {
  readonly wasCut: boolean;
}

const CUT_NOTE = 'More messages came in while this was sent; this export is not complete.';

/** A heading with time, addresses and transport, then the message as it was, then an empty line. */
export async function* textExport(pages: BoundedPages, timeZone: string): AsyncGenerator<string> {
  let count = 0;
  for await (const page of pages) {
    count += page.length;
    yield page.map((message) => textBlock(message, timeZone)).join('');
  }
  yield `# ${count} messages, times in ${timeZone}.${pages.wasCut ? ` ${CUT_NOTE}` : ''}\n`;
}

function textBlock(message: Message, timeZone: string): string {
  const { sourceIp, sourcePort, destinationIp, destinationPort, transport, node } = message;
  const source = formatEndpoint(sourceIp, sourcePort);
  const destination = formatEndpoint(destinationIp, destinationPort);
  const heading = `${formatTime(message.timestampUs, timeZone, { iso: true })} ${source} -> ${destination} ${transport} (${node})`;
  const text = textOf(message);
  return `${heading}\n${text}${text.endsWith('\n') ? '' : '\n'}\n`;
}

/** One document: `{"messages":[…],"count":2,"complete":true}`, a message a line. */
export async function* jsonExport(pages: BoundedPages): AsyncGenerator<string> {
  let count = 0;
  yield '{"messages":[';
  for await (const page of pages) {
    if (page.length === 0) continue;
    const lines = page.map((message) => JSON.stringify(exportedMessageOf(message))).join(',\n');
    yield `${count === 0 ? '\n' : ',\n'}${lines}`;
    count += page.length;
  }
  yield `\n],"count":${count},"complete":${!pages.wasCut}}\n`;
}

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function exportedMessageOf(message: Message): ExportedMessage {
  const summary = summaryOf(message);
  try {
    return { ...summary, text: strictDecoder.decode(message.payload) };
  } catch {
    return { ...summary, payloadBase64: Buffer.from(message.payload).toString('base64') };
  }
}

const CSV_COLUMNS = [
  'timestampUs',
  'node',
  'transport',
  'sourceIp',
  'sourcePort',
  'destinationIp',
  'destinationPort',
  'callId',
  'method',
  'responseCode',
  'reasonPhrase',
  'cseq',
  'fromUser',
  'fromHost',
  'fromTag',
  'toUser',
  'toHost',
  'toTag',
  'requestUser',
  'requestHost',
  'assertedUser',
  'diversionUser',
  'userAgent',
  'correlationId',
  'payloadType',
  'size',
  'defects',
  'id',
] as const satisfies (keyof MessageSummary)[];

/** RFC 4180, with a heading; the first column is the time in `timeZone`. Payloads are left out. */
export async function* csvExport(pages: BoundedPages, timeZone: string): AsyncGenerator<string> {
  yield `time,${CSV_COLUMNS.join(',')}\r\n`;
  for await (const page of pages) yield page.map((message) => csvLine(message, timeZone)).join('');
  if (pages.wasCut) yield `# ${CUT_NOTE}\r\n`;
}

function csvLine(message: Message, timeZone: string): string {
  const values = CSV_COLUMNS.map((column) => csvValue(message[column]));
  return `${csvValue(formatTime(message.timestampUs, timeZone, { iso: true }))},${values.join(',')}\r\n`;
}

function csvValue(value: string | number | readonly string[]): string {
  if (typeof value === 'number') return String(value);
  let text = typeof value === 'string' ? value : value.join(' ');
  // A spreadsheet takes these for formulas, and anybody can send one as a User-Agent. Numbers such as +49… stay as they are.
  if (/^(?:[=@\t\r]|[+-](?![\d ().-]*$))/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

import {
  type CallRecord,
  type CallsResponse,
  END_OF_TIME_US,
  type MessageSummary,
  type MessagesResponse,
} from '@calliope/model';
import { formatTime } from '@calliope/query';
import { Command, InvalidArgumentError } from 'commander';
import { addConnectionOptions, addRangeOptions, formatOption, type RangeOptions } from './command-options.ts';
import { type ConnectionOptions, withServer } from './server-connection.ts';
import { textTable } from './text-table.ts';

interface SearchOptions extends ConnectionOptions, RangeOptions {
  format: 'table' | 'json';
  calls?: boolean;
  limit: number;
  cursor?: string;
  order: string;
}

/** `calliope search [EXPRESSION…]` */
export function searchCommand(): Command {
  const command = new Command('search')
    .description(
      'Find messages (or, with --calls, calls), newest first. Without an expression: everything in the range.',
    )
    .argument(
      '[EXPRESSION...]',
      'such as: 7654321 · "b = *7654321 and code >= 500" · call_id = abc@host (docs/search.md)',
    )
    .option('--calls', 'list calls instead of messages')
    .option('--limit <N>', 'how many at most, 1 to 10000', parseLimit, 100)
    .option('--cursor <CURSOR>', 'go on after an earlier page')
    .option('--order <ORDER>', 'desc (newest first) or asc', 'desc')
    .addOption(formatOption(['table', 'json'], 'table'));
  return addConnectionOptions(addRangeOptions(command)).action(run);
}

function parseLimit(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 10_000)
    throw new InvalidArgumentError('must be a whole number from 1 to 10000');
  return value;
}

async function run(words: string[], options: SearchOptions): Promise<void> {
  const { from, to, tz, limit, cursor, order } = options;
  const parameters = { q: words.join(' '), from, to, tz, limit, cursor, order };
  const page = await withServer(options, (client) =>
    client.json<MessagesResponse | CallsResponse>(options.calls ? 'calls' : 'messages', parameters),
  );
  if (options.format === 'json') {
    console.log(JSON.stringify(page, null, 2));
    return;
  }
  const zone = tz ?? 'UTC';
  console.log(
    options.calls
      ? callTable((page as CallsResponse).items, zone)
      : messageTable((page as MessagesResponse).items, zone),
  );
  const total = page.total ? `${page.total.exact ? '' : 'more than '}${page.total.count}` : undefined;
  const noun = options.calls ? 'calls' : 'messages';
  console.log(`\n${page.items.length}${total === undefined ? '' : ` of ${total}`} ${noun} ${rangeText(page, zone)}`);
  if (page.cursor !== undefined) console.log(`There is more: --cursor ${page.cursor}`);
}

/** What was searched; an end that nobody gave is not shown as the year in which time ends. */
function rangeText({ fromUs, toUs }: { fromUs: number; toUs: number }, zone: string): string {
  const isOpen = { start: fromUs === 0, end: toUs >= END_OF_TIME_US };
  if (isOpen.start && isOpen.end) return 'in all that is stored';
  const start = isOpen.start ? 'the oldest' : formatTime(fromUs, zone);
  return `from ${start} to ${isOpen.end ? 'the newest' : formatTime(toUs, zone)} (${zone})`;
}

export function messageTable(items: readonly MessageSummary[], timeZone: string): string {
  const rows = items.map((item) => [
    formatTime(item.timestampUs, timeZone),
    item.responseCode
      ? `${item.responseCode} ${item.reasonPhrase} (${item.method})`
      : item.method || `type ${item.payloadType}`,
    item.fromUser,
    item.toUser,
    `${endpoint(item.sourceIp, item.sourcePort)} → ${endpoint(item.destinationIp, item.destinationPort)}`,
    item.transport,
    item.callId,
  ]);
  return textTable(['time', 'message', 'from', 'to', 'source → destination', 'via', 'Call-ID'], rows);
}

function callTable(items: readonly CallRecord[], timeZone: string): string {
  const seconds = (ms: number | null) => (ms === null ? '–' : (ms / 1000).toFixed(3));
  const rows = items.map((call) => [
    formatTime(call.inviteUs ?? call.firstUs, timeZone),
    call.fromUser,
    call.toUser,
    `${call.sourceIp} → ${call.destinationIp}`,
    `${call.outcome}${call.responseCode ? ` ${call.responseCode}` : ''}`,
    seconds(call.pddMs),
    seconds(call.durationMs),
    String(call.messageCount),
    call.callId,
  ]);
  return textTable(['time', 'from', 'to', 'hosts', 'outcome', 'PDD s', 'talk s', 'messages', 'Call-ID'], rows);
}

function endpoint(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

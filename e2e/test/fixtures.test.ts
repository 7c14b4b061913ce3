// Public captures in, the same messages out: counts and bytes as tshark reports them, before and after.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ImportResponse, MessagesResponse } from '@calliope/model';
import {
  type CalliopeNode,
  runCalliope,
  skipReason,
  startCalliope,
  type TsharkMessage,
  tsharkSip,
  withTemporaryDirectory,
} from '../src/index.ts';

const FIXTURES = process.env.CALLIOPE_FIXTURES ?? fileURLToPath(new URL('../../../shared/fixtures', import.meta.url));
const CAPTURES = join(FIXTURES, 'pcap');
const skip =
  skipReason('tshark') ||
  (existsSync(CAPTURES) ? false : `needs the public captures in ${CAPTURES} (CALLIOPE_FIXTURES)`);

/**
 * Files in which we find other messages than tshark, and why.
 * `hep3.pcap`: HEP, which is unwrapped here; tshark has no dissector for it, so that it counts none.
 */
const DIFFERENCES: Record<string, { messages: number; why: string }> = {
  'hep3.pcap': {
    messages: 6,
    why: 'HEP is unwrapped: of its eight packets six hold SIP, one a log line, one RTCP as JSON',
  },
};

/** Kept apart by the 5-tuple and time, so that retransmissions stay. */
const key = (message: TsharkMessage): string =>
  `${message.timestampUs} ${message.transport} ${message.source}:${message.sourcePort} > ${message.destination}:${message.destinationPort} ${message.sha256}`;

for (const name of skip ? ['(every capture)'] : readdirSync(CAPTURES).sort()) {
  test(`${name}: imports with tshark's count, and each call's export reads back the same`, { skip }, () =>
    withTemporaryDirectory(async (directory) => {
      const file = join(CAPTURES, name);
      await using node = await startCalliope({ directory });
      const expected = await tsharkSip(file);
      const imported = await runCalliope(['import', file, '--data', node.dataDirectory, '--format', 'json'], {
        cwd: directory,
      });
      assert.equal(imported.code, 0, imported.stderr);
      const { messages } = JSON.parse(imported.stdout) as ImportResponse;
      const difference = DIFFERENCES[name];
      if (difference) assert.equal(messages, difference.messages, difference.why);
      else assert.equal(messages, expected.length);
      await exportsReadBack(node, directory, difference ? undefined : expected);
    }),
  );
}

async function exportsReadBack(
  node: CalliopeNode,
  directory: string,
  expected: TsharkMessage[] | undefined,
): Promise<void> {
  const { items } = await node.get<MessagesResponse>('messages', { limit: '10000', q: 'type = 1' });
  const back: TsharkMessage[] = [];
  for (const callId of new Set(items.map((item) => item.callId))) {
    for (const format of ['pcap', 'pcapng']) {
      const file = join(directory, `call.${format}`);
      writeFileSync(file, await node.bytes('export', { format, call_id: callId }));
      assert.deepEqual(checksumErrors(file), [], `${callId} as ${format}`);
      const read = await tsharkSip(file);
      assert.equal(read.length, items.filter((item) => item.callId === callId).length, `${callId} as ${format}`);
      if (format === 'pcap') back.push(...read);
    }
  }
  assert.equal(back.length, items.length);
  if (expected) assert.deepEqual(back.map(key).sort(), expected.map(key).sort());
}

/** What tshark finds wrong with checksums and lengths, a line a finding. */
function checksumErrors(file: string): string[] {
  const checks = ['ip.check_checksum:TRUE', 'udp.check_checksum:TRUE', 'tcp.check_checksum:TRUE'].flatMap((check) => [
    '-o',
    check,
  ]);
  const filter =
    'ip.checksum.status == "Bad" || udp.checksum.status == "Bad" || tcp.checksum.status == "Bad" || _ws.malformed || _ws.short || udp.length.bad_zero';
  const output = execFileSync('tshark', ['-n', '-r', file, ...checks, '-Y', filter], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return output.split('\n').filter((line) => line !== '');
}

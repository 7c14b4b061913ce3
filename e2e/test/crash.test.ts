// Killed with -9 in the middle of ingest: nothing that was taken into the spool is lost, nothing is stored twice.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeHep3 } from '@calliope/hep';
import type { HealthReport, MessagesResponse } from '@calliope/model';
import { type CalliopeNode, poll, runCalliope, startCalliope, withTemporaryDirectory } from '../src/index.ts';

/** Message number `index` of a run, told apart by its Call-ID. */
function numbered(index: number): Uint8Array {
  const text = `OPTIONS sip:probe@example.net SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK${index}\r\nFrom: <sip:a@example.net>;tag=${index}\r\nTo: <sip:b@example.net>\r\nCall-ID: crash-${String(index).padStart(7, '0')}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`;
  return encodeHep3({
    timestampUs: Date.now() * 1000,
    sourceIp: '192.0.2.1',
    destinationIp: '192.0.2.2',
    sourcePort: 5060,
    destinationPort: 5060,
    payload: Buffer.from(text, 'latin1'),
  })!;
}

/** Sends numbered messages over one TCP connection, in order, until it is cut. */
async function sendUntilCut(port: number, from: number): Promise<number> {
  const socket = connect({ host: '127.0.0.1', port });
  let cut = false;
  socket.on('error', () => {});
  socket.on('close', () => {
    cut = true;
  });
  await once(socket, 'connect');
  let index = from;
  while (!cut && index < from + 400_000) {
    const frames: Uint8Array[] = [];
    for (let i = 0; i < 200; i++) frames.push(numbered(index++));
    if (!socket.write(Buffer.concat(frames)))
      await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {});
    await delay(1);
  }
  socket.destroy();
  return index;
}

/** Numbers of the stored messages of one run, oldest first. */
async function storedNumbers(node: CalliopeNode, prefix: string): Promise<number[]> {
  const numbers: number[] = [];
  for (let cursor = ''; ; ) {
    const page = await node.get<MessagesResponse>('messages', {
      q: `call_id = ${prefix}*`,
      limit: '10000',
      order: 'asc',
      ...(cursor ? { cursor } : {}),
    });
    numbers.push(...page.items.map(({ callId }) => Number(callId.slice(prefix.length))));
    if (page.cursor === undefined) return numbers;
    cursor = page.cursor;
  }
}

test('a server killed with -9 while it takes messages has each of them once after the next start', () =>
  withTemporaryDirectory(async (directory) => {
    let sentBefore = 0;
    const kept: number[] = [];
    for (const killAfterMs of [900, 1700, 2300]) {
      await using killed = await startCalliope({ directory });
      const sending = sendUntilCut(killed.hepPort, sentBefore);
      await delay(killAfterMs);
      const visible = (await killed.get<MessagesResponse>('messages', { limit: '1' })).total!.count;
      process.kill(killed.serverPid, 'SIGKILL');
      const sent = await sending;
      await killed.program.stop('SIGKILL');

      await using node = await startCalliope({ directory });
      await poll(
        () => node.get<HealthReport>('health'),
        ({ spool }) => spool.batches === 0,
        120_000,
      );
      const numbers = (await storedNumbers(node, 'crash-')).sort((a, b) => a - b);
      assert.equal(new Set(numbers).size, numbers.length, 'stored twice');
      assert.ok(numbers.length >= visible, `${visible} were found before the kill, ${numbers.length} after the start`);
      // One connection, read in order: what was taken is a prefix of what was sent, without a hole.
      const ofRun = numbers.filter((number) => number >= sentBefore);
      assert.ok(ofRun.length > 0);
      assert.equal(ofRun.at(-1), sentBefore + ofRun.length - 1, 'a hole');
      for (const number of kept) assert.equal(numbers.includes(number), true);
      kept.push(ofRun[0]!, ofRun.at(-1)!);
      sentBefore = sent;
    }
  }));

test('a second server on the same data directory says plainly that it is in use, and exits with 3', () =>
  withTemporaryDirectory(async (directory) => {
    await using node = await startCalliope({ directory });
    const second = await runCalliope(
      ['serve', '--data', node.dataDirectory, '--http', '127.0.0.1:0', '--hep', '127.0.0.1:0'],
      { cwd: directory },
    );
    assert.equal(second.code, 3);
    assert.match(second.stderr, /in use|used by/);
    assert.match(second.stderr, /\d+/);
    assert.equal((await node.get<HealthReport>('health')).status === 'down', false);
  }));

test('a server whose launcher is killed ends by itself and lets go of the data', () =>
  withTemporaryDirectory(async (directory) => {
    const node = await startCalliope({ directory });
    const launcher = node.program;
    process.kill(node.serverPid, 0);
    // The launcher alone, not its group.
    process.kill(launcher.pid!, 'SIGKILL');
    const gone = await poll(
      async () => {
        try {
          process.kill(node.serverPid, 0);
          return false;
        } catch {
          return true;
        }
      },
      (isGone) => isGone,
      15_000,
    );
    assert.equal(gone, true);
    await using again = await startCalliope({ directory });
    assert.equal((await again.get<HealthReport>('health')).engine.state, 'running');
  }));

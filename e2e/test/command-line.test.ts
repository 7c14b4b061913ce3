// The command line as a script uses it: with and without a running server.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createExportTrace, writePcapHeader, writePcapRecord } from '@calliope/frames';
import type { CallResponse, HealthReport, ImportResponse, MessagesResponse } from '@calliope/model';
import { runCalliope, startCalliope, withTemporaryDirectory } from '../src/index.ts';

/** A capture of one refused call of a year ago. */
function writeCapture(path: string): void {
  const head = (first: string, cseq: string, toTag = '') =>
    `${first}\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKabc\r\nFrom: <sip:+4930123456@example.net>;tag=a\r\nTo: <sip:+49697654321@example.net>${toTag}\r\nCall-ID: one@192.0.2.1\r\nCSeq: ${cseq}\r\nContent-Length: 0\r\n\r\n`;
  const texts: [text: string, forward: boolean][] = [
    [head('INVITE sip:+49697654321@example.net SIP/2.0', '1 INVITE'), true],
    [head('SIP/2.0 486 Busy Here', '1 INVITE', ';tag=b'), false],
    [head('ACK sip:+49697654321@example.net SIP/2.0', '1 ACK', ';tag=b'), true],
  ];
  const trace = createExportTrace({});
  const chunks: Uint8Array[] = [writePcapHeader()];
  const [a, b] = [Uint8Array.of(192, 0, 2, 1), Uint8Array.of(192, 0, 2, 2)];
  for (const [index, [text, forward]] of texts.entries()) {
    const frames = trace.frames({
      timestampUs: 1_763_000_000_000_000 + index * 1234,
      transport: 'udp',
      ipVersion: 4,
      source: forward ? a : b,
      destination: forward ? b : a,
      sourcePort: 5060,
      destinationPort: 5060,
      payload: Buffer.from(text, 'latin1'),
    });
    for (const frame of frames) chunks.push(writePcapRecord(frame.timestampUs, frame.packet));
  }
  writeFileSync(path, Buffer.concat(chunks));
}

for (const running of [false, true]) {
  test(`import, search, call, export, user and health work ${running ? 'with' : 'without'} a running server`, () =>
    withTemporaryDirectory(async (directory) => {
      await using _node = running ? await startCalliope({ directory }) : undefined;
      const data = join(directory, 'data');
      const run = (...args: string[]) => runCalliope([...args, '--data', data], { cwd: directory });
      const capture = join(directory, 'busy.pcap');
      writeCapture(capture);

      const imported = await run('import', capture, '--format', 'json');
      assert.equal(imported.code, 0, imported.stderr);
      assert.equal((JSON.parse(imported.stdout) as ImportResponse).messages, 3);

      const search = await run('search', 'b = *7654321 and code = 486', '--format', 'json');
      assert.equal(search.code, 0, search.stderr);
      const found = JSON.parse(search.stdout) as MessagesResponse;
      assert.deepEqual(
        found.items.map(({ timestampUs, responseCode }) => [timestampUs, responseCode]),
        [[1_763_000_000_001_234, 486]],
      );
      assert.deepEqual(found.total, { count: 1, exact: true });
      const calls = await run('search', '--calls', '0697654321');
      assert.match(calls.stdout, /busy 486/);

      const call = await run('call', 'one@192.0.2.1', '--format', 'json');
      assert.equal((JSON.parse(call.stdout) as CallResponse).messages.length, 3);
      const ladder = await run('call', 'one@192.0.2.1');
      assert.match(ladder.stdout, /486 Busy Here/);
      const missing = await run('call', 'nobody');
      assert.equal(missing.code, 4);

      const out = join(directory, 'out.pcap');
      const exported = await run('export', '--call-id', 'one@192.0.2.1', '-o', out);
      assert.equal(exported.code, 0, exported.stderr);
      assert.deepEqual(readFileSync(out), readFileSync(capture));

      const wrong = await run('search', 'code = abc');
      assert.equal(wrong.code, 2);
      assert.match(wrong.stderr, /code = abc\n\s+\^+/);

      const added = await run('user', 'add', 'alice');
      assert.equal(added.code, 0, added.stderr);
      assert.match((await run('user', 'list')).stdout, /alice\s+user/);
      assert.equal((await run('user', 'remove', 'alice')).code, 0);

      const health = await run('health', '--format', 'json');
      assert.equal((JSON.parse(health.stdout) as HealthReport).store?.messages, 3);
    }));
}

test('every command has help, and a wrong command line exits with 2', () =>
  withTemporaryDirectory(async (directory) => {
    for (const command of ['serve', 'import', 'search', 'call', 'export', 'user', 'health', 'doctor', 'reload']) {
      const help = await runCalliope([command, '--help'], { cwd: directory });
      assert.equal(help.code, 0, command);
      assert.match(help.stdout, /Usage: calliope/);
    }
    assert.equal((await runCalliope(['serve', '--nonsense'], { cwd: directory })).code, 2);
    assert.equal((await runCalliope(['serve', '--http', 'x'], { cwd: directory })).code, 2);
    assert.equal((await runCalliope(['dance'], { cwd: directory })).code, 2);
    assert.equal((await runCalliope(['import', 'none.pcap'], { cwd: directory })).code, 4);
    assert.equal(
      (await runCalliope(['search', 'x', '--data', join(directory, 'nothing')], { cwd: directory })).code,
      4,
    );
    assert.equal((await runCalliope(['health', '--server', 'http://127.0.0.1:9'], { cwd: directory })).code, 5);
  }));

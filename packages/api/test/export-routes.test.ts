import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get as httpGet } from 'node:http';
import { test } from 'node:test';
import { createCaptureFileReader, createFrameDissector } from '@calliope/frames';
import type { ExportedMessage } from '@calliope/model';
import { type ApiFixture, apiFixture } from './api-fixture.ts';
import { AWKWARD_CALL_ID, FIRST_US, failedCall, NOW_US, SIMPLE_CALL_ID, sampleMessage } from './sample-messages.ts';

type Parameters = Record<string, string> | [string, string][];

async function download({ app, as }: ApiFixture, parameters: Parameters, expectedStatus = 200) {
  const response = await app.inject({ url: `/api/v1/export?${new URLSearchParams(parameters)}`, headers: as.user });
  assert.equal(response.statusCode, expectedStatus, response.body);
  return response;
}

/** Frames of a capture file, with the payloads of their UDP datagrams. */
function readCapture(bytes: Uint8Array): { timestampUs: number; payload: string }[] {
  const reader = createCaptureFileReader();
  const found: { timestampUs: number; payload: string }[] = [];
  const dissector = createFrameDissector(
    {},
    {
      datagram: ({ timestampUs, data, start, end }) => {
        found.push({ timestampUs, payload: Buffer.from(data.subarray(start, end)).toString('latin1') });
      },
    },
  );
  for (const frame of reader.push(bytes)) dissector.accept(frame);
  assert.equal(reader.end(), undefined);
  return found;
}

for (const format of ['pcap', 'pcapng']) {
  test(`an export as ${format} is read back with every SIP message, its time and its bytes`, async () => {
    await using fixture = await apiFixture();
    const response = await download(fixture, { format, q: '' });
    const frames = readCapture(response.rawPayload);
    const expected = [
      ...failedCall(SIMPLE_CALL_ID, FIRST_US, 'a'),
      ...failedCall(AWKWARD_CALL_ID, FIRST_US + 1e6, 'b'),
    ];
    assert.equal(frames.length, 9);
    assert.deepEqual(
      frames.slice(0, 8),
      expected.map(({ timestampUs, payload }) => ({ timestampUs, payload: Buffer.from(payload).toString('latin1') })),
    );
    assert.match(frames[8]!.payload, /^OPTIONS/);
  });
}

test('a call is exported by its Call-ID, under a name without anything that a file system minds', async () => {
  await using fixture = await apiFixture();
  const response = await download(fixture, { format: 'text', call_id: AWKWARD_CALL_ID });
  assert.equal(
    response.headers['content-disposition'],
    'attachment; filename="calliope-a_b_2Fc_d_e_f_g_h_@10.30.0.4-2026-11-22T130310Z.txt"',
  );
  const headings = response.body.match(/^2026-11-22T.*$/gm);
  assert.equal(headings?.length, 4);
  assert.equal(headings![0], '2026-11-22T13:02:11.118000Z 10.30.0.4:5060 -> 10.30.0.9:5060 udp (node-1)');
  assert.match(response.body, /# 4 messages, times in UTC\.\n$/);
});

test('messages are exported by id, oldest first, each once', async () => {
  await using fixture = await apiFixture();
  const response = await download(fixture, [
    ['format', 'json'],
    ['id', 'b1'],
    ['id', 'r1'],
    ['id', 'a1'],
    ['id', 'b1'],
  ]);
  const { messages, count, complete } = response.json<{
    messages: ExportedMessage[];
    count: number;
    complete: boolean;
  }>();
  assert.deepEqual([messages.map(({ id }) => id), count, complete], [['a1', 'r1', 'b1'], 3, true]);
  assert.ok('text' in messages[0]! && messages[0].text.startsWith('INVITE'));
  assert.ok(
    'payloadBase64' in messages[1]! &&
      messages[1].payloadBase64 === Buffer.of(0x7b, 0xff, 0xfe, 0x7d).toString('base64'),
  );
});

test('a long selection is exported by POST', async () => {
  await using fixture = await apiFixture();
  const { app, as, reader } = fixture;
  const ids = Array.from({ length: 2500 }, (_, index) => `many-${index}`);
  reader.add(ids.map((id, index) => sampleMessage({ id, timestampUs: FIRST_US + index, callId: 'many' })));
  const response = await app.inject({
    method: 'POST',
    url: '/api/v1/export',
    headers: as.user,
    payload: { format: 'json', id: ids },
  });
  assert.equal(response.json().count, 2500);
});

test('a search for calls exports all messages of the calls found', async () => {
  await using fixture = await apiFixture();
  const calls = await download(fixture, { format: 'json', of: 'calls', q: `call_id = "${SIMPLE_CALL_ID}"` });
  assert.deepEqual(
    calls.json().messages.map(({ id }: ExportedMessage) => id),
    ['a1', 'a2', 'r1', 'a3', 'a4'],
  );
  const messages = await download(fixture, { format: 'json', q: 'code = 503' });
  assert.deepEqual(
    messages.json().messages.map(({ id }: ExportedMessage) => id),
    ['a3', 'b3'],
  );
});

test('a search that finds nothing is an empty file, a Call-ID or id that is unknown is not found', async () => {
  await using fixture = await apiFixture();
  const nothing = await download(fixture, { format: 'json', q: 'code = 299' });
  assert.deepEqual(nothing.json(), { messages: [], count: 0, complete: true });
  assert.equal(readCapture((await download(fixture, { format: 'pcap', q: 'code = 299' })).rawPayload).length, 0);
  await download(fixture, { format: 'pcap', call_id: 'unknown' }, 404);
  await download(fixture, { format: 'pcap', id: 'unknown' }, 404);
});

test('several kinds of selection at once are refused', async () => {
  await using fixture = await apiFixture();
  await download(fixture, { format: 'pcap', call_id: SIMPLE_CALL_ID, id: 'a1' }, 400);
  await download(fixture, { format: 'pcap', call_id: SIMPLE_CALL_ID, q: 'code = 503' }, 400);
  await download(fixture, { format: 'docx' }, 400);
  await download(fixture, {}, 400);
});

test('CSV is one line a message and nothing that a spreadsheet would run', async () => {
  await using fixture = await apiFixture();
  const { body } = await download(fixture, { format: 'csv', tz: 'Europe/Berlin' });
  const lines = body.split('\r\n');
  assert.equal(lines.length, 12);
  assert.match(lines[0]!, /^time,timestampUs,node,/);
  assert.match(lines[1]!, /^2026-11-22T14:02:10\.118000\+01:00,1795352530118000,node-1,udp,10\.30\.0\.4,5060,/);
  assert.match(lines[1]!, /,\+49305550432,/);
  assert.match(lines[10]!, /,"'=HYPERLINK\(""http:\/\/example\.com"",""x""\), ""q""",/);
});

test('the ladder of a call is drawn as SVG and as text', async () => {
  await using fixture = await apiFixture();
  const svg = await download(fixture, { format: 'svg', call_id: SIMPLE_CALL_ID });
  assert.equal(svg.headers['content-type'], 'image/svg+xml; charset=utf-8');
  assert.match(svg.body, /^<svg[\s\S]*503[\s\S]*<\/svg>\s*$/);
  const text = await download(fixture, { format: 'ladder', call_id: SIMPLE_CALL_ID });
  assert.match(text.body, /INVITE/);
  assert.match(text.body, /503 Service Unavailable/);
});

test('what is larger than one export may be is refused before anything is sent', async () => {
  await using fixture = await apiFixture({ limits: { maxExportMessages: 4, maxLadderMessages: 3 } });
  for (const parameters of [{ q: '' }, { of: 'calls' }] as Record<string, string>[]) {
    for (const format of ['pcap', 'json', 'csv', 'text']) {
      const { error } = (await download(fixture, { format, ...parameters }, 413)).json();
      assert.equal(error.code, 'export_too_large');
      assert.match(error.message, /\d+ messages; this export takes 4 at most/);
    }
  }
  await download(fixture, { format: 'csv', call_id: SIMPLE_CALL_ID }, 413);
  await download(fixture, { format: 'svg', call_id: AWKWARD_CALL_ID }, 413);
  await download(fixture, { format: 'pcap', call_id: SIMPLE_CALL_ID });
});

test('what came in after counting is said in the last line, or breaks the connection', async () => {
  const grow = (fixture: ApiFixture) => {
    const count = fixture.reader.countMessages;
    fixture.reader.countMessages = async (request) => {
      const total = await count(request);
      fixture.reader.add([sampleMessage({ id: 'late', timestampUs: NOW_US - 1, callId: 'late' })]);
      return total;
    };
  };
  const limits = { maxExportMessages: 10 };
  await using text = await apiFixture({ limits });
  grow(text);
  assert.match((await download(text, { format: 'text' })).body, /# 10 messages.* not complete\.\n$/);
  await using csv = await apiFixture({ limits });
  grow(csv);
  assert.match((await download(csv, { format: 'csv' })).body, /\r\n# .* not complete\.\r\n$/);
  await using json = await apiFixture({ limits });
  grow(json);
  assert.equal((await download(json, { format: 'json' })).json().complete, false);
  await using pcap = await apiFixture({ limits: { maxExportMessages: 9 } });
  grow(pcap);
  await assert.rejects(download(pcap, { format: 'pcap' }));
  assert.ok(pcap.logged.some(({ message }) => message === 'An export was broken off.'));
});

test('exports run a few at a time; who breaks one off makes room, and it is read no faster than it is taken', async () => {
  await using fixture = await apiFixture({ limits: { maxExports: 1 } });
  const { app, as, reader } = fixture;
  const body = 'x'.repeat(20_000);
  reader.add(
    Array.from({ length: 5000 }, (_, index) =>
      sampleMessage({ id: `big-${index}`, timestampUs: FIRST_US + index, callId: 'big', body }),
    ),
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as { port: number };
  const url = `http://127.0.0.1:${port}/api/v1/export?format=json`;

  const first = httpGet(url, { headers: as.user });
  const [response] = await once(first, 'response');
  assert.equal(response.statusCode, 200);
  // Nobody reads: of a hundred megabytes, the buffers take only the first pages.
  const pagesRead = () => reader.requests.filter(({ limit }) => limit === 1000).length;
  const busy = await app.inject({ url: '/api/v1/export?format=json', headers: as.user });
  assert.equal(busy.statusCode, 503);
  assert.equal(busy.json().error.code, 'busy');
  assert.equal(busy.headers['retry-after'], '10');
  assert.ok(pagesRead() <= 4, `${pagesRead()} pages`);

  first.destroy();
  await once(first, 'close');
  for (let attempt = 0; ; attempt++) {
    const again = await app.inject({ url: '/api/v1/export?format=json&id=a1', headers: as.user });
    if (again.statusCode === 200) break;
    assert.ok(attempt < 100, 'there is still no room');
    await new Promise((resume) => setTimeout(resume, 20));
  }
});

test('a failure of the store is answered as such when it comes first, and breaks the file when it comes later', async () => {
  await using fixture = await apiFixture();
  const { StoreError } = await import('@calliope/model');
  fixture.reader.failNext(new StoreError('query_timeout', 'too slow', { retryable: true }));
  const early = await download(fixture, { format: 'pcap' }, 504);
  assert.equal(early.json().error.code, 'query_timeout');
  const search = fixture.reader.searchMessagesWhole;
  fixture.reader.searchMessagesWhole = async (request) => {
    if (request.cursor !== undefined) throw new StoreError('unavailable', 'gone', { retryable: true });
    return search({ ...request, limit: 3 });
  };
  await assert.rejects(download(fixture, { format: 'json' }));
  await download(fixture, { format: 'json', id: 'a1' });
});
